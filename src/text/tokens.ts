import { detectLanguage } from './language.ts'
import { stemOf, stopWordsOf } from './lexicons.ts'

/** The one tokeniser: texts and questions go through the same steps, or they would not meet. */

/** Longer runs are no words: base64, hashes, URLs. Their beginning still finds them. */
const MAX_LEXEME_CHARS = 64

/** Letters, marks and digits, joined by signs that stand inside a word; a trailing + or # belongs to C++ and C#. */
const WORD =
  /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’._@/-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*(?:\+\+|#)?/gu

/** Written without spaces: words have to be found by dictionary. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** Scripts in which two signs already carry meaning, so pairs of them find what a segmenter cut otherwise. */
const PAIRED = /[\p{Script=Han}\p{Script=Hangul}]+/gu

const SEGMENTERS = {
  zh: new Intl.Segmenter('zh', { granularity: 'word' }),
  ja: new Intl.Segmenter('ja', { granularity: 'word' }),
  th: new Intl.Segmenter('th', { granularity: 'word' }),
}

/**
 * The words of a text in order, with repeats: compatibility forms folded, lower case, nothing dropped yet. Compounds give their
 * parts; those that hold digits or an at-sign (ids, versions, addresses) also stay whole.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  const folded = text.toWellFormed().normalize('NFKC').toLowerCase()
  for (const [found] of folded.matchAll(WORD)) {
    if (UNSPACED.test(found)) pushUnspaced(words, found)
    else pushSpaced(words, found)
  }
  return words
}

function pushSpaced(words: string[], found: string): void {
  if (!/['’._@/-]/u.test(found)) {
    words.push(cut(found))
    return
  }
  if (/[\d@]/u.test(found)) words.push(cut(found))
  for (const part of found.split(/[._@/-]/u)) {
    const [stem, ...rest] = part.split(/['’]/u)
    // English "Maya's" is Maya; Romance "l'ami" is ami.
    if (stem && (rest.length === 0 || stem.length > 2)) words.push(cut(stem))
    for (const tail of rest) if (tail.length > 2) words.push(cut(tail))
  }
  for (const [pair] of found.matchAll(PAIRED)) pushPairs(words, pair)
}

function pushUnspaced(words: string[], found: string): void {
  const segmenter = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(found)
    ? SEGMENTERS.ja
    : /\p{Script=Han}/u.test(found)
      ? SEGMENTERS.zh
      : SEGMENTERS.th
  for (const { segment, isWordLike } of segmenter.segment(found)) {
    if (isWordLike === true) words.push(cut(segment))
  }
  for (const [run] of found.matchAll(PAIRED)) pushPairs(words, run)
}

function pushPairs(words: string[], run: string): void {
  const signs = Array.from(run)
  // A word of two signs is its own pair and was counted already.
  if (signs.length <= 2) return
  for (let at = 0; at + 1 < signs.length; at += 1) words.push(`${signs[at]}${signs[at + 1]}`)
}

/** Never ends inside a surrogate pair. */
const cut = (word: string) =>
  word.length <= MAX_LEXEME_CHARS
    ? word
    : word.slice(0, MAX_LEXEME_CHARS).replace(/[\uD800-\uDBFF]$/, '')

/** What Arabic writers leave out or vary: vowel signs, the stretching bar, forms of alef, final ya and ta marbuta. */
function normaliseArabic(word: string): string {
  return word
    .replaceAll(/[\u064B-\u0652\u0670\u0640]/g, '')
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll('ى', 'ي')
    .replaceAll('ة', 'ه')
}

const ACCENTED_LATIN = /[\u00C0-\u024F\u1E00-\u1EFF]/

/** A word as it is indexed. Accents fall after stemming, which needs them, so "Müller" and "Muller" meet. */
function lexemeOf(word: string, language: string): string {
  const stem =
    language === 'ar'
      ? normaliseArabic(stemOf(normaliseArabic(word), 'ar'))
      : stemOf(word, language)
  if (!ACCENTED_LATIN.test(stem)) return stem
  return stem.replaceAll('ß', 'ss').normalize('NFD').replaceAll(/\p{M}/gu, '')
}

/**
 * Lexemes of a text in order, with repeats: stop words left out, stemmed where the language has a stemmer.
 * @param language ISO 639-1; any other value indexes whole words
 */
export function lexemesOf(text: string, language: string): string[] {
  const stops = stopWordsOf(language)
  const lexemes: string[] = []
  for (const word of wordsOf(text)) {
    if (stops.has(word)) continue
    const lexeme = lexemeOf(word, language)
    if (lexeme !== '') lexemes.push(lexeme)
  }
  return lexemes
}

/**
 * Distinct lexemes of a question, under its own language and each that the user's memories are written in: a name stems
 * differently in a German and in an English message, and the question has to meet both.
 */
export function queryLexemes(text: string, languages: readonly string[]): string[] {
  const asked = detectLanguage(text, languages[0] ?? 'en')
  const stops = stopWordsOf(asked)
  const words = wordsOf(text)
  const telling = words.filter((word) => !stops.has(word))
  const lexemes = new Set<string>()
  for (const language of new Set([asked, ...languages])) {
    // A question of nothing but stop words ("who is he?") still asks for something.
    for (const word of telling.length > 0 ? telling : words) {
      const lexeme = lexemeOf(word, language)
      if (lexeme !== '') lexemes.add(lexeme)
    }
  }
  return [...lexemes]
}
