import type { SpaceIdentity } from '../providers/embedder.ts'
import type { Calibration, FusionWeights } from './fuse.ts'

/** How much a space's vectors are worth beside words, and what their cosines mean. */
export interface SpaceTraits {
  readonly weights: FusionWeights
  readonly calibration: Calibration
}

/** The hashing embedder repeats what BM25 knows, but for typos and inflections: it counts little. */
const BUILTIN: SpaceTraits = {
  weights: { vector: 0.15, text: 0.6, window: 1 },
  calibration: { floor: 0.25, ceiling: 0.75 },
}

/** Sentence models: unrelated texts lie near 0.1, paraphrases from 0.6 on. */
const MODEL: SpaceTraits = {
  weights: { vector: 1, text: 1, window: 0.5 },
  calibration: { floor: 0.15, ceiling: 0.7 },
}

export function traitsOf(space: SpaceIdentity | undefined): SpaceTraits {
  return space?.provider === 'builtin' ? BUILTIN : MODEL
}
