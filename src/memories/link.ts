import type { EntityMention, GivenEntity } from '../domain/entity.ts'
import { keepOnlyEdges, upsertEdges, type EdgeWrite } from '../stores/memories/edges.ts'
import { upsertEntities } from '../stores/memories/entities.ts'
import { findGivenMentions, signMentions, type StoredMention } from '../stores/memories/mentions.ts'
import { findCurrent, type CurrentMemory } from '../stores/jobs/memory-jobs.ts'
import { lockUsers } from '../stores/memory-users.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { findEntities, normalizeEntity } from '../text/entities.ts'
import type { MemoryRequest } from './request.ts'

/** Links from memories to what they name: given by the caller, or found in the text. */

/** Links of one type that leave one memory; more say nothing and make every hop wider. */
const MAX_MENTIONS = 16
/** What a text is about stands at its beginning; taggers are slow. */
const LOOKED_AT_CHARS = 16_384

const TYPE = 'mentions'

export interface Named {
  readonly traceId: string
  readonly at: Date
  readonly entities: readonly GivenEntity[]
}

/** Writes what callers say their memories name, in place of whatever was there. The user's row must be locked. */
export async function linkGiven(
  tx: Queryable,
  userId: string,
  named: readonly Named[],
): Promise<void> {
  if (named.length === 0) return
  const found = named.map(({ entities, ...rest }) => ({
    ...rest,
    mentions: givenMentions(entities),
  }))
  const edges = await edgesTo(tx, userId, found)
  const sources = named.map(({ traceId }) => traceId)
  await keepOnlyEdges(tx, { type: TYPE, userIds: [userId], sources, keep: edges })
  await writeEdges(tx, { userId, source: 'given', edges })
}

/** Writes links as they were, in place of whatever is there. The user's row must be locked. */
export async function linkMentions(
  tx: Queryable,
  userId: string,
  traces: readonly Mentioned[],
): Promise<void> {
  const sources = traces.map(({ traceId }) => traceId)
  const all = await edgesTo(tx, userId, traces)
  await keepOnlyEdges(tx, { type: TYPE, userIds: [userId], sources, keep: all })
  for (const source of MENTION_SOURCES) {
    const some = traces.map(({ mentions, ...trace }) => ({
      ...trace,
      mentions: mentions.filter((mention) => mention.source === source),
    }))
    await writeEdges(tx, { userId, source, edges: await edgesTo(tx, userId, some) })
  }
}

const MENTION_SOURCES = ['given', 'rules', 'model'] as const

function givenMentions(entities: readonly GivenEntity[]): EntityMention[] {
  const distinct = new Map<string, EntityMention>()
  for (const { type, value, confidence } of entities) {
    const normalized = normalizeEntity(type, value)
    const key = keyOf({ type, normalized })
    if (normalized === '' || distinct.has(key)) continue
    distinct.set(key, { type, value, normalized, confidence, source: 'given' })
  }
  return [...distinct.values()].slice(0, MAX_MENTIONS)
}

const keyOf = ({ type, normalized }: Pick<EntityMention, 'type' | 'normalized'>) =>
  `${type} ${normalized}`

/** Writes what was found in the texts of memories, in place of whatever was there. The user's row must be locked. */
export async function linkMentioned(
  tx: Queryable,
  userId: string,
  traces: readonly Mentioned[],
): Promise<number> {
  const some = traces.map(({ mentions, ...rest }) => ({
    ...rest,
    mentions: mentions.slice(0, MAX_MENTIONS),
  }))
  const edges = await edgesTo(tx, userId, some)
  const sources = some.map(({ traceId }) => traceId)
  await keepOnlyEdges(tx, { type: TYPE, userIds: [userId], sources, keep: edges })
  await writeEdges(tx, { userId, source: 'rules', edges })
  return edges.length
}

/** Finds what the memories of a job name, and links it; what callers gave goes first and stays. */
export async function linkFound(
  db: Database,
  {
    userId,
    request,
  }: { readonly userId: string; readonly request: Pick<MemoryRequest, 'memories' | 'extract'> },
): Promise<number> {
  const { memories, extract } = request
  const current = await findCurrent(db, { userId, memories })
  const found = new Map(current.map((memory) => [memory.id, extract ? mentionsIn(memory) : []]))
  const changed = new Set(memories.filter(({ before }) => before !== null).map(({ id }) => id))
  const open = current.filter(({ id }) => changed.has(id) || (found.get(id)?.length ?? 0) > 0)
  if (open.length === 0) return 0
  return await db.transaction(async (tx) => {
    if (!(await lockUsers(tx, [userId])).has(userId)) return 0
    const still = await findCurrent(tx, { userId, memories: open })
    const traceIds = still.map(({ id }) => id)
    const given = Map.groupBy(
      await findGivenMentions(tx, { userId, traceIds }),
      ({ traceId }) => traceId,
    )
    const wanted = still.map(({ id, occurredAt }) => ({
      traceId: id,
      at: occurredAt,
      mentions: besides(given.get(id) ?? [], found.get(id) ?? []),
    }))
    const edges = await edgesTo(tx, userId, wanted)
    const kept = [...given.values()].flat().map(({ traceId, entityId }) => ({
      src: traceId,
      dst: entityId,
    }))
    const keep = [...edges, ...kept]
    await keepOnlyEdges(tx, { type: TYPE, userIds: [userId], sources: traceIds, keep })
    await writeEdges(tx, { userId, source: 'rules', edges })
    return still.length
  })
}

export const mentionsIn = ({
  content,
  language,
}: Pick<CurrentMemory, 'content' | 'language'>): EntityMention[] =>
  findEntities(content.slice(0, LOOKED_AT_CHARS), language)

/** What was found and nobody gave, as long as there is room. */
function besides(
  given: readonly StoredMention[],
  found: readonly EntityMention[],
): EntityMention[] {
  const known = new Set(given.map(keyOf))
  return found
    .filter((mention) => !known.has(keyOf(mention)))
    .toSorted((one, other) => other.confidence - one.confidence)
    .slice(0, Math.max(0, MAX_MENTIONS - given.length))
}

export interface Mentioned {
  readonly traceId: string
  readonly at: Date
  readonly mentions: readonly EntityMention[]
}

async function edgesTo(
  tx: Queryable,
  userId: string,
  traces: readonly Mentioned[],
): Promise<EdgeWrite[]> {
  const entityOf = await upsertEntities(
    tx,
    traces.flatMap(({ mentions }) => mentions.map((mention) => ({ userId, mention }))),
  )
  return traces.flatMap(({ traceId, at, mentions }) =>
    mentions.flatMap((mention) => {
      const dst = entityOf(userId, mention)
      if (dst === undefined) return []
      const { confidence: weight, value: spelling } = mention
      return [{ src: traceId, dst, type: TYPE, userId, weight, ts: at, spelling }]
    }),
  )
}

async function writeEdges(
  tx: Queryable,
  {
    userId,
    source,
    edges,
  }: {
    readonly userId: string
    readonly source: EntityMention['source']
    readonly edges: readonly EdgeWrite[]
  },
): Promise<void> {
  await upsertEdges(tx, edges)
  await signMentions(tx, { userId, source, mentions: edges })
}
