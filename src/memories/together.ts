import type { MemoirError } from '../errors.ts'
import type { Database } from '../stores/database.ts'
import { findCurrentOfAll, type CurrentMemory } from '../stores/jobs/memory-jobs.ts'
import { claimTogether, type ClaimedJob } from '../stores/jobs/shared-runs.ts'
import { isCorrection, supersedeCorrected } from './correct.ts'
import { linkFound, mentionsIn } from './link.ts'
import { readMemoryRequest, type MemoryRequest } from './request.ts'
import { embedMemories, isOpen, saveVectors, type EmbedParts } from './vectors.ts'

/** Finishes many writes at once: one request to the embedder and one transaction for the vectors of all users. */

export interface Together {
  /** What was begun here, with what it was before. */
  readonly begun: readonly ClaimedJob[]
  /** Of these, what has all it should have. */
  readonly done: readonly string[]
  /** Why the others have not. */
  readonly errors: readonly MemoirError[]
}

interface Write {
  readonly jobId: string
  readonly userId: string
  readonly request: MemoryRequest
}

/**
 * May be repeated. A write whose text the vendor has no vector for is left out.
 * @throws MemoirError when none can be finished
 */
export async function persistTogether(
  parts: EmbedParts,
  jobIds: readonly string[],
  signal: AbortSignal,
): Promise<Together> {
  const { config, db } = parts
  const begun = await claimTogether(db, jobIds)
  const writes = begun.map(({ id, userId, request }) => ({
    jobId: id,
    userId,
    request: readMemoryRequest(request),
  }))
  const current = await findCurrentOfAll(db, writes.flatMap(memoriesOf))
  const wanted = current.filter(isOpen)
  const embedded = wanted.length === 0 ? null : await embedMemories(parts, wanted, signal)
  const failed = embedded?.failed ?? new Map<string, MemoirError>()
  if (embedded) {
    const found = wanted.filter(({ id }) => !failed.has(id))
    await saveVectors(db, { ...embedded, heads: config.MEMORY_HEADS, wanted: found })
  }
  const sound = writes.filter(({ request }) => !request.memories.some(({ id }) => failed.has(id)))
  await linkUsers(db, sound, new Map(current.map((memory) => [memory.id, memory])))
  return { begun, done: sound.map(({ jobId }) => jobId), errors: [...failed.values()] }
}

const memoriesOf = ({ userId, request }: Write) =>
  request.memories.map((memory) => ({ ...memory, userId }))

/** A user's memories that name nothing and correct nothing cost no statement. */
async function linkUsers(
  db: Database,
  writes: readonly Write[],
  current: ReadonlyMap<string, CurrentMemory>,
): Promise<void> {
  const groups = Map.groupBy(writes, ({ userId, request }) => `${userId} ${request.extract}`)
  for (const some of groups.values()) {
    const [first] = some
    if (first === undefined) continue
    const { userId, request } = first
    const memories = some.flatMap(memoriesOf)
    const known = memories.flatMap(({ id }) => current.get(id) ?? [])
    if (known.some(isCorrection)) await supersedeCorrected(db, { userId, memories })
    const changes = memories.some(({ before }) => before !== null)
    const names = request.extract && known.some((memory) => mentionsIn(memory).length > 0)
    if (changes || names) {
      await linkFound(db, { userId, request: { memories, extract: request.extract } })
    }
  }
}
