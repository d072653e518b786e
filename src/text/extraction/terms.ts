import { lexemesOf } from '../tokens.ts'

/** What a sentence is about: its stemmed words without stop words. */
export const keyTerms = (text: string, language: string): ReadonlySet<string> =>
  new Set(lexemesOf(text, language))

/** How many of the one stand in the other, as a share of the one. */
export function shareIn(terms: ReadonlySet<string>, others: ReadonlySet<string>): number {
  if (terms.size === 0) return 0
  let both = 0
  for (const term of terms) if (others.has(term)) both += 1
  return both / terms.size
}
