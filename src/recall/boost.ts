import type { Fused } from './fuse.ts'

/** What a reranking stage does: it looks at one hit to be and says how much of its boost that deserves. */
export interface Boost {
  /** How much of the range of a question's scores the whole boost is. */
  readonly size: number
  /** 0..1 */
  readonly share: (fused: Fused) => number
}

/** Adds boosts and orders anew. Scores stay within 0..1, whatever came together. */
export function rerank(fused: readonly Fused[], boosts: readonly Boost[]): readonly Fused[] {
  if (boosts.length === 0) return fused
  const total = 1 + boosts.reduce((sum, { size }) => sum + size, 0)
  return fused
    .map((one) => ({
      ...one,
      score: boosts.reduce((sum, { size, share }) => sum + size * share(one), one.score) / total,
    }))
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
}
