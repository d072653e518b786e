import { MemoirError, SENTENCE } from '../errors.ts'
import type { Queryable } from '../stores/database.ts'
import { carryEmbeddings } from '../stores/spaces/embeddings.ts'
import { findOwner } from '../stores/memories/memory-list.ts'
import { lockUsers } from '../stores/memory-users.ts'
import {
  lockMemories,
  type MemoryFields,
  type MemoryWrite,
  type StandingMemory,
} from '../stores/memories/memory-writes.ts'
import {
  acceptWrite,
  insertMemoryJob,
  newJobId,
  notFound,
  openVector,
  type AcceptContext,
} from './accept.ts'
import type {
  AcceptedMemories,
  KeepAccepted,
  MemoryChange,
  MemoryKey,
  UpdateRequest,
} from './memories.ts'
import {
  jobMemory,
  keepWrites,
  linkPlans,
  memoryHash,
  salienceOf,
  writeRecord,
  writeTextsOf,
} from './store.ts'

/** Locks a memory within the caller's reach, its user first. @throws MemoirError `not_found`, `precondition_failed` */
export async function lockReached(
  tx: Queryable,
  { key, userId, revision }: { key: MemoryKey; userId: string; revision: number | undefined },
): Promise<StandingMemory> {
  if (!(await lockUsers(tx, [userId])).has(userId)) throw notFound()
  const [standing] = await lockMemories(tx, { userId, ids: [key.id] })
  if (!standing || key.scopes?.includes(standing.scope) === false) throw notFound()
  if (revision !== undefined && revision !== standing.revision) {
    throw new MemoirError('precondition_failed', SENTENCE.precondition_failed, {
      details: { revision: standing.revision },
    })
  }
  return standing
}

/** @throws MemoirError `not_found` */
export async function requireOwner({ db }: AcceptContext, key: MemoryKey): Promise<string> {
  const owner = await findOwner(db, key)
  if (owner === null) throw notFound()
  return owner
}

/** Accepts a change: the text that stood is kept as a revision, words follow at once, vectors and graph with the job. */
export async function updateMemory(
  context: AcceptContext,
  { key, change, revision, extractEntities }: UpdateRequest,
  beforeCommit?: KeepAccepted,
): Promise<AcceptedMemories> {
  const userId = await requireOwner(context, key)
  return await acceptWrite(
    context,
    async (tx) => {
      const standing = await lockReached(tx, { key, userId, revision })
      if (standing.state !== 'active') {
        throw new MemoirError(
          'conflict',
          `The memory is ${standing.state}: it cannot be changed.`,
          {
            details: { state: standing.state },
          },
        )
      }
      const write = changedWrite(context, standing, change)
      const plans = [{ write, entities: change.entities ?? null, standing }]
      const jobId = newJobId()
      const written = await writeRecord(tx, { plans, userId, jobId })
      if (write.content !== standing.content) await writeTextsOf(tx, context, { plans, written })
      const writes = await keepWrites(tx, context, { userId, plans })
      await linkPlans(tx, userId, plans)
      if (write.vectorState === 'written') {
        await carryEmbeddings(tx, { userId, id: key.id, revision: standing.revision })
      }
      const row = await insertMemoryJob(tx, context, {
        id: jobId,
        job: {
          namespaceId: key.namespaceId,
          userId,
          operation: 'update',
          extract: extractEntities,
          memories: [jobMemory(written, key.id, standing)],
          writes,
        },
      })
      return { ids: [key.id], row }
    },
    beforeCommit,
  )
}

/** What is written: a vector of the same text stays good. */
function changedWrite(
  { config }: AcceptContext,
  standing: StandingMemory,
  change: MemoryChange,
): MemoryWrite {
  const fields = changedFields(standing, change)
  const open = openVector(config)
  const kept =
    open === 'pending' &&
    standing.vectorState === 'written' &&
    standing.vectorRevision === standing.revision &&
    fields.content === standing.content &&
    // Situations are told with their time.
    (config.MEMORY_HEADS.length === 1 ||
      fields.occurredAt.getTime() === standing.occurredAt.getTime()) &&
    fields.kind === standing.kind
  return {
    ...fields,
    vectorState: kept ? 'written' : open,
    id: standing.id,
    userId: standing.userId,
    contentHash: memoryHash(fields),
  }
}

function changedFields(standing: StandingMemory, change: MemoryChange): MemoryFields {
  const { metadata, importance, ...rest } = change
  const given = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => name !== 'entities' && value !== undefined),
  )
  const fields = {
    ...fieldsOfStanding(standing),
    ...given,
    ...(metadata === undefined ? {} : { meta: metadata }),
    ...(importance === undefined ? {} : { importance }),
  }
  const rated = importance !== undefined || fields.content !== standing.content
  return rated ? { ...fields, salience: salienceOf(fields.importance, fields) } : fields
}

export function fieldsOfStanding(standing: StandingMemory): MemoryFields {
  return {
    kind: standing.kind,
    role: standing.role,
    scope: standing.scope,
    content: standing.content,
    summary: standing.summary,
    tags: standing.tags,
    importance: standing.importance,
    salience: standing.salience,
    externalId: standing.externalId,
    sessionId: standing.sessionId,
    conversationId: standing.conversationId,
    meta: standing.meta,
    occurredAt: standing.occurredAt,
    expiresAt: standing.expiresAt,
  }
}
