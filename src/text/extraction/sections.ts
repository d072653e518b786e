import { attributesOf, isSingleValued } from './relations.ts'

/** The sections of a narrative, and which of them a memory belongs to. */

export const SECTIONS = ['who', 'what', 'when', 'preferences', 'plans'] as const
export type Section = (typeof SECTIONS)[number]

type Headings = Readonly<Record<Section, string>>

const ENGLISH: Headings = {
  who: 'Who',
  what: 'What',
  when: 'When',
  preferences: 'Preferences',
  plans: 'Current plans',
}

export const HEADINGS: Readonly<Record<string, Headings>> = {
  en: ENGLISH,
  de: { who: 'Wer', what: 'Was', when: 'Wann', preferences: 'Vorlieben', plans: 'Aktuelle Pläne' },
  es: {
    who: 'Quién',
    what: 'Qué',
    when: 'Cuándo',
    preferences: 'Preferencias',
    plans: 'Planes actuales',
  },
  fr: {
    who: 'Qui',
    what: 'Quoi',
    when: 'Quand',
    preferences: 'Préférences',
    plans: 'Projets en cours',
  },
}

export const headingsOf = (language: string) => HEADINGS[language] ?? ENGLISH

const PLAN =
  /\b(?:planning|going to|will|wants? to|hopes? to|intends? to|looking forward to|would (?:love|like) to|plant|möchte|wird|va a|quiere|planea|va|veut|souhaite)\b/u
const PREFERENCE =
  /\b(?:loves|likes|enjoys|hates|mag|liebt|bevorzugt|gusta|encanta|prefiere|odia|aime|préfère|déteste|adore|prefers?|vegetarian|vegan|does not (?:like|eat|drink))\b/u
const WHO =
  /^\S+ (?:is an?|is not an?|heißt|wohnt|arbeitet|ist|vive|trabaja|se llama|es|habite|travaille|s'appelle|est)\b/u
const DATED =
  /\b(?:(?:19|20)\d{2}|yesterday|last (?:week|month|year|night|\p{Lu}\p{L}+)|ago|gestern|ayer|hier)\b/u

const PREFERRED = /^(?:likes|dislikes|allergic_to|favourite_\w+)$/u

/** A plan nobody came back to for half a year is done or given up; either way no current one. */
const CURRENT_MS = 183 * 24 * 60 * 60 * 1_000

/** @param times Unix milliseconds: of the memory, and of the newest there is */
export function sectionOf(
  content: string,
  { at, newest }: { readonly at: number; readonly newest: number },
): Section {
  const predicates = attributesOf(content).map(({ predicate }) => predicate)
  const planned = predicates.includes('plans') || PLAN.test(content)
  if (planned && !(newest - at > CURRENT_MS)) return 'plans'
  if (PREFERENCE.test(content) || predicates.some((one) => PREFERRED.test(one))) {
    return 'preferences'
  }
  if (predicates.some((one) => isSingleValued(one) || one === 'has')) return 'who'
  if (DATED.test(content)) return 'when'
  return WHO.test(content) ? 'who' : 'what'
}
