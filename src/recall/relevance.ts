import type { Candidate } from '../stores/recall/candidate-query.ts'
import { isMachine } from '../domain/roles.ts'

/**
 * How likely a memory answers, 0..1: comparable between questions and users, what a threshold cuts. A logistic function of what was
 * measured of the pair, so that meaning and words add up: neither a common word nor a subject that all of a user's texts share is
 * enough alone. Fitted on ten chats of BEAM (100 K), the ten of bench/data and two of LoCoMo, each file counting by its questions:
 * hits that answer against the best hit for a question about somebody else.
 */
export interface RelevanceWeights {
  readonly bias: number
  /** Cosine of the memory, and its mean with those before and after. */
  readonly cosine: number
  readonly around: number
  /** BM25 of the memory and of its window, as shares of the most that any text could have. */
  readonly text: number
  readonly window: number
  /** What an assistant said is on the subject of nearly every question. */
  readonly machine: number
  /** For the length of the user's texts: long ones are near to everything. */
  readonly length: number
}

/** Where there is no vector to compare: fitted alike. */
export const BY_WORDS: RelevanceWeights = {
  bias: -1.9,
  cosine: 0,
  around: 0,
  text: 9.5,
  window: 12.8,
  machine: -2.1,
  length: -0.95,
}

export interface RelevanceContext {
  /** The most that BM25 could be for this question. */
  readonly most: number
  /** Mean lexemes of the user's texts. */
  readonly meanLength: number
}

/** Short messages have some five to twenty lexemes. */
const SHORT = 20

export interface Likeness {
  readonly own: number
  /** The mean with its neighbours; null where no edge was followed. */
  readonly around: number | null
}

/** @param likeness cosines; null where there is no vector */
export function relevanceOf(
  { text, window, details }: Pick<Candidate, 'text' | 'window' | 'details'>,
  likeness: Likeness | null,
  { weights, most, meanLength }: RelevanceContext & { readonly weights: RelevanceWeights },
): number {
  const by = likeness === null ? BY_WORDS : weights
  const share = (score: number) => (most > 0 ? Math.min(1, score / most) : 0)
  const sum =
    by.bias +
    by.cosine * (likeness?.own ?? 0) +
    by.around * (likeness?.around ?? likeness?.own ?? 0) +
    by.text * share(text) +
    by.window * share(window) +
    by.length * Math.log(1 + meanLength / SHORT) +
    (isMachine(details?.role ?? null) ? by.machine : 0)
  return 1 / (1 + Math.exp(-sum))
}
