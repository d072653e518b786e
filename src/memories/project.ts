import { MemoirError, SENTENCE } from '../errors.ts'
import { writeToGraph, type GraphParts } from '../graph/write.ts'
import { clearRemovals } from '../stores/graph/graph-states.ts'
import { findCurrent } from '../stores/jobs/memory-jobs.ts'
import type { MemoryRequest } from './request.ts'

/** What a job wrote, in the graph. What is left to be done is marked in the record, and drains when the graph answers again. */

interface Subject {
  readonly userId: string
  readonly request: MemoryRequest
}

/** @throws MemoirError `graph_unavailable`, `graph_store_failed` */
export async function projectMemories(
  parts: GraphParts,
  { userId, request }: Subject,
): Promise<{ readonly memories: number }> {
  const current = await findCurrent(parts.db, { userId, memories: request.memories })
  const ids = current.map(({ id }) => id)
  const { written, failed } = await atItsPace(async () => await writeToGraph(parts, ids))
  if (failed > 0) throw new MemoirError('graph_store_failed', SENTENCE.graph_store_failed)
  return { memories: written }
}

/** @throws MemoirError `graph_unavailable`, `graph_store_failed` */
export async function unprojectMemories(
  { db, graph }: GraphParts,
  { userId, request }: Subject,
): Promise<{ readonly memories: number }> {
  const memories = request.memories.map(({ id, revision }) => ({ id, revision }))
  const cascade = request.cascade === true
  const removed = await atItsPace(
    async () => await graph.removeMemories({ userId, memories, cascade }),
  )
  await clearRemovals(
    db,
    memories.map((memory) => ({ ...memory, userId, cascade })),
  )
  return { memories: removed.memories }
}

/** How long to wait before another try is what the write's policy says, not the graph. */
async function atItsPace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MemoirError) || error.retryAfterMs === undefined) throw error
    throw new MemoirError(error.code, error.message, { cause: error })
  }
}
