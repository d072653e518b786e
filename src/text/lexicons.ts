import { stemmer as arabicStem } from '@orama/stemmers/arabic'
import { stemmer as danishStem } from '@orama/stemmers/danish'
import { stemmer as dutchStem } from '@orama/stemmers/dutch'
import { stemmer as englishStem } from '@orama/stemmers/english'
import { stemmer as finnishStem } from '@orama/stemmers/finnish'
import { stemmer as frenchStem } from '@orama/stemmers/french'
import { stemmer as germanStem } from '@orama/stemmers/german'
import { stemmer as italianStem } from '@orama/stemmers/italian'
import { stemmer as norwegianStem } from '@orama/stemmers/norwegian'
import { stemmer as portugueseStem } from '@orama/stemmers/portuguese'
import { stemmer as romanianStem } from '@orama/stemmers/romanian'
import { stemmer as russianStem } from '@orama/stemmers/russian'
import { stemmer as spanishStem } from '@orama/stemmers/spanish'
import { stemmer as swedishStem } from '@orama/stemmers/swedish'
import { stemmer as turkishStem } from '@orama/stemmers/turkish'
import { stopwords as arabicStop } from '@orama/stopwords/arabic'
import { stopwords as danishStop } from '@orama/stopwords/danish'
import { stopwords as dutchStop } from '@orama/stopwords/dutch'
import { stopwords as englishStop } from '@orama/stopwords/english'
import { stopwords as finnishStop } from '@orama/stopwords/finnish'
import { stopwords as frenchStop } from '@orama/stopwords/french'
import { stopwords as germanStop } from '@orama/stopwords/german'
import { stopwords as italianStop } from '@orama/stopwords/italian'
import { stopwords as japaneseStop } from '@orama/stopwords/japanese'
import { stopwords as chineseStop } from '@orama/stopwords/mandarin'
import { stopwords as norwegianStop } from '@orama/stopwords/norwegian'
import { stopwords as portugueseStop } from '@orama/stopwords/portuguese'
import { stopwords as romanianStop } from '@orama/stopwords/romanian'
import { stopwords as russianStop } from '@orama/stopwords/russian'
import { stopwords as spanishStop } from '@orama/stopwords/spanish'
import { stopwords as swedishStop } from '@orama/stopwords/swedish'
import { stopwords as turkishStop } from '@orama/stopwords/turkish'

/** Stems and stop words by ISO 639-1. A language that is missing is indexed by its whole words. */

type Stem = (word: string) => string

const STEMS: Readonly<Record<string, Stem>> = {
  ar: arabicStem,
  da: danishStem,
  de: germanStem,
  en: englishStem,
  es: spanishStem,
  fi: finnishStem,
  fr: frenchStem,
  it: italianStem,
  nl: dutchStem,
  no: norwegianStem,
  pt: portugueseStem,
  ro: romanianStem,
  ru: russianStem,
  sv: swedishStem,
  tr: turkishStem,
}

const STOPS: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    ar: arabicStop,
    da: danishStop,
    de: germanStop,
    en: englishStop,
    es: spanishStop,
    fi: finnishStop,
    fr: frenchStop,
    it: italianStop,
    ja: japaneseStop,
    nl: dutchStop,
    no: norwegianStop,
    pt: portugueseStop,
    ro: romanianStop,
    ru: russianStop,
    sv: swedishStop,
    tr: turkishStop,
    zh: chineseStop,
  }).map(([language, words]) => [
    language,
    new Set(words.map((word) => word.normalize('NFKC').toLowerCase())),
  ]),
)

const NONE: ReadonlySet<string> = new Set()

export const stopWordsOf = (language: string): ReadonlySet<string> => STOPS[language] ?? NONE

/** Stems are asked for again and again; this bounds what is remembered of each language. */
const REMEMBERED_STEMS = 50_000
const remembered = new Map<string, Map<string, string>>()

export function stemOf(word: string, language: string): string {
  const stem = STEMS[language]
  if (!stem) return word
  let known = remembered.get(language)
  if (!known || known.size > REMEMBERED_STEMS) {
    known = new Map()
    remembered.set(language, known)
  }
  const before = known.get(word)
  if (before !== undefined) return before
  const made = stem(word)
  known.set(word, made)
  return made
}
