import type { Boost } from './boost.ts'

/** On five conversations of LoCoMo and on five others anything from 0.1 to 0.2 lifts both; of two of them neither loses by 0.2, and one gains. */
const SIZE = 0.2

/**
 * Reranking by who said it: a question that names exactly one of those who speak is likelier answered by that one. It cannot fire
 * where nobody has a name, as between a user and an assistant.
 */
export function speakerBoost(speakers: readonly string[]): Boost | null {
  const [only] = speakers
  if (only === undefined || speakers.length > 1) return null
  return { size: SIZE, share: ({ details }) => (details?.name === only ? 1 : 0) }
}
