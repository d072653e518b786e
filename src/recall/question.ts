import type { Degraded } from '../domain/recall.ts'
import type { Logger } from '../logger.ts'
import { isSpace, makerOf, servesOn, type Embedder } from '../providers/embedder.ts'
import type { Space } from '../stores/spaces/spaces.ts'
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

  async function embed({ id }: Space, maker: Embedder, { query, namespaceId }: Asked) {
    const key = `${id} ${query}`
    const cached = cache.get(key)
    if (cached) {
      cache.delete(key)
      cache.set(key, cached)
      return cached
    }
    const [vec] = await maker.embed([query], {
      priority: 'live',
      input: 'query',
      signal: AbortSignal.timeout(timeoutMs),
      ...(spending ? { purse: spending.purseOf(namespaceId) } : {}),
    })
    if (!vec) throw new Error('no vector came back')
    cache.set(key, vec)
    const oldest = cache.size > CACHED_QUESTIONS ? cache.keys().next() : undefined
    if (oldest?.done === false) cache.delete(oldest.value)
    return vec
  }

  /** Never fails because of the model: without a vector, words alone answer. */
  return async function question(query: string, namespaceId: string): Promise<QuestionVector> {
    const space = await activeSpace()
    if (!space) return { vector: null, degraded: [] }
    // A maker of this space alone: what is active may change before it has answered.
    const maker = await makerOf(embedder, space)
    if (maker === null) return { vector: null, degraded: ['embedding_space'] }
    const wanted = embedder.wanted ?? embedder.identity
    const degraded: Degraded[] =
      isSpace(space, wanted) || servesOn(space, wanted) ? [] : ['embedding_space']
    try {
      const vec = await embed(space, maker, { query, namespaceId })
      return { vector: { space, vec }, degraded }
    } catch (error) {
      const late = error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
      log.warn({ error }, late ? 'question embedding was too late' : 'question embedding failed')
      return { vector: null, degraded: [...degraded, late ? 'embedding_timeout' : 'embedding'] }
    }
  }
}

interface Asked {
  readonly query: string
  readonly namespaceId: string
}
