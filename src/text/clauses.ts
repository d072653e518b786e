/**
 * Cuts a text into clauses by marks and conjunctions alone, without a grammar or a language, so that it cuts the same tomorrow: what was
 * forgotten is known by hashes of clauses.
 */

export interface Clause {
  /** As it is in the text, with the space and marks after it. */
  readonly text: string
  readonly words: readonly string[]
  /** Begins a sentence. */
  readonly begins: boolean
}

/** Ends a sentence. */
const SENTENCE_END = /[.!?…]+["'”’»)\]]{0,3}(?:\s+|$)|[。！？]+|\n+/gu
/** Before these words, and after these marks, another thought may begin ("i": I, and Polish). Cutting too often only makes clauses shorter. */
const SEAM =
  /[,;:]\s+|[，、；：]|\s+[-–—]+\s+|—|\s+(?=(?:and|but|because|so|although|though|while|und|aber|weil|denn|et|mais|parce|y|pero|porque|e|ma|perché|mas|maar|want|omdat|och|men|i|ale|bo|и|но|а)\s)/giu

const CONJUNCTION =
  /^(?:and|but|because|so|although|though|while|und|aber|weil|denn|et|mais|parce|y|pero|porque|e|ma|perché|mas|maar|want|omdat|och|men|ale|bo|и|но|а)$/u

const WORD = /[\p{L}\p{M}\p{N}]+/gu
/** Scripts that put no space between words: each of their letters is taken for a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const LETTERS = new RegExp(`${UNSPACED.source}|(?:(?!${UNSPACED.source}).)+`, 'gu')

const CONTRACTED: readonly (readonly [RegExp, string])[] = [
  [/[’ʼ`]/gu, "'"],
  [/\bcan't\b/gu, 'can not'],
  [/\bwon't\b/gu, 'will not'],
  [/n't\b/gu, ' not'],
  [/'m\b/gu, ' am'],
  [/'re\b/gu, ' are'],
  [/'ve\b/gu, ' have'],
  [/'ll\b/gu, ' will'],
]

/** Words as they are compared: case, marks, accents' spelling and English contractions make no other. */
export function clauseWords(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase()
  const full = /['’ʼ`]/u.test(plain)
    ? CONTRACTED.reduce((rest, [pattern, long]) => rest.replaceAll(pattern, long), plain)
    : plain
  const words = full.match(WORD) ?? []
  return UNSPACED.test(full) ? words.flatMap((word) => word.match(LETTERS) ?? []) : words
}

/** All of a text in order: joined, they are the text again. */
export function clausesIn(text: string): Clause[] {
  const clauses: Clause[] = []
  for (const sentence of cut(text, SENTENCE_END)) {
    for (const [index, part] of cut(sentence, SEAM).entries()) {
      clauses.push({ text: part, words: clauseWords(part), begins: index === 0 })
    }
  }
  return clauses
}

function cut(text: string, end: RegExp): string[] {
  const parts: string[] = []
  let from = 0
  for (const { 0: mark, index } of text.matchAll(end)) {
    const to = index + mark.length
    if (to > from) parts.push(text.slice(from, to))
    from = to
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** A conjunction begins what follows it and is no part of what that says. */
export const withoutConjunction = (words: readonly string[]): readonly string[] =>
  CONJUNCTION.test(words[0] ?? '') ? words.slice(1) : words

/** Fewer words say too little to be looked for inside other texts: "I agree" is everybody's. */
const TELLING_WORDS = 3

/** Of a script without spaces two letters are about a word. */
const sizeOf = (words: readonly string[]) =>
  words.reduce((size, word) => size + (word.length === 1 && !/[a-z0-9]/u.test(word) ? 0.5 : 1), 0)

/** Whether these words are recognised wherever they are, and not only where they are all of a clause. */
export const isTelling = (words: readonly string[]): boolean => sizeOf(words) >= TELLING_WORDS

/** The sentences of a text and, of sentences of several, the clauses: as words, each once. A single word is none. */
export function unitsOf(text: string): (readonly string[])[] {
  const units = new Map<string, readonly string[]>()
  const add = (words: readonly string[]) => {
    if (words.length > 1) units.set(words.join(' '), words)
  }
  let sentence: string[] = []
  const close = () => add(withoutConjunction(sentence))
  for (const { words, begins } of clausesIn(text)) {
    if (begins) {
      close()
      sentence = []
    }
    sentence.push(...words)
    const own = withoutConjunction(words)
    if (isTelling(own)) add(own)
  }
  close()
  return [...units.values()]
}
