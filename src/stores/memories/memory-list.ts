import type { Memory } from '../../domain/recall.ts'
import type { Page } from '../../domain/job.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Filter } from '../../domain/filter.ts'
import { filterSql } from './filter-sql.ts'
import type { Queryable } from '../database.ts'
import { MEMORY_COLUMNS, presentMemory, type MemoryRow } from './memories.ts'

/** Memories as their owners list them, whatever their state. */

/** One memory, wherever the caller's reach ends. */
export interface MemoryReach {
  readonly namespaceId: string
  readonly id: string
  readonly userId?: string
  readonly scopes?: readonly string[]
}

const IN_REACH = `t.id = any($1::uuid[]) and u.namespace_id = $2::uuid and u.erased_at is null
  and ($3::uuid is null or t.user_id = $3::uuid) and ($4::text[] is null or t.scope = any($4::text[]))`

const reachOf = (
  { namespaceId, userId, scopes }: Omit<MemoryReach, 'id'>,
  ids: readonly string[],
) => [ids, namespaceId, userId ?? null, scopes ?? null]

export async function findMemory(db: Queryable, reach: MemoryReach): Promise<Memory | null> {
  return (await findMemories(db, reach, [reach.id]))[0] ?? null
}

/** Those of the ids that lie within the reach, in the order of the ids. */
export async function findMemories(
  db: Queryable,
  reach: Omit<MemoryReach, 'id'>,
  ids: readonly string[],
): Promise<Memory[]> {
  const { rows } = await db.query<MemoryRow>(
    `select ${MEMORY_COLUMNS}
       from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where ${IN_REACH}
      order by array_position($1::uuid[], t.id)`,
    reachOf(reach, ids),
  )
  return rows.map(presentMemory)
}

/** Whose memory it is, by surrogate uuid; null when it lies outside the reach. */
export async function findOwner(db: Queryable, reach: MemoryReach): Promise<string | null> {
  const { rows } = await db.query<{ user_id: string }>(
    `select t.user_id from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where ${IN_REACH}`,
    reachOf(reach, [reach.id]),
  )
  return rows[0]?.user_id ?? null
}

export interface MemoryFilter {
  readonly namespaceId: string
  readonly userId: string
  readonly scopes?: readonly string[]
  readonly kinds?: readonly string[]
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly filter?: Filter
  readonly states?: readonly string[]
  readonly sessionId?: string
  readonly from?: Date
  readonly to?: Date
  /** Left out: by when they became known. */
  readonly order?: MemoryOrder
  readonly limit: number
  readonly cursor?: string
}

/** By when they became known, which is the order in which they were written, or by when what they tell of happened. */
export const MEMORY_ORDERS = ['known', 'occurred'] as const
export type MemoryOrder = (typeof MEMORY_ORDERS)[number]

const ORDER_BY = {
  known: 't.seq desc',
  occurred: 't.occurred_at desc, t.seq desc',
} satisfies Record<MemoryOrder, string>

/** The last come first. What has expired is not listed. */
export async function listMemories(db: Queryable, filter: MemoryFilter): Promise<Page<Memory>> {
  const { order = 'known' } = filter
  const values = valuesOf(filter)
  const bind = (value: unknown) => `$${values.push(value)}`
  const filtered = filter.filter === undefined ? '' : `and ${filterSql(filter.filter, bind)}`
  const { rows } = await db.query<MemoryRow & { at: string }>(
    `select ${MEMORY_COLUMNS}, t.occurred_at::text as at
       from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where u.namespace_id = $1::uuid and u.external_id = $2 and u.erased_at is null
        and t.state = any($3::text[])
        and (t.expires_at is null or t.expires_at > now() or t.state = 'deleted')
        and case when $4::bigint is null then true
                 when $13::timestamptz is null then t.seq < $4::bigint
                 else (t.occurred_at, t.seq) < ($13::timestamptz, $4::bigint) end
        and ($5::text[] is null or t.scope = any($5::text[]))
        and ($6::text[] is null or t.kind = any($6::text[]))
        and ($7::text[] is null or t.tags @> $7::text[])
        and ($8::jsonb is null or t.meta @> $8::jsonb)
        and ($9::text is null or t.session_id = $9)
        and ($10::timestamptz is null or t.occurred_at >= $10::timestamptz)
        and ($11::timestamptz is null or t.occurred_at < $11::timestamptz)
        ${filtered}
      order by ${ORDER_BY[order]}
      limit $12`,
    values,
  )
  const last = rows.length > filter.limit ? rows[filter.limit - 1] : undefined
  return {
    items: rows.slice(0, filter.limit).map(({ at: _at, ...row }) => presentMemory(row)),
    next_cursor: last ? cursorOf(last, order) : null,
  }
}

/** Exact to the microsecond, which a Date is not. */
const cursorOf = ({ seq, at }: { seq: number | string; at: string }, order: MemoryOrder) =>
  encodeCursor(order === 'known' ? [String(seq)] : [String(seq), at])

function placeOf(cursor: string | undefined, order: MemoryOrder) {
  if (cursor === undefined) return { seq: null, at: null }
  const [seq = null, at = null] = decodeCursor(cursor, order === 'known' ? 1 : 2)
  return { seq, at }
}

function valuesOf(filter: MemoryFilter): unknown[] {
  const { metadata, cursor, order = 'known' } = filter
  const { seq, at } = placeOf(cursor, order)
  return [
    filter.namespaceId,
    filter.userId,
    filter.states ?? ['active'],
    seq,
    filter.scopes ?? null,
    filter.kinds ?? null,
    filter.tags ?? null,
    metadata === undefined ? null : JSON.stringify(metadata),
    filter.sessionId ?? null,
    filter.from ?? null,
    filter.to ?? null,
    filter.limit + 1,
    at,
  ]
}
