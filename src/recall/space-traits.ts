import type { SpaceIdentity } from '../providers/embedder.ts'
import type { Calibration, FusionWeights } from './fuse.ts'

/** How much a space's vectors are worth beside words, and what their cosines mean. */
export interface SpaceTraits {
  readonly weights: FusionWeights
  readonly calibration: Calibration
}

/** The hashing embedder repeats what BM25 knows, but for typos and inflections: it counts little. */
const BUILTIN: SpaceTraits = {
  weights: { vector: 0.1, text: 0.6, window: 1, graph: 0 },
  calibration: { floor: 0.2, ceiling: 0.7 },
}

/** Sentence models: of unrelated texts nineteen in twenty lie below 0.45, what answers a question around 0.35, paraphrases from 0.6 on. */
const MODEL: SpaceTraits = {
  weights: { vector: 1, text: 0.5, window: 1, graph: 1 },
  calibration: { floor: 0.2, ceiling: 0.75 },
}

export function traitsOf(space: SpaceIdentity | undefined): SpaceTraits {
  return space?.provider === 'builtin' ? BUILTIN : MODEL
}
