import { MemoirError, SENTENCE } from '../errors.ts'
import type { Queryable } from '../stores/database.ts'
import { reviveEdges } from '../stores/memories/edges.ts'
import { noteRemovals } from '../stores/graph/graph-states.ts'
import type { StandingMemory } from '../stores/memories/memory-writes.ts'
import { supersedeAgain } from '../stores/memories/succession.ts'
import { applyUserChanges } from '../stores/memory-users.ts'
import { carryFactEmbeddings } from '../stores/spaces/embeddings.ts'
import {
  acceptWrite,
  insertMemoryJob,
  newJobId,
  notFound,
  openVector,
  policyOf,
  type AcceptContext,
} from './accept.ts'
import { fieldsOfStanding, lockReached, requireOwner } from './change.ts'
import { NOTHING } from './derive.ts'
import { hideMemories } from './hide.ts'
import type { AcceptedMemories, KeepAccepted, MemoryKey, RemoveRequest } from './memories.ts'
import { mayComeBack, stayDeleted, type DeletedOf } from './stay-deleted.ts'
import { jobMemory, writeRecord, writeTextsOf } from './store.ts'
import { dropTellingSummaries } from './telling-summaries.ts'

/** How long what was deleted can be brought back. */
export const RESTORABLE_DAYS = 30

/** Accepts a deletion. It only goes forward: out of sight with this transaction, then out of the graph, the row last. */
export async function removeMemory(
  context: AcceptContext,
  { key, revision, hard, cascade }: RemoveRequest,
  beforeCommit?: KeepAccepted,
): Promise<AcceptedMemories> {
  const userId = await requireOwner(context, key)
  return await acceptWrite(
    context,
    async (tx) => {
      const standing = await lockReached(tx, { key, userId, revision })
      if (standing.state === 'deleted' && !hard) throw notFound()
      const jobId = newJobId()
      await dropTellingSummaries(tx, { userId, memories: [standing], hard })
      const [gone] = await hideMemories(tx, { userId, memories: [standing] })
      await stayDeleted(tx, deletedOf(context, { key, userId }), [standing])
      if (gone && cascade && policyOf(context.config).graph) {
        await noteRemovals(tx, [{ ...gone, userId, cascade }])
      }
      const row = await insertMemoryJob(tx, context, {
        id: jobId,
        job: {
          namespaceId: key.namespaceId,
          userId,
          operation: 'delete',
          extract: false,
          hard,
          cascade,
          memories: [{ id: key.id, revision: gone?.revision ?? 0, before: standing.revision }],
          writes: [],
        },
      })
      return { ids: [key.id], row }
    },
    beforeCommit,
  )
}

const deletedOf = (
  { config }: AcceptContext,
  { key, userId }: { key: MemoryKey; userId: string },
): DeletedOf => ({
  namespaceId: key.namespaceId,
  userId,
  secret: config.MEMOIR_ENCRYPTION_KEY,
})

/** Accepts that a deleted or superseded memory stands again, as it was. */
export async function restoreMemory(
  context: AcceptContext,
  key: MemoryKey,
  beforeCommit?: KeepAccepted,
): Promise<AcceptedMemories> {
  const userId = await requireOwner(context, key)
  return await acceptWrite(
    context,
    async (tx) => {
      const standing = await lockReached(tx, { key, userId, revision: undefined })
      refuseUnrestorable(standing)
      await mayComeBack(tx, deletedOf(context, { key, userId }), [standing])
      const write = {
        ...fieldsOfStanding(standing),
        vectorState: openVector(context.config),
        id: key.id,
        userId,
        contentHash: standing.contentHash,
      }
      const plans = [{ write, entities: null, standing }]
      const jobId = newJobId()
      const written = await writeRecord(tx, { plans, userId, jobId })
      await writeTextsOf(tx, context, { plans, written })
      if (standing.deletedAt) {
        await reviveEdges(tx, { userId, traceId: key.id, endedAt: standing.deletedAt })
        await replaceAgain(tx, { userId, by: key.id })
      }
      const row = await insertMemoryJob(tx, context, {
        id: jobId,
        job: {
          namespaceId: key.namespaceId,
          userId,
          operation: 'restore',
          extract: false,
          memories: [jobMemory(written, key.id, standing)],
          writes: [],
        },
      })
      return { ids: [key.id], row }
    },
    beforeCommit,
  )
}

/** What held while the memory was deleted gives place to it again. */
async function replaceAgain(tx: Queryable, of: { userId: string; by: string }): Promise<void> {
  const { userId } = of
  const ids = await supersedeAgain(tx, of)
  if (ids.length === 0) return
  await carryFactEmbeddings(tx, { userId, ids })
  await applyUserChanges(tx, [{ ...NOTHING, userId, traces: -ids.length }])
}

const DAY_MS = 86_400_000

function refuseUnrestorable({ state, deletedAt, expiresAt, kind }: StandingMemory): void {
  if (state === 'deleted') {
    const at = deletedAt?.getTime() ?? 0
    if (at < Date.now() - RESTORABLE_DAYS * DAY_MS) throw notFound()
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
      throw new MemoirError('conflict', 'The memory has expired.', { details: { state } })
    }
  } else if (state !== 'superseded') {
    throw new MemoirError('conflict', `The memory is ${state}: there is nothing to restore.`, {
      details: { state },
    })
  }
  if (kind === 'episode') throw new MemoirError('conflict', SENTENCE.conflict)
}
