import { pino } from 'pino'
import type { Head, RecallRequest, RecallResult } from '../../src/domain/recall.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import type { Judge } from '../../src/recall/judge.ts'
import { createQuestions } from '../../src/recall/question.ts'
import { createRecall } from '../../src/recall/recall.ts'
import type { Database } from '../../src/stores/database.ts'
import type { FocusBuffer } from '../../src/stores/recall/focus.ts'
import { findActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { defaultNamespace } from './ingest.ts'

export type AskOptions = Partial<Omit<RecallRequest, 'namespaceId' | 'query'>>

/** Recall over a test's store, with the embedder of `createIngestFixture` unless another is given. */
export async function createRecallFixture(
  db: Database,
  {
    embedder,
    timeoutMs = 2_000,
    focus,
    judge,
    heads,
  }: {
    embedder?: Embedder
    timeoutMs?: number
    focus?: FocusBuffer
    judge?: Judge
    heads?: readonly Head[]
  } = {},
): Promise<(query: string, options?: AskOptions) => Promise<RecallResult>> {
  const namespaceId = await defaultNamespace(db)
  const recall = createRecall({
    db,
    metrics: createMetrics(),
    ...(focus === undefined ? {} : { focus }),
    ...(heads === undefined ? {} : { heads }),
    ...(judge === undefined ? {} : { judge }),
    question: createQuestions({
      embedder: embedder ?? createHashingEmbedder({ dimensions: 128, precision: 'fp16' }),
      timeoutMs,
      activeSpace: async () => await findActiveSpace(db),
      log: pino({ level: 'silent' }),
    }),
  })
  return async (query, options = {}) =>
    await recall({ namespaceId, userId: 'ada', k: 5, query, ...options })
}
