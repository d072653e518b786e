import type { SpaceIdentity } from '../providers/embedder.ts'

/**
 * Which languages a model knows, as far as its name tells. Of two texts in a language that it does not know it sees what they spell
 * alike, which words tell better.
 */

/** Names of models that were trained on English alone, unless they say that they are multilingual. */
const ENGLISH =
  /minilm|mpnet|(?:^|[/-])(?:bge-(?:micro|small|base|large)-en|e5-(?:small|base|large)(?:-v2)?$|gte-(?:small|base|large)(?:-en.*)?$)|english/i
const MANY = /multilingual|[/-]m3\b|labse/i

/** @returns null for every language, also where that is not known */
export function languagesOf(space: SpaceIdentity | undefined): ReadonlySet<string> | null {
  const model = space?.model ?? ''
  // "und": a text too short to tell.
  return ENGLISH.test(model) && !MANY.test(model) ? new Set(['en', 'und']) : null
}
