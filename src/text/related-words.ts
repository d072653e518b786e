import { ARABIC } from './related/ar.ts'
import { CHINESE } from './related/zh.ts'
import { ENGLISH } from './related/en.ts'
import { FRENCH } from './related/fr.ts'
import { GERMAN } from './related/de.ts'
import { SPANISH } from './related/es.ts'

/**
 * Questions about daily life and their answers use different words for the same matter: "Where do I live?" is answered by "We moved to
 * Quarry Row", and "¿Dónde vivo?" by "I rent two rooms". A question about one of these matters also looks up what its answers say.
 */

const MATTERS = [
  'home',
  'job',
  'vehicle',
  'phone',
  'diet',
  'drink',
  'allergy',
  'medicine',
  'pets',
  'partner',
  'wedding',
  'holiday',
  'birthday',
  'music',
  'sport',
  'school',
] as const
type Matter = (typeof MATTERS)[number]

/** Words by which a question asks for a matter, and words by which an answer speaks of it, separated by spaces. */
export type RelatedWords = Readonly<Record<Matter, readonly [asks: string, says: string]>>

const WORDS: Readonly<Record<string, RelatedWords>> = {
  ar: ARABIC,
  de: GERMAN,
  en: ENGLISH,
  es: SPANISH,
  fr: FRENCH,
  zh: CHINESE,
}

/** Turns words into lexemes; must not depend on this module. */
type LexemesOf = (text: string, language: string) => readonly string[]

interface Lexemes {
  readonly asks: ReadonlySet<string>
  readonly says: readonly string[]
}

const cache = new Map<string, ReadonlyMap<Matter, Lexemes>>()

function mattersIn(language: string, lexemesOf: LexemesOf): ReadonlyMap<Matter, Lexemes> {
  const cached = cache.get(language)
  if (cached !== undefined) return cached
  const words = WORDS[language]
  const made = new Map<Matter, Lexemes>()
  for (const matter of words === undefined ? [] : MATTERS) {
    const [asks, says] = words?.[matter] ?? ['', '']
    made.set(matter, {
      asks: new Set(lexemesOf(asks, language)),
      says: [...new Set(lexemesOf(says, language))],
    })
  }
  if (words !== undefined) cache.set(language, made)
  return made
}

/**
 * Lexemes by which an answer may speak of what a question asks for, in the question's language and in those of the memories.
 * @param asked lexemes of the question
 * @param languages ISO 639-1; languages without a list add nothing
 */
export function relatedLexemes(
  asked: readonly string[],
  {
    language,
    languages,
    lexemesOf,
  }: {
    readonly language: string
    readonly languages: readonly string[]
    readonly lexemesOf: LexemesOf
  },
): Set<string> {
  const related = new Set<string>()
  for (const [matter, { asks }] of mattersIn(language, lexemesOf)) {
    if (!asked.some((lexeme) => asks.has(lexeme))) continue
    for (const each of new Set([language, ...languages])) {
      for (const lexeme of mattersIn(each, lexemesOf).get(matter)?.says ?? []) related.add(lexeme)
    }
  }
  return related
}
