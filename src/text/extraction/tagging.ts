import nlp from 'compromise/two'

/** Words with their parts of speech, contractions opened: "I'm" is "I" and "am". English only. */

export interface Word {
  readonly text: string
  /** Lower case. */
  readonly norm: string
  readonly tags: ReadonlySet<string>
  /** What stands between this word and the one before: quotes and brackets. */
  readonly before: string
  /** What follows it: punctuation, white space. */
  readonly after: string
}

/** The tagger reads some 60 KB a second; nobody's sentence is longer. */
const TAGGED_CHARS = 600

interface Term {
  readonly text: string
  readonly pre: string
  readonly post: string
  readonly implicit?: string
  readonly tags?: ReadonlySet<string>
}

/** @param sentence read up to 600 characters */
export function wordsTagged(sentence: string): Word[] {
  const straight = sentence.slice(0, TAGGED_CHARS).replaceAll(/[’‘]/gu, "'")
  const terms: Term[] = nlp(straight).docs.flat()
  return terms.map((term, at) => wordOf(term, terms, at)).filter(({ text }) => text !== '')
}

function wordOf(term: Term, terms: readonly Term[], at: number): Word {
  const implied = impliedBy(term, terms, at)
  const text = implied === '' ? term.text : opened(term, implied, { at, terms })
  const next = terms[at + 1]
  // The parts of an opened contraction stand together in the text: what follows them is with the last.
  const first = implied !== '' && next?.text === '' && (next.implicit ?? '') !== ''
  const after = first && term.post === '' && !isKeptTogether(next, terms, at + 1) ? ' ' : term.post
  return {
    text,
    norm: text === "'s" ? implied : text.toLowerCase(),
    tags: term.tags ?? new Set(),
    before: term.pre,
    after,
  }
}

/** "'d" and "'s" mean two things each; the tagger always takes the same one. What follows tells. */
function impliedBy({ implicit = '', tags }: Term, terms: readonly Term[], at: number): string {
  const next = terms[at + 1]
  const verb = next?.text.toLowerCase() ?? ''
  const past = next?.tags?.has('PastTense') === true || next?.tags?.has('Participle') === true
  if (implicit === 'had' && !past && verb !== 'been' && verb !== 'better') return 'would'
  if ((implicit === 'is' || implicit === 'has') && tags?.has('Verb') === true) {
    return PERFECT.test(verb) ? 'has' : 'is'
  }
  return implicit
}

/** After "'s" these say what somebody has done; most others what something is ("it's called"). */
const PERFECT = /^(?:been|got|gotten|had|happened|become|begun|allowed|helped|taught|kept)$/u
/** After these "'s" is a verb beyond doubt; after a name or a noun it can as well be a genitive, and stays as it was written. */
const CLEAR = /^(?:it|he|she|that|there|who|what|here|this|where|how|let)'s$/iu

/** @param term the second part of a contraction */
const isKeptTogether = ({ text, implicit = '' }: Term, terms: readonly Term[], at: number) =>
  text === '' && /^(?:is|has)$/u.test(implicit) && !CLEAR.test(terms[at - 1]?.text ?? '')

/** The tagger gives opened parts in lower case; names and the first word keep their capital. */
function opened(
  term: Term,
  implied: string,
  { at, terms }: { readonly at: number; readonly terms: readonly Term[] },
): string {
  if (isKeptTogether(term, terms, at)) return "'s"
  if (term.text === '') return implied
  const [head = ''] = term.text.split("'")
  if (head.toLowerCase() === implied) return head
  const capital = at === 0 || /^\p{Lu}/u.test(term.text)
  return capital ? (implied[0]?.toUpperCase() ?? '') + implied.slice(1) : implied
}

export const written = (words: readonly Word[]) =>
  words
    .map(({ before, text, after }) => before + text + after)
    .join('')
    .replaceAll(/\s+/gu, ' ')
    .trim()
