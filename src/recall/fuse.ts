import type { Head } from '../domain/recall.ts'
import type { Candidate, CandidateDetails } from '../stores/recall/candidate-query.ts'
import { onUsualScale, type Calibration } from './space-traits.ts'
import { relevanceOf, type RelevanceContext, type RelevanceWeights } from './relevance.ts'

/** Third stage: one score out of several. All come from the same user's memories, so scores are fused, not ranks. */

export interface Fused {
  readonly seq: number
  /** Orders the hits of one question. */
  readonly score: number
  /** 0..1, absolute: comparable between questions; what a threshold cuts. */
  readonly relevance: number
  /** Each 0..1 within this question. */
  readonly vector: number
  readonly text: number
  readonly graph: number
  /** Of a long text: the passage that is nearest to the question. */
  readonly passage?: number
  /** The share of each head, where a memory has others than `semantic`. */
  readonly heads?: Readonly<Partial<Record<Head, number>>>
  readonly details?: CandidateDetails
}

export interface FusionWeights {
  readonly vector: number
  readonly text: number
  readonly window: number
  /** Of the vectors around, when edges were followed. */
  readonly graph: number
}

export interface FusionOptions extends RelevanceContext {
  readonly weights: FusionWeights
  /** Where the model knows the language of neither the question nor the memory. */
  readonly strange: FusionWeights
  /** Whether it does not know a language; of no memory where it knows the question's. */
  readonly isStrange: (language: string) => boolean
  readonly relevance: RelevanceWeights
  readonly calibration: Calibration
  readonly strangeCalibration: Calibration
}

/**
 * The best match counts in full only from this share of the most that BM25 could give for the question. Otherwise one common word that a
 * single memory has would count as much as all words of the question. Chosen on BEAM and the person sets; LoCoMo stays as it is.
 */
const TEXT_FLOOR = 0.5
const WINDOW_FLOOR = 0.2

function wordShares(candidates: readonly Candidate[], most: number) {
  const texts = candidates.map(({ text }) => text)
  const windows = candidates.map(({ window }) => window)
  return {
    textShare: shareOf(0, Math.max(TEXT_FLOOR * most, ...texts)),
    windowShare: shareOf(0, Math.max(WINDOW_FLOOR * most, ...windows)),
  }
}

/** Sums each score's share of this question's best (min-max over the candidates), weighted. Ties keep the newer memory first. */
export function fuse(
  candidates: readonly Candidate[],
  {
    weights: known,
    strange,
    isStrange,
    relevance,
    calibration,
    strangeCalibration,
    ...context
  }: FusionOptions,
): Fused[] {
  const vectorShare = spreadOf(candidates.map(({ cosine }) => cosine))
  const graphShare = spreadOf(candidates.map(({ around = null }) => around))
  const { textShare, windowShare } = wordShares(candidates, context.most)
  const followed = candidates.some(({ around }) => around !== undefined)
  const scaled = (value: number, apart: boolean) =>
    onUsualScale(value, apart ? strangeCalibration : calibration)
  return candidates
    .map((candidate): Fused => {
      const { seq, cosine, text, window, around = null, heads, details, passage } = candidate
      const apart = details !== undefined && isStrange(details.language)
      const weights = apart ? strange : known
      const lexicalTotal = Math.max(weights.text + weights.window, Number.MIN_VALUE)
      const total = weights.vector + lexicalTotal + (followed ? weights.graph : 0)
      const likeness =
        cosine === null
          ? null
          : { own: scaled(cosine, apart), around: around === null ? null : scaled(around, apart) }
      const vector = vectorShare(cosine)
      const graph = graphShare(around)
      const lexical = weights.text * textShare(text) + weights.window * windowShare(window)
      return {
        seq,
        score: (weights.vector * vector + lexical + weights.graph * graph) / total,
        relevance: relevanceOf(candidate, likeness, { ...context, weights: relevance }),
        vector,
        text: lexical / lexicalTotal,
        graph,
        ...(passage == null ? {} : { passage }),
        ...(heads === undefined ? {} : { heads: mapValues(heads, vectorShare) }),
        ...(details === undefined ? {} : { details }),
      }
    })
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
}

const mapValues = (
  values: Readonly<Partial<Record<Head, number>>>,
  share: (value: number | null) => number,
): Partial<Record<Head, number>> =>
  Object.fromEntries(Object.entries(values).map(([head, value]) => [head, share(value)]))

/** Position between the lowest and the highest of what is known; 0 for what is not. */
function spreadOf(values: readonly (number | null)[]): (value: number | null) => number {
  const known = values.filter((value) => value !== null)
  const share = shareOf(Math.min(...known), Math.max(...known))
  return (value) => (value === null ? 0 : share(value))
}

/** Position between the lowest and the highest, 0 when they are the same and nothing stands out. */
function shareOf(lowest: number, highest: number): (value: number) => number {
  const width = highest - lowest
  return width > 0 ? (value) => Math.min(1, Math.max(0, (value - lowest) / width)) : () => 0
}
