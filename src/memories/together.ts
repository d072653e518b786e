import pLimit from 'p-limit'
import { toMemoirError, type MemoirError } from '../errors.ts'
import type { Database } from '../stores/database.ts'
import type { CurrentMemory } from '../stores/jobs/memory-jobs.ts'
import { claimTogether, type ClaimedJob } from '../stores/jobs/shared-runs.ts'
import { supersedeCorrected } from './correct.ts'
import { linkFound } from './link.ts'
import { readMemoryRequest, type MemoryRequest } from './request.ts'
import {
  embedMemories,
  findOpen,
  saveVectors,
  type EmbedParts,
  type EmbeddedMemories,
} from './vectors.ts'

/** Finishes many writes at once: one request to the embedder for all, and one transaction a step and user. */

export interface Together {
  /** What was begun here, with what it was before. */
  readonly begun: readonly ClaimedJob[]
  /** Of these, what has all it should have. */
  readonly done: readonly string[]
  /** Why the others have not. */
  readonly errors: readonly MemoirError[]
}

interface UserWrites {
  readonly userId: string
  readonly writes: readonly { readonly jobId: string; readonly request: MemoryRequest }[]
  /** What still needs a vector. */
  readonly wanted: readonly CurrentMemory[]
}

/** Users in one run whose transactions are open at the same time. */
const USERS_AT_ONCE = 4

/**
 * May be repeated. A write that fails is left out, whatever becomes of the others.
 * @throws MemoirError when all would fail the same way
 */
export async function persistTogether(
  parts: EmbedParts,
  jobIds: readonly string[],
  signal: AbortSignal,
): Promise<Together> {
  const { db } = parts
  const begun = await claimTogether(db, jobIds)
  const limit = pLimit(USERS_AT_ONCE)
  const byUser = [...Map.groupBy(begun, ({ userId }) => userId)]
  const users = await limit.map(byUser, async ([userId, jobs]) => {
    const writes = jobs.map(({ id, request }) => ({
      jobId: id,
      request: readMemoryRequest(request),
    }))
    const memories = writes.flatMap(({ request }) => request.memories)
    return { userId, writes, wanted: await findOpen(db, { userId, memories }) }
  })
  const wanted = users.flatMap((user) => user.wanted)
  const embedded = wanted.length === 0 ? null : await embedMemories(parts, wanted, signal)
  const errors = [...(embedded?.failed.values() ?? [])]
  const done = await limit.map(users, async (user) => {
    signal.throwIfAborted()
    try {
      return await finishUser(db, user, embedded)
    } catch (error) {
      errors.push(toMemoirError(error))
      return []
    }
  })
  return { begun, done: done.flat(), errors }
}

/** @returns the jobs whose memories have all they should have */
async function finishUser(
  db: Database,
  { userId, writes, wanted }: UserWrites,
  embedded: EmbeddedMemories | null,
): Promise<string[]> {
  const fails = ({ id }: { readonly id: string }) => embedded?.failed.has(id) === true
  const sound = writes.filter(({ request }) => !request.memories.some(fails))
  const found = wanted.filter((memory) => !fails(memory))
  if (embedded && found.length > 0) await saveVectors(db, { userId, wanted: found, ...embedded })
  for (const [extract, some] of Map.groupBy(sound, ({ request }) => request.extract)) {
    const memories = some.flatMap(({ request }) => request.memories)
    await supersedeCorrected(db, { userId, memories })
    await linkFound(db, { userId, request: { memories, extract } })
  }
  return sound.map(({ jobId }) => jobId)
}
