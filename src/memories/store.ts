import { v7 as uuidv7 } from 'uuid'
import type { GivenEntity } from '../domain/entity.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { factId } from '../facts/draft.ts'
import { keysOf, liftForgotten, liftSuppression, type Item } from '../forget/remembered.ts'
import { contentHash } from '../ingest/conversation.ts'
import { ownLexemes } from '../ingest/text-index.ts'
import type { Queryable } from '../stores/database.ts'
import { findMentions } from '../stores/memories/mentions.ts'
import { applyUserChanges, lockUserByName } from '../stores/memory-users.ts'
import {
  archiveMemories,
  insertMemories,
  lockByExternalIds,
  rewriteMemories,
  type MemoryFields,
  type MemoryWrite,
  type StandingMemory,
  type WrittenMemory,
} from '../stores/memories/memory-writes.ts'
import { salienceOfSaid } from '../text/salience.ts'
import {
  acceptWrite,
  insertMemoryJob,
  newJobId,
  notFound,
  openVector,
  policyOf,
  type AcceptContext,
} from './accept.ts'
import { indexAlone, NOTHING, writeTexts } from './derive.ts'
import { isIndexed } from './hide.ts'
import { linkGiven } from './link.ts'
import type { AcceptedMemories, KeepAccepted, NewMemory, StoreRequest } from './memories.ts'
import { keepWrite, type JobMemory, type KeptWrite } from './request.ts'

/** One memory of a request, with what it replaces. */
interface Planned {
  readonly write: MemoryWrite
  readonly entities: readonly GivenEntity[] | null
  readonly standing: StandingMemory | null
}

/** Accepts new memories: record, postings, counters and job in one transaction, so that they are found by words at once. */
export async function storeMemories(
  context: AcceptContext,
  request: StoreRequest,
  beforeCommit?: KeepAccepted,
): Promise<AcceptedMemories> {
  refuseTwice(request.memories)
  return await acceptWrite(
    context,
    async (tx) => {
      const userId = await requireUser(tx, context, request)
      const plans = await planWrites(tx, context, { request, userId })
      const jobId = newJobId()
      const written = await writeRecord(tx, { plans, userId, jobId })
      await writeTextsOf(tx, context, { plans, written })
      const writes = await keepWrites(tx, context, { userId, plans })
      await linkPlans(tx, userId, plans)
      const row = await insertMemoryJob(tx, context, {
        id: jobId,
        job: {
          namespaceId: request.namespaceId,
          userId,
          operation: 'store',
          extract: request.extractEntities,
          memories: plans.map(({ write, standing }) => jobMemory(written, write.id, standing)),
          writes,
        },
      })
      return { ids: plans.map(({ write }) => write.id), row }
    },
    beforeCommit,
  )
}

/** Who says something directly wants it remembered: it lifts an erasure that has ended, and a forgetting of the same words. */
async function requireUser(
  tx: Queryable,
  { config: { MEMOIR_ENCRYPTION_KEY: secret } }: AcceptContext,
  { namespaceId, userId: externalId, memories }: StoreRequest,
): Promise<string> {
  const id = await lockUserByName(tx, { namespaceId, externalId })
  if (id === null) throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
  const of = { namespaceId, keys: await keysOf(tx, secret) }
  await liftSuppression(tx, of, externalId)
  const said = memories.flatMap(({ content }): Item[] => [
    { kind: 'content', userId: id, content },
    { kind: 'trace', id: factId(id, content) },
  ])
  await liftForgotten(tx, of, said)
  return id
}

function refuseTwice(memories: readonly NewMemory[]): void {
  const seen = new Set<string>()
  for (const [index, { externalId }] of memories.entries()) {
    if (externalId === undefined) continue
    if (seen.has(externalId)) {
      const field = `memories.${index}.external_id`
      throw new MemoirError('invalid_request', `${field}: stands twice`, { details: { field } })
    }
    seen.add(externalId)
  }
}

async function planWrites(
  tx: Queryable,
  { config }: AcceptContext,
  { request, userId }: { request: StoreRequest; userId: string },
): Promise<Planned[]> {
  const externalIds = request.memories.flatMap(({ externalId }) => externalId ?? [])
  const standing = new Map(
    (await lockByExternalIds(tx, { userId, externalIds })).map((memory) => [
      memory.externalId,
      memory,
    ]),
  )
  const now = new Date()
  return request.memories.map((memory) => {
    const known = standing.get(memory.externalId ?? null) ?? null
    if (known && request.scopes?.includes(known.scope) === false) throw notFound()
    const fields = fieldsOf(memory, known?.occurredAt ?? now)
    return {
      write: {
        ...fields,
        vectorState: openVector(config),
        id: known?.id ?? uuidv7(),
        userId,
        contentHash: memoryHash(fields),
      },
      entities: memory.entities ?? null,
      standing: known,
    }
  })
}

/** Of everything that a graph or a vector is made of. */
export function memoryHash({
  kind,
  role,
  content,
  occurredAt,
}: Pick<MemoryFields, 'kind' | 'role' | 'content' | 'occurredAt'>): Buffer {
  return contentHash([kind, role, occurredAt.getTime(), content])
}

/** Whoever rates a memory (1..10) is believed; of another it is told by its text, and that somebody handed it over. */
export function salienceOf(
  importance: number | null,
  { content, role }: { content: string; role: string | null },
): number {
  if (importance !== null) return importance / 10
  const text = indexAlone(content, 'auto')
  const { language } = text
  return salienceOfSaid({ content, role, language, lexemes: ownLexemes(text), asked: true })
}

function fieldsOf(memory: NewMemory, occurredAt: Date): MemoryFields {
  const role = memory.role ?? null
  const importance = memory.importance ?? null
  return {
    kind: memory.kind ?? (role === null ? 'note' : 'message'),
    role,
    scope: memory.scope,
    content: memory.content,
    summary: memory.summary ?? null,
    tags: memory.tags ?? [],
    importance,
    salience: salienceOf(importance, { content: memory.content, role }),
    externalId: memory.externalId ?? null,
    sessionId: memory.sessionId ?? null,
    conversationId: memory.conversationId ?? null,
    meta: memory.metadata ?? {},
    occurredAt: memory.occurredAt ?? occurredAt,
    expiresAt: memory.expiresAt ?? null,
  }
}

type WrittenById = ReadonlyMap<string, WrittenMemory>

export async function writeRecord(
  tx: Queryable,
  { plans, userId, jobId }: { plans: readonly Planned[]; userId: string; jobId: string },
): Promise<WrittenById> {
  const known = plans.filter(({ standing }) => standing !== null).map(({ write }) => write)
  await archiveMemories(tx, { userId, ids: known.map(({ id }) => id), jobId })
  const rewritten = await rewriteMemories(tx, known)
  const inserted = await insertMemories(
    tx,
    plans.filter(({ standing }) => standing === null).map(({ write }) => write),
  )
  return new Map([...rewritten, ...inserted].map((row) => [row.id, row]))
}

/** Only where the caller says something: what is found in the text follows with the job. */
export async function linkPlans(
  tx: Queryable,
  userId: string,
  plans: readonly Pick<Planned, 'write' | 'entities'>[],
): Promise<void> {
  await linkGiven(
    tx,
    userId,
    plans.flatMap(({ write, entities }) =>
      entities === null ? [] : [{ traceId: write.id, at: write.occurredAt, entities }],
    ),
  )
}

/** What a job needs to take back its writes and to write them again; to be read before their links change. */
export async function keepWrites(
  tx: Queryable,
  { config }: Pick<AcceptContext, 'config'>,
  { userId, plans }: { userId: string; plans: readonly Planned[] },
): Promise<KeptWrite[]> {
  if (!policyOf(config).rollback) return []
  const known = plans.filter(({ standing }) => standing !== null)
  const traceIds = known.map(({ write }) => write.id)
  const before = await findMentions(tx, { userId, traceIds })
  return plans.map(({ write, entities }) => keepWrite(write, entities, before))
}

export async function writeTextsOf(
  tx: Queryable,
  { config }: Pick<AcceptContext, 'config'>,
  { plans, written }: { plans: readonly Planned[]; written: WrittenById },
): Promise<void> {
  await writeTexts(
    tx,
    plans.flatMap(({ write, standing }) => {
      const row = written.get(write.id)
      if (!row) return []
      const counted = standing !== null && isIndexed(standing.state) ? standing : null
      return [
        {
          trace: { ...row, userId: write.userId, kind: write.kind },
          text: indexAlone(write.content, config.MEMORY_LANGUAGE),
          counted,
          occurredAt: write.occurredAt,
        },
      ]
    }),
  )
  await countReturned(tx, plans)
}

/** What had given way kept its words, but was no memory. */
async function countReturned(
  tx: Queryable,
  plans: readonly Pick<Planned, 'write' | 'standing'>[],
): Promise<void> {
  const returned = plans.filter(({ standing }) => standing?.state === 'superseded')
  await applyUserChanges(
    tx,
    returned.map(({ write: { userId } }) => ({ ...NOTHING, userId, traces: 1 })),
  )
}

export function jobMemory(
  written: WrittenById,
  id: string,
  standing: StandingMemory | null,
): JobMemory {
  return { id, revision: written.get(id)?.revision ?? 0, before: standing?.revision ?? null }
}
