import type { Hit, Memory, RecallRequest, RecallResult } from '../domain/recall.ts'
import type { Metrics } from '../metrics.ts'
import type { Database } from '../stores/database.ts'
import { readVisible } from '../stores/memories.ts'
import { excerpt } from './excerpt.ts'
import { fuse, type Fused } from './fuse.ts'
import type { QuestionVector } from './question.ts'
import { createSearch, READ_AHEAD, type Found } from './search.ts'
import { traitsOf } from './space-traits.ts'

export interface RecallDependencies {
  readonly db: Database
  readonly question: (query: string, namespaceId: string) => Promise<QuestionVector>
  readonly metrics: Metrics
}

/**
 * Recall: question → candidates → fuse → cut → last read from the record. An unknown user has no memories.
 * `took_ms` is all of it, the question's embedding included.
 * @throws MemoirError `store_unavailable`
 */
export function createRecall({ db, question, metrics }: RecallDependencies) {
  const search = createSearch(db)
  return async function recall(request: RecallRequest): Promise<RecallResult> {
    const began = performance.now()
    const timed = async <T>(stage: string, work: Promise<T>): Promise<T> => {
      const start = performance.now()
      const result = await work
      metrics.recallStages.observe({ stage }, (performance.now() - start) / 1000)
      return result
    }
    const asking = timed('question', question(request.query, request.namespaceId))
    const found = await timed('candidates', search(request, asking))
    const asked = await asking
    const end = metrics.recallStages.startTimer({ stage: 'fuse' })
    const fused = fuse(found?.candidates ?? [], traitsOf(asked.vector?.space))
    end()
    const wanted = fused.filter(({ relevance }) => relevance >= (request.threshold ?? 0))
    const hits = found ? await timed('read', readHits(db, { ...found, request, wanted })) : []
    return { hits, degraded: asked.degraded, took_ms: round(performance.now() - began, 10) }
  }
}

interface Wanted extends Found {
  readonly request: RecallRequest
  readonly wanted: readonly Fused[]
}

async function readHits(db: Database, { user, request, wanted, lexemes }: Wanted): Promise<Hit[]> {
  const words = new Set(lexemes)
  const hits: Hit[] = []
  const step = request.k + READ_AHEAD
  for (let at = 0; at < wanted.length && hits.length < request.k; at += step) {
    const some = wanted.slice(at, at + step)
    const memories = await readVisible(db, {
      userId: user.id,
      seqs: some.map(({ seq }) => seq),
      filter: request,
    })
    for (const fused of some) {
      const memory = memories.get(fused.seq)
      if (memory && hits.length < request.k) hits.push(hitOf(fused, memory, words))
    }
  }
  return hits
}

const round = (value: number, by = 10_000) => Math.round(value * by) / by

function hitOf(fused: Fused, memory: Memory, lexemes: ReadonlySet<string>): Hit {
  const messageId = memory.metadata['message_id']
  return {
    ...memory,
    content: excerpt(memory, lexemes),
    score: round(fused.score),
    scores: {
      relevance: round(fused.relevance),
      vector: round(fused.vector),
      text: round(fused.text),
      graph: 0,
      recency: 0,
      salience: memory.salience,
      focus: 0,
    },
    heads: { semantic: round(fused.vector) },
    via: [],
    message_ids: typeof messageId === 'string' ? [messageId] : [],
  }
}
