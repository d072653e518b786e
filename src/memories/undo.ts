import type { Config } from '../config.ts'
import type { Queryable } from '../stores/database.ts'
import { deleteEdgesOf, entitiesNamedBy } from '../stores/memories/edges.ts'
import { removeUnnamedEntities } from '../stores/memories/entities.ts'
import { findRevisions } from '../stores/memories/memory-history.ts'
import { lockUsers } from '../stores/memory-users.ts'
import {
  lockMemories,
  removeMemories,
  rewriteMemories,
  type MemoryWrite,
  type StandingMemory,
} from '../stores/memories/memory-writes.ts'
import { openVector } from './accept.ts'
import { hideMemories } from './hide.ts'
import { linkMentions } from './link.ts'
import { keptWrite, type KeptWrite, type MemoryRequest } from './request.ts'
import { linkPlans, writeRecord, writeTextsOf } from './store.ts'

/** Taking back what a job wrote into the record, and writing it again: only where the revision is still that job's. */

export interface UndoSubject {
  readonly userId: string
  readonly request: MemoryRequest
}

/** What was new goes, what was changed is as it was before. Repeating it changes nothing: the revision has moved on. */
export async function undoRecord(
  config: Config,
  tx: Queryable,
  { userId, request }: UndoSubject,
): Promise<number> {
  if (!(await lockUsers(tx, [userId])).has(userId)) return 0
  const ours = new Map(request.memories.map((memory) => [memory.id, memory]))
  const standing = (await lockMemories(tx, { userId, ids: [...ours.keys()] })).filter(
    ({ id, revision }) => ours.get(id)?.revision === revision,
  )
  const isNew = ({ id }: StandingMemory) => ours.get(id)?.before === null
  const entityIds = await entitiesNamedBy(tx, { userId, traceIds: standing.map(({ id }) => id) })
  await takeAway(tx, userId, standing.filter(isNew))
  const changed = standing.filter((memory) => !isNew(memory))
  await putBack(config, tx, { userId, changed, ours })
  await linkAsBefore(tx, userId, { changed, writes: request.writes ?? [] })
  await removeUnnamedEntities(tx, { userId, entityIds })
  return standing.length
}

async function takeAway(
  tx: Queryable,
  userId: string,
  memories: readonly StandingMemory[],
): Promise<void> {
  if (memories.length === 0) return
  await hideMemories(tx, { userId, memories })
  const ids = memories.map(({ id }) => id)
  await deleteEdgesOf(tx, { userIds: [userId], traceIds: ids })
  await removeMemories(tx, { userId, ids })
}

interface PutBack {
  readonly userId: string
  readonly changed: readonly StandingMemory[]
  readonly ours: ReadonlyMap<string, { readonly before: number | null }>
}

async function putBack(
  config: Config,
  tx: Queryable,
  { userId, changed, ours }: PutBack,
): Promise<void> {
  if (changed.length === 0) return
  const before = await findRevisions(tx, {
    userId,
    revisions: changed.map(({ id }) => ({ id, revision: ours.get(id)?.before ?? 0 })),
  })
  const plans = changed.flatMap((standing) => {
    const fields = before.get(standing.id)
    if (!fields) return []
    const write: MemoryWrite = {
      ...fields,
      id: standing.id,
      userId,
      vectorState: openVector(config),
    }
    return [{ write, entities: null, standing }]
  })
  const rows = await rewriteMemories(
    tx,
    plans.map(({ write }) => write),
  )
  const written = new Map(rows.map((row) => [row.id, row]))
  await writeTextsOf(tx, { config }, { plans, written })
}

async function linkAsBefore(
  tx: Queryable,
  userId: string,
  { changed, writes }: { changed: readonly StandingMemory[]; writes: readonly KeptWrite[] },
): Promise<void> {
  const before = new Map(writes.map(({ write, named = [] }) => [write.id, named]))
  await linkMentions(
    tx,
    userId,
    changed.map(({ id, occurredAt }) => ({
      traceId: id,
      at: occurredAt,
      mentions: before.get(id) ?? [],
    })),
  )
}

/** Hiding what was new made one revision; what is written again has to be newer than whatever is still said of that one. */
const REVISIONS_OF_AN_UNDO = 2

/**
 * Writes again what `undoRecord` took back, with the next revisions. What was changed by somebody else meanwhile stays theirs.
 * @returns the revisions that the job now stands for
 */
export async function redoRecord(
  config: Config,
  tx: Queryable,
  { userId, request, jobId }: UndoSubject & { readonly jobId: string },
): Promise<MemoryRequest> {
  if (!(await lockUsers(tx, [userId])).has(userId)) return request
  const ids = request.memories.map(({ id }) => id)
  const standing = new Map(
    (await lockMemories(tx, { userId, ids })).map((memory) => [memory.id, memory]),
  )
  const kept = new Map((request.writes ?? []).map((write) => [write.write.id, keptWrite(write)]))
  const given = new Map((request.writes ?? []).map(({ write, entities }) => [write.id, entities]))
  const plans = request.memories.flatMap(({ id, revision, before }) => {
    const write = kept.get(id)
    const found = standing.get(id) ?? null
    // Still there, or somebody else's by now.
    const taken = found === null ? before === null : found.revision === revision + 1
    if (!write || !taken) return []
    const again = {
      ...write,
      vectorState: openVector(config),
      revision: revision + REVISIONS_OF_AN_UNDO,
    }
    return [{ write: again, entities: given.get(id) ?? null, standing: found }]
  })
  const written = await writeRecord(tx, { plans, userId, jobId })
  await writeTextsOf(tx, { config }, { plans, written })
  await linkPlans(tx, userId, plans)
  return {
    ...request,
    memories: request.memories.map((memory) => ({
      ...memory,
      revision: written.get(memory.id)?.revision ?? memory.revision,
      before: written.has(memory.id) ? (standing.get(memory.id)?.revision ?? null) : memory.before,
    })),
  }
}
