import type { Hit, RecallResult } from '../domain/recall.ts'

/** One question about several users: each is asked by itself, so nothing of one can lift or push down what another said. */

/** As many as a team has; each costs a recall. */
export const MAX_USERS = 10

/**
 * What was found of each user as one list. `score` orders the hits of one user only, so hits are ordered by relevance, which is
 * absolute, and that becomes their score.
 */
export function mergeByRelevance(results: readonly RecallResult[], k: number): RecallResult {
  return {
    hits: results
      .flatMap(({ hits }) => hits)
      .map((hit): Hit => ({ ...hit, score: hit.scores.relevance }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, k),
    degraded: [...new Set(results.flatMap(({ degraded }) => degraded))],
    // Tenths, as each of them is.
    took_ms: Math.round(results.reduce((sum, { took_ms: took }) => sum + took, 0) * 10) / 10,
  }
}
