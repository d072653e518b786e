import type { Head, RecallRequest } from '../domain/recall.ts'
import type { Candidate } from '../stores/recall/candidate-query.ts'
import type { HeadScore } from '../stores/recall/head-scores.ts'

/** Memories with several vectors: each is as near to the question as the nearest of them, and one hit all the same. */

/** The heads of this recall, besides the one that everything has. */
export const otherHeads = (
  { heads }: Pick<RecallRequest, 'heads'>,
  usual: readonly Head[],
): readonly Head[] => (heads ?? usual).filter((head) => head !== 'semantic')

export function withHeads(
  candidates: readonly Candidate[],
  scores: readonly HeadScore[],
): readonly Candidate[] {
  if (scores.length === 0) return candidates
  const bySeq = Map.groupBy(scores, ({ seq }) => seq)
  const known = new Set(candidates.map(({ seq }) => seq))
  const found = [...bySeq.keys()]
    .filter((seq) => !known.has(seq))
    .map((seq): Candidate => ({ seq, cosine: null, text: 0, window: 0 }))
  return [...candidates, ...found].map((one) => {
    const own = bySeq.get(one.seq)
    if (own === undefined) return one
    const heads = {
      ...(one.cosine === null ? {} : { semantic: one.cosine }),
      ...Object.fromEntries(own.map(({ head, cosine }) => [head, cosine])),
    }
    return { ...one, cosine: Math.max(...Object.values(heads)), heads }
  })
}
