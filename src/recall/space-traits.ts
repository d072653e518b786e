import type { SpaceIdentity } from '../providers/embedder.ts'
import type { FusionWeights } from './fuse.ts'
import type { RelevanceWeights } from './relevance.ts'

/** What a cosine means in a space: at `floor` two texts have little to do with each other, at `ceiling` they say the same. */
export interface Calibration {
  readonly floor: number
  readonly ceiling: number
}

/** How much a space's vectors are worth beside words, and what their cosines mean. */
export interface SpaceTraits {
  readonly weights: FusionWeights
  /** For a language that the model does not know. */
  readonly strange: FusionWeights
  readonly calibration: Calibration
  /** For a language that the model does not know: there unrelated texts are nearer to each other. */
  readonly strangeCalibration: Calibration
  /** For cosines on the scale of `USUAL`. */
  readonly relevance: RelevanceWeights
}

/** Sentence models: of unrelated texts nineteen in twenty lie below 0.45, what answers a question around 0.35, paraphrases from 0.6 on. */
const USUAL: Calibration = { floor: 0.2, ceiling: 0.75 }
/** Models of the E5 family crowd together: unrelated texts at 0.66 to 0.69, answers at 0.75 to 0.81 (multilingual-e5-small). */
const CROWDED: Calibration = { floor: 0.7, ceiling: 0.92 }

/** all-MiniLM-L6-v2 in German, Spanish, French and Chinese. */
const STRANGE: Calibration = { floor: 0.3, ceiling: 0.8 }

const WORDS_FIRST: FusionWeights = { vector: 0.1, text: 0.6, window: 1, graph: 0 }

/** The hashing embedder repeats what BM25 knows, but for typos and inflections: it counts little. */
const BUILTIN: SpaceTraits = {
  weights: WORDS_FIRST,
  strange: WORDS_FIRST,
  calibration: { floor: 0.2, ceiling: 0.7 },
  strangeCalibration: { floor: 0.2, ceiling: 0.7 },
  relevance: {
    bias: -2.65,
    cosine: 5.6,
    around: 0,
    text: 5.7,
    window: 12.3,
    machine: -1.9,
    length: -0.9,
  },
}

/** Weights of LoCoMo's; meaning counts half more than there, which the chats of BEAM gain by and LoCoMo does not lose by. */
const MODEL: SpaceTraits = {
  weights: { vector: 1.5, text: 0.5, window: 1, graph: 1 },
  // Chosen on the German, Spanish, French, Arabic and Chinese questions of this project, with all-MiniLM-L6-v2.
  strange: { vector: 0.5, text: 0.6, window: 1, graph: 0.25 },
  calibration: USUAL,
  strangeCalibration: STRANGE,
  relevance: {
    bias: -4.55,
    cosine: 6.7,
    around: 5.9,
    text: 5.7,
    window: 8.7,
    machine: -1.5,
    length: -1.2,
  },
}

export function traitsOf(space: SpaceIdentity | undefined): SpaceTraits {
  if (space?.provider === 'builtin') return BUILTIN
  return /\be5\b/i.test(space?.model ?? '') ? { ...MODEL, calibration: CROWDED } : MODEL
}

/** A cosine on the scale of the usual sentence models. */
export const onUsualScale = (cosine: number, { floor, ceiling }: Calibration): number =>
  USUAL.floor + ((cosine - floor) / (ceiling - floor)) * (USUAL.ceiling - USUAL.floor)
