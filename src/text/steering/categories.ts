import type { Category } from '../../domain/extraction-settings.ts'
import { lexemesOf } from '../tokens.ts'
import { wordsOf } from '../words.ts'
import { phrasesOf, topicsNamedBy } from './topics.ts'

/** The category of a text by its words, for where no language model says it. */

/** A word of the name says more than one of its description, and than one that is often said of such things. */
const NAME_SHARE = 3
const DESCRIPTION_SHARE = 2
const TOPIC_SHARE = 1

export type CategoryOf = (text: string, language: string) => string | null

export function categoryByWords(categories: readonly Category[]): CategoryOf {
  const known = categories.map((category) => ({
    ...category,
    topics: new Set(
      wordsOf(`${category.name} ${category.description}`).flatMap((word) => [
        ...topicsNamedBy(word),
      ]),
    ),
  }))
  return (text, language) => {
    const said = new Set([...lexemesOf(text, language), ...lexemesOf(text, 'en')])
    let best: { readonly name: string; readonly score: number } | undefined
    for (const { name, description, topics } of known) {
      const score =
        NAME_SHARE * shared(name, said, language) +
        DESCRIPTION_SHARE * shared(description, said, language) +
        TOPIC_SHARE *
          [...topics].reduce((sum, topic) => sum + countPhrases(topic, said, language), 0)
      if (score > (best?.score ?? 0)) best = { name, score }
    }
    return best?.name ?? null
  }
}

function shared(words: string, said: ReadonlySet<string>, language: string): number {
  const own = new Set([
    ...lexemesOf(words.replaceAll('_', ' '), language),
    ...lexemesOf(words.replaceAll('_', ' '), 'en'),
  ])
  return own.intersection(said).size
}

function countPhrases(
  topic: Parameters<typeof phrasesOf>[0],
  said: ReadonlySet<string>,
  language: string,
): number {
  const found = phrasesOf(topic, language).filter(([, phrase]) =>
    phrase.every((lexeme) => said.has(lexeme)),
  )
  return new Set(found.map(([, phrase]) => phrase.join(' '))).size
}
