import type { Head, TraceKind } from '../../domain/recall.ts'
import { MemoirError } from '../../errors.ts'
import type { Queryable } from '../database.ts'
import { insertPassages } from './passages.ts'
import type { Space } from './spaces.ts'
import { vectorColumn, vectorText } from './vector-format.ts'

/** Vectors of traces, by head and space. */
export interface EmbeddingWrite {
  readonly traceId: string
  readonly head: Head
  readonly userId: string
  readonly seq: number
  readonly kind: TraceKind
  readonly revision: number
  /** `space.dimensions` numbers, unit length. */
  readonly vec: Float32Array
  /** Of a long text's passages, in order. */
  readonly passages?: readonly Float32Array[]
}

/**
 * Writes vectors of the active space, and notes them for the space that is being filled to follow it, if there is one. The space's
 * row is share-locked: a switch waits for these writes, or these find that the space is no longer active.
 * @throws MemoirError `vector_store_failed` when another space is active by now: whoever repeats the step embeds for that one
 */
export async function upsertEmbeddings(
  tx: Queryable,
  space: Space,
  writes: readonly EmbeddingWrite[],
): Promise<void> {
  if (writes.length === 0) return
  const { column, type } = vectorColumn(space)
  const { rows } = await tx.query<{ active: boolean }>(
    `with space as (
       select id, successor from memoir.embedding_space where id = $1::int and state = 'active' for key share),
     written as (
       insert into memoir.memory_embedding as e (space_id, trace_id, head, user_id, seq, kind, revision, ${column})
       select space.id, w.trace_id, w.head, w.user_id, w.seq, w.kind, w.revision, w.vec::${type}
         from space,
              unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::int[], $8::text[])
              as w(trace_id, head, user_id, seq, kind, revision, vec)
       on conflict (trace_id, head, space_id) do update
         set ${column} = excluded.${column}, revision = excluded.revision, tier = 'hot'
         where e.revision <= excluded.revision
       returning e.trace_id, e.user_id, e.head),
     gone as (
       delete from memoir.memory_passage p using written, space
        where p.trace_id = written.trace_id and p.space_id = space.id and written.head = 'semantic'),
     due as (
       insert into memoir.reembed_due as d (space_id, trace_id, user_id)
       select distinct space.successor, written.trace_id, written.user_id
         from space, written where space.successor is not null
       on conflict (space_id, trace_id) do update set mark = default)
     select exists (select from space) as active`,
    [
      space.id,
      writes.map((w) => w.traceId),
      writes.map((w) => w.head),
      writes.map((w) => w.userId),
      writes.map((w) => w.seq),
      writes.map((w) => w.kind),
      writes.map((w) => w.revision),
      writes.map((w) => vectorText(w.vec, space.precision)),
    ],
  )
  if (rows[0]?.active !== true) {
    throw new MemoirError('vector_store_failed', 'another embedding space has become active')
  }
  await insertPassages(tx, space, writes)
}

/** Vectors that came back by another way than being written: the space that is filled to follow the active one has to get them too. */
export async function noteVectors(
  tx: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<void> {
  if (traceIds.length === 0) return
  await tx.query(
    `with space as (
       select successor from memoir.embedding_space where state = 'active' for key share)
     insert into memoir.reembed_due as d (space_id, trace_id, user_id)
     select space.successor, t.id, t.user_id
       from space, memoir.memory_trace t
      where space.successor is not null and t.user_id = $1::uuid and t.id = any($2::uuid[])
     on conflict (space_id, trace_id) do update set mark = default`,
    [userId, traceIds],
  )
}

/** Vectors of other heads that are of an earlier text, or of an earlier time: whoever wrote the memory again made none of them. */
export async function deleteStaleHeads(
  tx: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<void> {
  await tx.query(
    `delete from memoir.memory_embedding e using memoir.memory_trace t
      where e.user_id = $1::uuid and e.trace_id = any($2::uuid[]) and e.head <> 'semantic'
        and t.id = e.trace_id and t.user_id = e.user_id and e.revision < t.revision`,
    [userId, traceIds],
  )
}

/** Vectors of other heads than the one that everything has. */
export async function countHeads(
  tx: Queryable,
  { userId, traceIds, spaceId }: { userId: string; traceIds: readonly string[]; spaceId: number },
): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `select count(*) as n from memoir.memory_embedding
      where user_id = $1::uuid and trace_id = any($2::uuid[]) and space_id = $3 and head <> 'semantic'`,
    [userId, traceIds, spaceId],
  )
  return rows[0]?.n ?? 0
}

/**
 * Removes every vector of these traces, of any head and space.
 * @returns how many of those there were in the active space, which is what users' counters count
 */
export async function deleteEmbeddings(
  tx: Queryable,
  { userIds, traceIds }: { userIds: readonly string[]; traceIds: readonly string[] },
): Promise<number> {
  if (traceIds.length === 0) return 0
  const { rows } = await tx.query<{ removed: number }>(
    `with gone as (
       delete from memoir.memory_embedding
        where trace_id = any($2::uuid[]) and user_id = any($1::uuid[]) returning space_id)
     select count(*) as removed from gone join memoir.embedding_space s on s.id = gone.space_id and s.state = 'active'`,
    [userIds, traceIds],
  )
  return rows[0]?.removed ?? 0
}

/** Vectors of a text that stayed the same through a new revision are those of that revision; what is older in some space stays so. */
export async function carryEmbeddings(
  tx: Queryable,
  { userId, id, revision }: { userId: string; id: string; revision: number },
): Promise<void> {
  await tx.query(
    `update memoir.memory_embedding e set revision = t.revision
       from memoir.memory_trace t
      where t.id = e.trace_id and t.user_id = e.user_id and e.user_id = $1::uuid and e.trace_id = $2::uuid
        and e.revision >= $3::int`,
    [userId, id, revision],
  )
}

/** The same for facts, whose text is what they are: it never was another one. */
export async function carryFactEmbeddings(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<void> {
  await tx.query(
    `update memoir.memory_embedding e set revision = t.revision
       from memoir.memory_trace t
      where t.id = e.trace_id and t.user_id = e.user_id and t.kind = 'fact'
        and e.user_id = $1::uuid and e.trace_id = any($2::uuid[])`,
    [userId, ids],
  )
}
