import type { Head, TraceKind } from '../../domain/recall.ts'
import type { SpaceIdentity } from '../../providers/embedder.ts'
import type { Queryable } from '../database.ts'
import { vectorColumn, vectorText } from './vector-format.ts'
import { insertPassages } from './passages.ts'
import { SPACE_COLUMNS, type Space } from './spaces.ts'

/** Filling one embedding space in the shadow of another. */

export interface SpacePair {
  readonly from: Space
  readonly to: Space
}

/**
 * Makes `wanted` the space that is filled to follow the active one. Waits for writers under way; every writer after them notes what it
 * writes. A space that was filled for another reason before gives up its place and is dropped in time.
 * @returns null when the active space is no longer this one
 */
export async function openShadow(
  tx: Queryable,
  { from, wanted }: { from: number; wanted: SpaceIdentity },
): Promise<Space | null> {
  const { rows: active } = await tx.query(
    `select id from memoir.embedding_space where id = $1 and state = 'active' for update`,
    [from],
  )
  if (active.length === 0) return null
  const { rows } = await tx.query<Space>(
    `insert into memoir.embedding_space as s (provider, model, dimensions, precision, state)
     values ($1, $2, $3, $4, 'shadow')
     on conflict (provider, model, dimensions, precision) do update set state = 'shadow', retired_at = null, indexed_at = null
       where s.state <> 'active'
     returning ${SPACE_COLUMNS}`,
    [wanted.provider, wanted.model, wanted.dimensions, wanted.precision],
  )
  const [shadow] = rows
  if (shadow === undefined) return null
  await tx.query(
    `update memoir.embedding_space set state = 'retired', retired_at = now() where state = 'shadow' and id <> $1`,
    [shadow.id],
  )
  await tx.query(`update memoir.embedding_space set successor = $2 where id = $1`, [
    from,
    shadow.id,
  ])
  await tx.query(`delete from memoir.reembed_due where space_id <> $1`, [shadow.id])
  return shadow
}

/** Nothing follows the active space any more; what was filled until then is dropped in time. */
export async function closeShadows(tx: Queryable): Promise<void> {
  await tx.query(`update memoir.embedding_space set successor = null where successor is not null`)
  await tx.query(
    `update memoir.embedding_space set state = 'retired', retired_at = now() where state = 'shadow'`,
  )
  await tx.query(`delete from memoir.reembed_due`)
}

/** Where a walk over a space's vectors is: in the order of its index. */
export type Place = readonly [userId: string, head: string, seq: number]

export interface ShadowGap {
  readonly traceId: string
  readonly userId: string
  readonly head: Head
  readonly seq: number
  /** Whether the other space has this vector, of this revision. */
  readonly there: boolean
  readonly bytes: number
}

const FIRST: Place = ['00000000-0000-0000-0000-000000000000', '', 0]

/** The next vectors of a space after a place, and which of them the other space lacks. */
export async function walkSpace(
  db: Queryable,
  { from, to }: SpacePair,
  { after, limit }: { after: Place | null; limit: number },
): Promise<ShadowGap[]> {
  const [userId, head, seq] = after ?? FIRST
  const { rows } = await db.query<ShadowGap>(
    `select e.trace_id as "traceId", e.user_id as "userId", e.head, e.seq, n.trace_id is not null as there,
            coalesce(octet_length(t.content), 0) as bytes
       from (select trace_id, user_id, space_id, head, seq, revision from memoir.memory_embedding
              where space_id = $1 and (user_id, space_id, head, seq) > ($3::uuid, $1, $4, $5::bigint)
              order by user_id, space_id, head, seq
              limit $6) e
       left join memoir.memory_trace t on t.id = e.trace_id and t.user_id = e.user_id
       left join memoir.memory_embedding n
         on n.trace_id = e.trace_id and n.head = e.head and n.space_id = $2 and n.revision >= e.revision and n.user_id = e.user_id
      order by e.user_id, e.head, e.seq`,
    [from.id, to.id, userId, head, seq, limit],
  )
  return rows
}

export interface DueTrace extends ShadowGap {
  readonly mark: number
}

/** What was written in the active space since the walk began, longest ago first. */
export async function listDue(
  db: Queryable,
  { from, to }: SpacePair,
  limit: number,
): Promise<DueTrace[]> {
  const { rows } = await db.query<DueTrace>(
    `select d.trace_id as "traceId", d.user_id as "userId", d.mark, coalesce(e.head, 'semantic') as head, coalesce(e.seq, 0) as seq,
            e.trace_id is null or n.trace_id is not null as there, coalesce(octet_length(t.content), 0) as bytes
       from (select trace_id, user_id, mark from memoir.reembed_due where space_id = $2 order by mark limit $3) d
       left join memoir.memory_trace t on t.id = d.trace_id and t.user_id = d.user_id
       left join memoir.memory_embedding e on e.trace_id = d.trace_id and e.space_id = $1 and e.user_id = d.user_id
       left join memoir.memory_embedding n
         on n.trace_id = e.trace_id and n.head = e.head and n.space_id = $2 and n.revision >= e.revision and n.user_id = d.user_id
      order by d.mark`,
    [from.id, to.id, limit],
  )
  return rows
}

/** Unless they were written once more meanwhile. */
export async function clearDue(
  db: Queryable,
  to: Space,
  done: readonly Pick<DueTrace, 'traceId' | 'userId' | 'mark'>[],
): Promise<void> {
  if (done.length === 0) return
  await db.query(
    `delete from memoir.reembed_due d
      using unnest($2::uuid[], $3::bigint[], $4::uuid[]) as w(trace_id, mark, user_id)
      where d.space_id = $1 and d.trace_id = w.trace_id and d.mark = w.mark and d.user_id = w.user_id`,
    [to.id, done.map((d) => d.traceId), done.map((d) => d.mark), done.map((d) => d.userId)],
  )
}

export interface ShadowText {
  readonly traceId: string
  readonly userId: string
  readonly kind: TraceKind
  readonly revision: number
  readonly content: string
  readonly language: string
  readonly occurredAt: Date
}

export async function readTexts(
  db: Queryable,
  wanted: readonly Pick<ShadowGap, 'traceId' | 'userId'>[],
): Promise<ShadowText[]> {
  const { rows } = await db.query<ShadowText>(
    `select t.id as "traceId", t.user_id as "userId", t.kind, t.revision, t.content, t.language,
            t.occurred_at as "occurredAt"
       from memoir.memory_trace t
       join (select distinct trace_id, user_id from unnest($1::uuid[], $2::uuid[]) as x(trace_id, user_id)) w
         on t.id = w.trace_id and t.user_id = w.user_id`,
    [wanted.map((w) => w.traceId), wanted.map((w) => w.userId)],
  )
  return rows
}

export interface ShadowWrite {
  readonly traceId: string
  readonly head: Head
  readonly userId: string
  readonly revision: number
  readonly vec: Float32Array
  readonly passages?: readonly Float32Array[]
}

/**
 * Writes vectors of the space that is filled, where the other space still has one and the text is still of that revision. The users'
 * rows must be locked: whoever removes a memory holds them too.
 * @returns what was written, as trace and head
 */
export async function writeShadow(
  tx: Queryable,
  { from, to }: SpacePair,
  writes: readonly ShadowWrite[],
): Promise<Set<string>> {
  if (writes.length === 0) return new Set()
  const { column, type } = vectorColumn(to)
  const { rows } = await tx.query<{ written: string }>(
    `with made as (
     insert into memoir.memory_embedding as n (space_id, trace_id, head, user_id, seq, kind, tier, revision, ${column})
     select $2::int, e.trace_id, e.head, e.user_id, e.seq, e.kind, e.tier, t.revision, w.vec::${type}
       from unnest($3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::text[]) as w(trace_id, head, user_id, revision, vec)
       join memoir.memory_embedding e
         on e.trace_id = w.trace_id and e.head = w.head and e.space_id = $1::int and e.user_id = w.user_id
       join memoir.memory_trace t on t.id = w.trace_id and t.user_id = w.user_id and t.revision = w.revision
     on conflict (trace_id, head, space_id) do update
       set ${column} = excluded.${column}, revision = excluded.revision, tier = excluded.tier
       where n.revision <= excluded.revision
     returning n.trace_id, n.head),
     gone as (
       delete from memoir.memory_passage p using made
        where p.trace_id = made.trace_id and p.space_id = $2::int and made.head = 'semantic')
     select trace_id || ' ' || head as written from made`,
    [
      from.id,
      to.id,
      writes.map((w) => w.traceId),
      writes.map((w) => w.head),
      writes.map((w) => w.userId),
      writes.map((w) => w.revision),
      writes.map((w) => vectorText(w.vec, to.precision)),
    ],
  )
  await insertPassages(tx, to, writes)
  return new Set(rows.map(({ written }) => written))
}

/**
 * The switch: at once for everybody, or not at all. Writers under way are waited for; those that come after write into the new space.
 * @param tolerated how many late writes may be embedded after the switch instead of before it
 * @returns whether the new space is the active one
 */
export async function switchSpaces(
  tx: Queryable,
  { from, to }: SpacePair,
  { tolerated, pinned }: { tolerated: number; pinned: boolean },
): Promise<boolean> {
  const { rows } = await tx.query<{ id: number; state: string; successor: number | null }>(
    `select id, state, successor from memoir.embedding_space where id = any($1::int[]) order by id for update`,
    [[from.id, to.id]],
  )
  const [before, after] = [from.id, to.id].map((id) => rows.find((row) => row.id === id))
  if (after?.state === 'active') return true
  if (before?.state !== 'active' || before.successor !== to.id) return false
  const { rows: late } = await tx.query(
    `select from memoir.reembed_due where space_id = $1 limit $2`,
    [to.id, tolerated + 1],
  )
  if (late.length > tolerated) return false
  await tx.query(
    `update memoir.embedding_space set state = 'retired', retired_at = now(), successor = null, predecessor = null, pinned = false
      where id = $1`,
    [from.id],
  )
  await tx.query(
    `update memoir.embedding_space set state = 'active', retired_at = null, predecessor = $1, pinned = $3 where id = $2`,
    [from.id, to.id, pinned],
  )
  return true
}

/** Vectors go in pieces, so that no transaction grows with the space. */
const DROP_ROWS = 5_000

/** Drops spaces that were retired so long ago: vectors, index, row. @returns their numbers */
export async function dropRetiredSpaces(db: Queryable, days: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select id from memoir.embedding_space
      where state = 'retired' and retired_at < now() - make_interval(days => $1::int)`,
    [days],
  )
  for (const { id } of rows) await dropSpace(db, id)
  return rows.map(({ id }) => id)
}

async function dropSpace(db: Queryable, id: number): Promise<void> {
  for (;;) {
    const { rowCount } = await db.query(
      // Locked: whoever wants to fill the space again waits for this piece, and no further one follows.
      `with space as (select id from memoir.embedding_space where id = $1 and state = 'retired' for update)
       delete from memoir.memory_embedding
        where ctid = any (array(
          select e.ctid from memoir.memory_embedding e join space on space.id = e.space_id limit ${DROP_ROWS}))`,
      [id],
    )
    if ((rowCount ?? 0) === 0) break
  }
  // What a consolidation kept aside of it can be restored nowhere.
  await db.query(
    `delete from memoir.consolidation_vector v using memoir.embedding_space s
      where v.space_id = $1 and s.id = v.space_id and s.state = 'retired'`,
    [id],
  )
  for (const index of ['embedding_hnsw', 'embedding_warm', 'passage_hnsw'].map(
    (name) => `memory_${name}_${id}`,
  )) {
    await db.query(`drop index concurrently if exists memoir.${index}`)
  }
  await db.query(`delete from memoir.embedding_space where id = $1 and state = 'retired'`, [id])
}
