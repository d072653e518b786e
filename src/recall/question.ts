import type { Degraded } from '../domain/recall.ts'
import type { Logger } from '../logger.ts'
import type { Embedder } from '../providers/embedder.ts'
import { sameSpace, type Space } from '../stores/spaces.ts'
import type { QuestionSpending } from './question-spending.ts'

/** First stage: the question as a vector, within its time, or without one and said so. */

export interface QuestionVector {
  readonly vector: { readonly space: Space; readonly vec: Float32Array } | null
  readonly degraded: readonly Degraded[]
}

/** Questions repeat within a conversation; a vector takes some 3 KB. */
const CACHED_QUESTIONS = 2_000

export interface QuestionDependencies {
  readonly embedder: Embedder
  readonly timeoutMs: number
  readonly activeSpace: () => Promise<Space | null>
  readonly log: Logger
  readonly spending?: Pick<QuestionSpending, 'purseOf'>
}

export function createQuestions(dependencies: QuestionDependencies) {
  const { embedder, timeoutMs, activeSpace, log, spending } = dependencies
  const cache = new Map<string, Float32Array>()

  async function embed(query: string, namespaceId: string): Promise<Float32Array> {
    const cached = cache.get(query)
    if (cached) {
      cache.delete(query)
      cache.set(query, cached)
      return cached
    }
    const [vec] = await embedder.embed([query], {
      priority: 'live',
      signal: AbortSignal.timeout(timeoutMs),
      ...(spending ? { purse: spending.purseOf(namespaceId) } : {}),
    })
    if (!vec) throw new Error('no vector came back')
    cache.set(query, vec)
    const oldest = cache.size > CACHED_QUESTIONS ? cache.keys().next() : undefined
    if (oldest?.done === false) cache.delete(oldest.value)
    return vec
  }

  /** Never fails because of the model: without a vector, words alone answer. */
  return async function question(query: string, namespaceId: string): Promise<QuestionVector> {
    const space = await activeSpace()
    if (!space) return { vector: null, degraded: [] }
    if (!sameSpace(space, embedder.identity)) {
      return { vector: null, degraded: ['embedding_space'] }
    }
    try {
      return { vector: { space, vec: await embed(query, namespaceId) }, degraded: [] }
    } catch (error) {
      const late = error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
      log.warn({ error }, late ? 'question embedding was too late' : 'question embedding failed')
      return { vector: null, degraded: [late ? 'embedding_timeout' : 'embedding'] }
    }
  }
}
