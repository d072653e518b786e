import type { NarrativeSection } from '../../domain/narrative.ts'
import { ARABIC } from './words/ar.ts'
import { CHINESE } from './words/zh.ts'
import { ENGLISH } from './words/en.ts'
import { FRENCH } from './words/fr.ts'
import { GERMAN } from './words/de.ts'
import { SPANISH } from './words/es.ts'

/** What a portrait speaks of, finer than its sections: of most topics only the newest statement holds. */

export const TOPICS = [
  'identity',
  'job',
  'study',
  'home',
  'family',
  'pets',
  'allergy',
  'condition',
  'diet',
  'drink',
  'leisure',
  'plan',
] as const
export type Topic = (typeof TOPICS)[number]

interface Place {
  readonly section: NarrativeSection
  /** So many statements at most. */
  readonly keeps: number
  /** Every other statement of the topic is out of date by then: somebody has one home and one diet at a time. */
  readonly withinDays: number
}

/** Old news of a topic of which one thing holds is kept only as far as it belongs to the newest. */
const ONE_AT_A_TIME = 14
const ALWAYS = Number.POSITIVE_INFINITY

export const PLACES: Readonly<Record<Topic, Place>> = {
  identity: { section: 'who', keeps: 2, withinDays: ALWAYS },
  job: { section: 'work', keeps: 3, withinDays: ONE_AT_A_TIME },
  study: { section: 'work', keeps: 2, withinDays: 180 },
  home: { section: 'home', keeps: 2, withinDays: ONE_AT_A_TIME },
  family: { section: 'people', keeps: 6, withinDays: ALWAYS },
  pets: { section: 'people', keeps: 2, withinDays: ALWAYS },
  allergy: { section: 'health', keeps: 3, withinDays: ALWAYS },
  condition: { section: 'health', keeps: 3, withinDays: 365 },
  diet: { section: 'preferences', keeps: 1, withinDays: 0 },
  drink: { section: 'preferences', keeps: 1, withinDays: 0 },
  leisure: { section: 'preferences', keeps: 4, withinDays: 365 },
  plan: { section: 'plans', keeps: 5, withinDays: 183 },
}

/** Beginnings of words, `=` before whole ones, `*` before what may stand inside a word, `_` for a blank. The first list says it by itself, of the second it takes three. */
export type TopicWords = Readonly<Record<Topic, readonly [strong: string, weak: string]>>

const WORDS: Readonly<Record<string, TopicWords>> = {
  en: ENGLISH,
  de: GERMAN,
  es: SPANISH,
  fr: FRENCH,
  zh: CHINESE,
  ar: ARABIC,
}

interface Prototype {
  readonly strong: RegExp
  readonly weak: RegExp
}

const prototypes = new Map<string, ReadonlyMap<Topic, Prototype>>()

function prototypesOf(language: string): ReadonlyMap<Topic, Prototype> {
  const known = prototypes.get(language)
  if (known !== undefined) return known
  const words = WORDS[language] ?? ENGLISH
  const made = new Map(
    TOPICS.map((topic) => [
      topic,
      { strong: patternOf(words[topic][0]), weak: patternOf(words[topic][1]) },
    ]),
  )
  prototypes.set(language in WORDS ? language : 'en', made)
  return made
}

/** Arabic writes articles, conjunctions and short prepositions onto the word. */
const PREFIXES = '[وف]?[بلكس]?(?:ال|لل)?'

function patternOf(list: string): RegExp {
  const stems = folded(list).split(/\s+/u).filter(Boolean)
  const marked = (mark: string) =>
    stems.filter((stem) => stem.startsWith(mark)).map((stem) => stem.slice(1))
  const inside = marked('*')
  const starting = [
    ...stems.filter((stem) => !/^[*=]/u.test(stem)),
    ...marked('=').map((word) => String.raw`${word}(?![\p{L}\p{N}])`),
  ]
  const written = (all: readonly string[]) => all.map((stem) => stem.replaceAll('_', ' ')).join('|')
  const either = [
    ...(starting.length > 0
      ? [String.raw`(?<![\p{L}\p{N}])(?:${PREFIXES})?(?:${written(starting)})`]
      : []),
    ...(inside.length > 0 ? [`(?:${written(inside)})`] : []),
  ]
  return either.length === 0 ? /(?!)/gu : new RegExp(either.join('|'), 'gu')
}

/** Lower case, without accents and vowel signs: as `patternOf` has its stems. */
export const folded = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('’', "'")
    .replaceAll(/\s+/gu, ' ')

const STRONG = 2
/** Less says nothing of a topic: it takes one word that does by itself, or three that point to it. */
export const LEAST_SCORE = 2
const LEAST_WEAK = 3

/** How much a statement says of each topic of which it says anything. */
export function scoresOf(text: string, language: string): Map<Topic, number> {
  const plain = folded(text)
  const scores = new Map<Topic, number>()
  for (const [topic, { strong, weak }] of prototypesOf(language)) {
    const [sure, likely] = [distinct(plain, strong), distinct(plain, weak)]
    if (sure > 0 || likely >= LEAST_WEAK) scores.set(topic, STRONG * sure + likely)
  }
  return scores
}

const distinct = (text: string, pattern: RegExp) =>
  new Set([...text.matchAll(pattern)].map(([found]) => found)).size

/** The words of a text that name a relative or a friend. */
export const relativesIn = (text: string, language: string): string[] =>
  [...folded(text).matchAll(prototypesOf(language).get('family')?.strong ?? NONE)].map(
    ([word]) => word,
  )

const NONE = /(?!)/gu

/** Whether a word belongs to the topic itself, and so tells no two of its statements apart. */
export function isOfTopic(word: string, topic: Topic, language: string): boolean {
  const prototype = prototypesOf(language).get(topic)
  const plain = folded(word)
  return (
    prototype !== undefined &&
    [prototype.strong, prototype.weak].some((one) => plain.search(one) >= 0)
  )
}
