import type { Hit, RecallRequest } from '../domain/recall.ts'
import type { Logger } from '../logger.ts'
import type { Reranker } from '../providers/reranker.ts'
import { left } from './stages.ts'

/** Optional stage after the last read: a model reads the question beside each of the best hits, within a deadline, or takes no part. */

export interface Judge {
  readonly reranker: Reranker
  readonly timeoutMs: number
  readonly log: Logger
}

/** So many hits are judged, or as many as are asked for. */
const JUDGED = 30
/** What stands further on in a text seldom decides, and such models read some hundred words. */
const JUDGED_CHARS = 2_000

/** How many hits have to be read for a request. */
export const hitsToJudge = (judge: Judge | undefined, request: RecallRequest): number =>
  judge === undefined || left(request, 'rerank') ? request.k : Math.max(request.k, JUDGED)

/** The best of these hits with what the model makes of them, half and half; as they were where it fails or is late. */
export async function judgeHits(
  judge: Judge | undefined,
  hits: readonly Hit[],
  request: RecallRequest,
): Promise<{ readonly hits: readonly Hit[]; readonly degraded: readonly 'rerank'[] }> {
  if (judge === undefined || left(request, 'rerank') || hits.length < 2) {
    return { hits: hits.slice(0, request.k), degraded: [] }
  }
  try {
    const documents = hits.map(({ content }) => content.slice(0, JUDGED_CHARS).toWellFormed())
    const signal = AbortSignal.timeout(judge.timeoutMs)
    const scores = await judge.reranker.rerank(request.query, documents, signal)
    return { hits: merged(hits, scores).slice(0, request.k), degraded: [] }
  } catch (error) {
    judge.log.warn({ error }, 'hits could not be judged by the reranking model')
    return { hits: hits.slice(0, request.k), degraded: ['rerank'] }
  }
}

/** Models answer in shares or in any other numbers: only their place between the lowest and the highest counts. */
function merged(hits: readonly Hit[], scores: readonly number[]): Hit[] {
  const lowest = Math.min(...scores)
  const width = Math.max(...scores) - lowest
  return hits
    .map((hit, at) => {
      const rerank = width > 0 ? round(((scores[at] ?? lowest) - lowest) / width) : 0
      return { ...hit, score: round((hit.score + rerank) / 2), scores: { ...hit.scores, rerank } }
    })
    .toSorted((a, b) => b.score - a.score)
}

const round = (value: number) => Math.round(value * 10_000) / 10_000
