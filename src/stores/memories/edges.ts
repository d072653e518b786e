import type { Queryable } from '../database.ts'

/** Typed, weighted links between traces (and later entities) of one user. */
export interface EdgeKey {
  readonly src: string
  readonly dst: string
  readonly type: string
}

export interface EdgeWrite extends EdgeKey {
  readonly userId: string
  readonly weight: number
  readonly ts: Date | null
  /** Of a mention: how the memory writes it. */
  readonly spelling?: string
}

/**
 * A link is written to the graph with the memory it begins at, whose revision it leaves alone. Memories that this transaction made have
 * yet to be written there anyway, and nobody has read them without the link.
 */
export const TELL_GRAPH = `
  update memoir.memory_trace t
     set graph_state = 'pending', graph_marks = t.graph_marks + 1
    from (select distinct src, user_id from changed) c
   where t.id = c.src and t.user_id = c.user_id and t.graph_state <> 'off'
     and t.created_at <> now()`

export async function upsertEdges(tx: Queryable, edges: readonly EdgeWrite[]): Promise<void> {
  if (edges.length === 0) return
  await tx.query(
    `with changed as (
       insert into memoir.memory_edge as e (src, dst, type, user_id, weight, ts, spelling)
       select * from ${GIVEN}
       on conflict (src, dst, type) do update
         set weight = excluded.weight, ts = excluded.ts, spelling = excluded.spelling, revision = e.revision + 1
         where (e.weight, e.ts, e.spelling) is distinct from (excluded.weight, excluded.ts, excluded.spelling)
       returning src, user_id)
     ${TELL_GRAPH}`,
    columnsOf(edges),
  )
}

/** Links that are not there yet; those that are stay as they are. @returns those that were added */
export async function addEdges(tx: Queryable, edges: readonly EdgeWrite[]): Promise<EdgeKey[]> {
  if (edges.length === 0) return []
  const { rows } = await tx.query<EdgeKey>(
    `with changed as (
       insert into memoir.memory_edge (src, dst, type, user_id, weight, ts, spelling)
       select distinct on (w.src, w.dst, w.type) w.*
         from ${GIVEN} as w(src, dst, type, user_id, weight, ts, spelling)
        order by w.src, w.dst, w.type, w.weight desc
       on conflict (src, dst, type) do nothing
       returning src, dst, type, user_id),
     told as (${TELL_GRAPH})
     select src, dst, type from changed order by src, dst, type`,
    columnsOf(edges),
  )
  return rows
}

/** Edges as the parameters of a statement, column by column. */
const GIVEN = `unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::real[], $6::timestamptz[], $7::text[])`

const columnsOf = (edges: readonly EdgeWrite[]): unknown[] => [
  edges.map((e) => e.src),
  edges.map((e) => e.dst),
  edges.map((e) => e.type),
  edges.map((e) => e.userId),
  edges.map((e) => e.weight),
  edges.map((e) => e.ts),
  edges.map((e) => e.spelling ?? null),
]

/** Of the edges of one type that leave these traces, keeps only the given ones. */
export async function keepOnlyEdges(
  tx: Queryable,
  {
    type,
    userIds,
    sources,
    keep,
  }: {
    type: string
    userIds: readonly string[]
    sources: readonly string[]
    keep: readonly { readonly src: string; readonly dst: string }[]
  },
): Promise<void> {
  if (sources.length === 0) return
  await tx.query(
    `with changed as (
       delete from memoir.memory_edge e
        where e.type = $1 and e.user_id = any($2::uuid[]) and e.src = any($3::uuid[])
          and not exists (
            select from unnest($4::uuid[], $5::uuid[]) as k(src, dst) where k.src = e.src and k.dst = e.dst)
        returning src, user_id)
     ${TELL_GRAPH}`,
    [type, userIds, sources, keep.map((k) => k.src), keep.map((k) => k.dst)],
  )
}

/** Every edge that begins or ends at these traces. */
export async function deleteEdgesOf(
  tx: Queryable,
  { userIds, traceIds }: { userIds: readonly string[]; traceIds: readonly string[] },
): Promise<void> {
  if (traceIds.length === 0) return
  await tx.query(
    `delete from memoir.memory_edge
      where user_id = any($1::uuid[]) and (src = any($2::uuid[]) or dst = any($2::uuid[]))`,
    [userIds, traceIds],
  )
}

/** Ends every link of these traces for now: restoring one revives those that ended with it. */
export async function endEdges(
  tx: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<void> {
  if (traceIds.length === 0) return
  await tx.query(
    `update memoir.memory_edge set ended_at = now(), revision = revision + 1
      where user_id = $1::uuid and (src = any($2::uuid[]) or dst = any($2::uuid[])) and ended_at is null`,
    [userId, traceIds],
  )
}

/** Links that ended when the trace was deleted, and whose other end is still there. */
export async function reviveEdges(
  tx: Queryable,
  { userId, traceId, endedAt }: { userId: string; traceId: string; endedAt: Date },
): Promise<void> {
  await tx.query(
    `update memoir.memory_edge e set ended_at = null, revision = e.revision + 1
      where e.user_id = $1::uuid and (e.src = $2::uuid or e.dst = $2::uuid)
        and date_trunc('milliseconds', e.ended_at) = $3::timestamptz
        and not exists (
          select from memoir.memory_trace t
           where t.user_id = e.user_id and t.id in (e.src, e.dst) and t.id <> $2::uuid and t.state <> 'active')`,
    [userId, traceId, endedAt],
  )
}

/** Entities that these traces name, or named until they were deleted. */
export async function entitiesNamedBy(
  tx: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<string[]> {
  if (traceIds.length === 0) return []
  const { rows } = await tx.query<{ dst: string }>(
    `select distinct dst from memoir.memory_edge
      where user_id = $1::uuid and src = any($2::uuid[]) and type = 'mentions'`,
    [userId, traceIds],
  )
  return rows.map(({ dst }) => dst)
}

/** What these traces say of one thing and another: nothing else is known to say so. */
export async function deleteRelationsOf(
  tx: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<void> {
  await tx.query(
    `with named as (
       select src as trace_id, dst as entity_id from memoir.memory_edge
        where user_id = $1::uuid and src = any($2::uuid[]) and type = 'mentions'),
          gone as (
       delete from memoir.memory_edge e using named s, named d
        where s.trace_id = d.trace_id and e.src = s.entity_id and e.dst = d.entity_id and e.user_id = $1::uuid
       returning e.src)
     insert into memoir.graph_removal as g (user_id, trace_id, revision, entity)
     select distinct $1::uuid, src, 0, true from gone where (select wanted from memoir.graph_turn)
     on conflict (user_id, trace_id) do update set revision = g.revision + 1`,
    [userId, traceIds],
  )
}
