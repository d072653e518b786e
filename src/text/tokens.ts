import { detectAmong } from './language.ts'
import { stemOf, stopWordsOf } from './lexicons.ts'
import { namingWords } from './pointing.ts'
import { relatedLexemes } from './related-words.ts'
import { emojiIn, germanSpellings, spelled, unaccented } from './spelling.ts'
import { wordsOf } from './words.ts'

/** The one tokeniser: texts and questions go through the same steps, or they would not meet. */

const lexemeOf = (spelling: string, language: string) => unaccented(stemOf(spelling, language))

/**
 * Lexemes of a text in order, with repeats: stop words left out, stemmed where the language has a stemmer, then without accents; emoji
 * come last.
 * None is empty, longer than 64 UTF-16 units, or holds a NUL or half a surrogate pair. The same on every machine with the same
 * version of ICU, which cuts Chinese, Japanese and Thai.
 * @param language ISO 639-1; any other value indexes whole words
 */
export function lexemesOf(text: string, language: string): string[] {
  const stops = stopWordsOf(language)
  const lexemes: string[] = []
  for (const word of wordsOf(text)) {
    const spelling = spelled(word)
    if (stops.has(spelling)) continue
    const lexeme = lexemeOf(spelling, language)
    if (lexeme !== '') lexemes.push(lexeme)
  }
  lexemes.push(...emojiIn(text))
  return lexemes
}

/** How often each lexeme stands there. */
export function lexemeCounts(lexemes: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const lexeme of lexemes) counts.set(lexeme, (counts.get(lexeme) ?? 0) + 1)
  return counts
}

/** How many words of a question are no stop words of its language, and neither ask nor point. */
export function countTelling(text: string, language: string): number {
  const stops = stopWordsOf(language)
  return namingWords(text, language).filter((word) => !stops.has(spelled(word))).length
}

/** What a question looks up. */
export interface QueryWords {
  /** Each once: those of the question first, then those that only its answer may say. */
  readonly lexemes: readonly string[]
  /** Which word of the question each lexeme comes from: in two languages a word has two lexemes, and is said by either. */
  readonly places: readonly number[]
  /** What each lexeme counts: 1 for the question's own, less for those that only its answer may say. */
  readonly shares: readonly number[]
}

/** What a word of the answer counts beside a word of the question. 0.3 to 0.7 find as much on the person sets of this project. */
const RELATED_SHARE = 0.4

/**
 * Distinct lexemes of a question, under its own language and each that the user's memories are written in: a name stems
 * differently in a German and in an English message, and the question has to meet both. Beside them words that an answer may use.
 * @param asked the question's own language, where it is known
 */
export function queryWords(
  text: string,
  languages: readonly string[],
  asked = detectAmong(text, languages),
): QueryWords {
  const words = tellingWords(text, asked)
  const places = new Map<string, number>()
  for (const language of new Set([asked, ...languages])) {
    for (const [place, word] of words.entries()) {
      const lexemes = lexemesAsked(word, language).filter((lexeme) => !places.has(lexeme))
      for (const lexeme of lexemes) places.set(lexeme, place)
    }
  }
  for (const [index, emoji] of emojiIn(text).entries()) {
    if (!places.has(emoji)) places.set(emoji, words.length + index)
  }
  const own = words.map((word) => lexemeOf(word, asked))
  const related = [
    ...relatedLexemes(own, { language: asked, languages, lexemesOf }).difference(places),
  ]
  return {
    lexemes: [...places.keys(), ...related],
    places: [...places.values(), ...related.map(() => 0)],
    shares: [...[...places].map(() => 1), ...related.map(() => RELATED_SHARE)],
  }
}

/** What a word of a question is looked up by. */
const lexemesAsked = (word: string, language: string): string[] =>
  (language === 'de' ? germanSpellings(word) : [word])
    .map((spelling) => lexemeOf(spelling, language))
    .filter((lexeme) => lexeme !== '')

/** A question of nothing but stop words ("who is he?") still asks for something. */
function tellingWords(text: string, language: string): string[] {
  const stops = stopWordsOf(language)
  const words = [...new Set(wordsOf(text).map(spelled))]
  const telling = words.filter((word) => !stops.has(word))
  return telling.length > 0 ? telling : words
}

/** The lexemes of the question's own words alone. */
export function queryLexemes(...asked: Parameters<typeof queryWords>): readonly string[] {
  const { lexemes, shares } = queryWords(...asked)
  return lexemes.filter((_, at) => shares[at] === 1)
}
