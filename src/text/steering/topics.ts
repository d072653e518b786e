import { lexemesOf } from '../tokens.ts'
import { ARABIC } from './topics/ar.ts'
import { CHINESE } from './topics/zh.ts'
import { ENGLISH } from './topics/en.ts'
import { FRENCH } from './topics/fr.ts'
import { GERMAN } from './topics/de.ts'
import { SPANISH } from './topics/es.ts'

/** Topics that people ask a memory to stay away from, by the words that name them and the words that texts speak of them with. */

export const TOPICS = [
  'health',
  'money',
  'religion',
  'politics',
  'sexuality',
  'origin',
  'secrets',
  'contact',
  'address',
  'residence',
  'family',
  'work',
  'crime',
  'substances',
  'pets',
  'travel',
  'food',
  'leisure',
  'study',
] as const
export type Topic = (typeof TOPICS)[number]

/**
 * Words that name a topic, and words that speak of it, separated by spaces; `_` joins words that have to stand together. A name speaks of its
 * topic too, unless `~` says that texts use it for other things as well.
 */
export type TopicWords = Readonly<Record<Topic, readonly [names: string, says: string]>>

const WORDS: Readonly<Record<string, TopicWords>> = {
  ar: ARABIC,
  de: GERMAN,
  en: ENGLISH,
  es: SPANISH,
  fr: FRENCH,
  zh: CHINESE,
}

const LANGUAGES = Object.keys(WORDS)

/** Lexemes that have to stand in a text together. */
export type Phrase = readonly string[]

interface TopicLexemes {
  readonly names: ReadonlySet<string>
  readonly says: readonly Phrase[]
}

const cache = new Map<string, ReadonlyMap<Topic, TopicLexemes>>()

function topicsIn(language: string): ReadonlyMap<Topic, TopicLexemes> {
  const known = cache.get(language)
  if (known !== undefined) return known
  const words = WORDS[language]
  const made = new Map<Topic, TopicLexemes>()
  for (const topic of words === undefined ? [] : TOPICS) {
    const [names, says] = (words?.[topic] ?? ['', '']).map((list) => list.split(/\s+/u))
    made.set(topic, {
      names: new Set((names ?? []).map((item) => phraseOf(item, language).join(' '))),
      says: [...(names ?? []).filter((item) => !item.startsWith('~')), ...(says ?? [])]
        .map((item) => phraseOf(item, language))
        .filter(({ length }) => length > 0),
    })
  }
  if (words !== undefined) cache.set(language, made)
  return made
}

const phraseOf = (item: string, language: string): Phrase =>
  lexemesOf(item.replace('~', '').replaceAll('_', ' '), language)

/** The topics that a word, or several that stand together, name in whatever language they are written. */
export function topicsNamedBy(words: string): ReadonlySet<Topic> {
  const named = new Set<Topic>()
  for (const language of LANGUAGES) {
    const phrase = lexemesOf(words, language).join(' ')
    for (const [topic, { names }] of topicsIn(language)) if (names.has(phrase)) named.add(topic)
  }
  return named
}

/** What a text in a language speaks of a topic with; languages without a list are looked through in all. */
export function phrasesOf(topic: Topic, language: string): readonly (readonly [string, Phrase])[] {
  const languages = language in WORDS ? new Set([language, 'en']) : LANGUAGES
  return [...languages].flatMap((one) =>
    (topicsIn(one).get(topic)?.says ?? []).map((phrase) => [one, phrase] as const),
  )
}
