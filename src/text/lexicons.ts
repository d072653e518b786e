import { stemmer as arabicStem } from '@orama/stemmers/arabic'
import { stemmer as armenianStem } from '@orama/stemmers/armenian'
import { stemmer as bulgarianStem } from '@orama/stemmers/bulgarian'
import { stemmer as danishStem } from '@orama/stemmers/danish'
import { stemmer as dutchStem } from '@orama/stemmers/dutch'
import { stemmer as englishStem } from '@orama/stemmers/english'
import { stemmer as finnishStem } from '@orama/stemmers/finnish'
import { stemmer as frenchStem } from '@orama/stemmers/french'
import { stemmer as germanStem } from '@orama/stemmers/german'
import { stemmer as greekStem } from '@orama/stemmers/greek'
import { stemmer as hungarianStem } from '@orama/stemmers/hungarian'
import { stemmer as hindiStem } from '@orama/stemmers/indian'
import { stemmer as indonesianStem } from '@orama/stemmers/indonesian'
import { stemmer as italianStem } from '@orama/stemmers/italian'
import { stemmer as lithuanianStem } from '@orama/stemmers/lithuanian'
import { stemmer as norwegianStem } from '@orama/stemmers/norwegian'
import { stemmer as portugueseStem } from '@orama/stemmers/portuguese'
import { stemmer as romanianStem } from '@orama/stemmers/romanian'
import { stemmer as russianStem } from '@orama/stemmers/russian'
import { stemmer as serbianStem } from '@orama/stemmers/serbian'
import { stemmer as spanishStem } from '@orama/stemmers/spanish'
import { stemmer as swedishStem } from '@orama/stemmers/swedish'
import { stemmer as tamilStem } from '@orama/stemmers/tamil'
import { stemmer as turkishStem } from '@orama/stemmers/turkish'
import { stemmer as ukrainianStem } from '@orama/stemmers/ukrainian'
import { stopwords as arabicStop } from '@orama/stopwords/arabic'
import { stopwords as armenianStop } from '@orama/stopwords/armenian'
import { stopwords as bulgarianStop } from '@orama/stopwords/bulgarian'
import { stopwords as danishStop } from '@orama/stopwords/danish'
import { stopwords as dutchStop } from '@orama/stopwords/dutch'
import { stopwords as englishStop } from '@orama/stopwords/english'
import { stopwords as finnishStop } from '@orama/stopwords/finnish'
import { stopwords as frenchStop } from '@orama/stopwords/french'
import { stopwords as germanStop } from '@orama/stopwords/german'
import { stopwords as greekStop } from '@orama/stopwords/greek'
import { stopwords as hungarianStop } from '@orama/stopwords/hungarian'
import { stopwords as hindiStop } from '@orama/stopwords/indian'
import { stopwords as indonesianStop } from '@orama/stopwords/indonesian'
import { stopwords as italianStop } from '@orama/stopwords/italian'
import { stopwords as japaneseStop } from '@orama/stopwords/japanese'
import { stopwords as lithuanianStop } from '@orama/stopwords/lithuanian'
import { stopwords as chineseStop } from '@orama/stopwords/mandarin'
import { stopwords as norwegianStop } from '@orama/stopwords/norwegian'
import { stopwords as portugueseStop } from '@orama/stopwords/portuguese'
import { stopwords as romanianStop } from '@orama/stopwords/romanian'
import { stopwords as russianStop } from '@orama/stopwords/russian'
import { stopwords as serbianStop } from '@orama/stopwords/serbian'
import { stopwords as spanishStop } from '@orama/stopwords/spanish'
import { stopwords as swedishStop } from '@orama/stopwords/swedish'
import { stopwords as tamilStop } from '@orama/stopwords/tamil'
import { stopwords as turkishStop } from '@orama/stopwords/turkish'
import { stopwords as ukrainianStop } from '@orama/stopwords/ukrainian'

import { folded, spelled } from './spelling.ts'

/** Stems and stop words by ISO 639-1. A language that is missing is indexed by its whole words. */

type Stem = (word: string) => string

const STEMS: ReadonlyMap<string, Stem> = new Map(
  Object.entries({
    ar: arabicStem,
    bg: bulgarianStem,
    da: danishStem,
    de: germanStem,
    el: greekStem,
    en: englishStem,
    es: spanishStem,
    fi: finnishStem,
    fr: frenchStem,
    hi: hindiStem,
    hu: hungarianStem,
    hy: armenianStem,
    id: indonesianStem,
    it: italianStem,
    lt: lithuanianStem,
    ms: indonesianStem,
    nl: dutchStem,
    no: norwegianStem,
    pt: portugueseStem,
    ro: romanianStem,
    ru: russianStem,
    sr: serbianStem,
    sv: swedishStem,
    ta: tamilStem,
    tr: turkishStem,
    uk: ukrainianStem,
  }),
)

const STOPS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    ar: arabicStop,
    bg: bulgarianStop,
    da: danishStop,
    de: germanStop,
    el: greekStop,
    en: englishStop,
    es: spanishStop,
    fi: finnishStop,
    fr: frenchStop,
    hi: hindiStop,
    hu: hungarianStop,
    hy: armenianStop,
    id: indonesianStop,
    it: italianStop,
    ja: japaneseStop,
    lt: lithuanianStop,
    ms: indonesianStop,
    nl: dutchStop,
    no: norwegianStop,
    pt: portugueseStop,
    ro: romanianStop,
    ru: russianStop,
    sr: serbianStop,
    sv: swedishStop,
    ta: tamilStop,
    tr: turkishStop,
    uk: ukrainianStop,
    zh: chineseStop,
  }).map(([language, words]) => [language, new Set(words.map((word) => spelled(folded(word))))]),
)

export const languagesWithStopWords: readonly string[] = [...STOPS.keys()]

const NONE: ReadonlySet<string> = new Set()

/** Stop words, `spelled`. */
export const stopWordsOf = (language: string): ReadonlySet<string> => STOPS.get(language) ?? NONE

/** Stems are asked for again and again; this bounds what is remembered of each language. */
const REMEMBERED_STEMS = 50_000
/** Longer words are rare, and V8 would keep the whole text alive that such a slice comes from. */
const REMEMBERED_CHARS = 12
const remembered = new Map<string, Map<string, string>>()

/** @param word `spelled` */
export function stemOf(word: string, language: string): string {
  const stem = STEMS.get(language)
  if (!stem) return word
  if (word.length > REMEMBERED_CHARS) return stem(word)
  let known = remembered.get(language)
  if (!known || known.size >= REMEMBERED_STEMS) {
    known = new Map()
    remembered.set(language, known)
  }
  const before = known.get(word)
  if (before !== undefined) return before
  const made = stem(word)
  known.set(word, made)
  return made
}
