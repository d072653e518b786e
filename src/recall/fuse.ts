import type { Candidate } from '../stores/candidate-query.ts'

/** Second stage: one score out of three. All come from the same user's memories, so scores are fused, not ranks. */

export interface Fused {
  readonly seq: number
  /** Orders the hits of one question. */
  readonly score: number
  /** 0..1, absolute: comparable between questions; what a threshold cuts. */
  readonly relevance: number
  /** Each 0..1 within this question. */
  readonly vector: number
  readonly text: number
}

export interface FusionWeights {
  readonly vector: number
  readonly text: number
  readonly window: number
}

/** What a cosine means in a space: at `floor` two texts have nothing to do with each other, at `ceiling` they say the same. */
export interface Calibration {
  readonly floor: number
  readonly ceiling: number
}

/** A BM25 sum of this much counts as half relevant: about one rare word in a user's few thousand memories. */
const HALF_RELEVANT_TEXT = 6

/** Sums each score's share of this question's best (min-max over the candidates), weighted. Ties keep the newer memory first. */
export function fuse(
  candidates: readonly Candidate[],
  { weights, calibration }: { weights: FusionWeights; calibration: Calibration },
): Fused[] {
  const cosines = candidates.flatMap(({ cosine }) => cosine ?? [])
  const lowest = Math.min(...cosines)
  const share = shareOf(lowest, Math.max(...cosines))
  const textShare = shareOf(0, Math.max(0, ...candidates.map(({ text }) => text)))
  const windowShare = shareOf(0, Math.max(0, ...candidates.map(({ window }) => window)))
  const total = weights.vector + weights.text + weights.window
  return candidates
    .map(({ seq, cosine, text, window }): Fused => {
      const vector = cosine === null ? 0 : share(cosine)
      const lexical = weights.text * textShare(text) + weights.window * windowShare(window)
      return {
        seq,
        score: (weights.vector * vector + lexical) / total,
        relevance: relevanceOf({ cosine, text, calibration }),
        vector,
        text: lexical / (weights.text + weights.window),
      }
    })
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
}

/** Position between the lowest and the highest, 0 when they are the same and nothing stands out. */
function shareOf(lowest: number, highest: number): (value: number) => number {
  const width = highest - lowest
  return width > 0 ? (value) => Math.min(1, Math.max(0, (value - lowest) / width)) : () => 0
}

function relevanceOf({
  cosine,
  text,
  calibration,
}: {
  cosine: number | null
  text: number
  calibration: Calibration
}): number {
  const meaning =
    cosine === null ? 0 : (cosine - calibration.floor) / (calibration.ceiling - calibration.floor)
  return Math.min(1, Math.max(0, meaning, text / (text + HALF_RELEVANT_TEXT)))
}
