import type { ConsolidationPlan } from '../../domain/consolidation.ts'
import type { Queryable } from '../database.ts'
import { noteVectors } from '../spaces/embeddings.ts'

/** Tiers and heads of vectors, and those that are kept aside so that a run can be undone. The user's row is locked. */

/** What users' counters count: the vectors of the space that serves. */
const IN_ACTIVE = `space_id = (select id from memoir.embedding_space where state = 'active')`

export interface Moved {
  readonly id: string
  readonly revision: number
}

export async function coolVectors(
  tx: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<Moved[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<Moved>(
    `with moved as (
       update memoir.memory_embedding set tier = 'warm'
        where user_id = $1::uuid and trace_id = any($2::uuid[]) and tier = 'hot' returning trace_id, revision)
     select trace_id as id, max(revision) as revision from moved group by trace_id order by trace_id`,
    [userId, ids],
  )
  return rows
}

export async function warmVectors(
  tx: Queryable,
  userId: string,
  moved: readonly Moved[],
): Promise<void> {
  if (moved.length === 0) return
  await tx.query(
    `update memoir.memory_embedding e set tier = 'hot' from unnest($2::uuid[]) as w(id)
      where e.user_id = $1::uuid and e.trace_id = w.id and e.tier = 'warm'`,
    [userId, moved.map(({ id }) => id)],
  )
}

export async function dropHeads(
  tx: Queryable,
  { runId, userId }: { runId: string; userId: string },
  drops: readonly { readonly id: string; readonly heads: readonly string[] }[],
): Promise<number> {
  if (drops.length === 0) return 0
  const pairs = drops.flatMap(({ id, heads }) => heads.map((head) => ({ id, head })))
  const { rows } = await tx.query<{ n: number }>(
    `with gone as (
       delete from memoir.memory_embedding e using unnest($3::uuid[], $4::text[]) as w(id, head)
        where e.user_id = $2::uuid and e.trace_id = w.id and e.head = w.head and e.head <> 'semantic'
       returning e.*),
     kept as (
       insert into memoir.consolidation_vector (run_id, trace_id, head, space_id, user_id, tier, revision, vec, vec_full)
       select $1::uuid, trace_id, head, space_id, user_id, tier, revision, vec, vec_full from gone)
     select count(*) as n from gone where ${IN_ACTIVE}`,
    [runId, userId, pairs.map(({ id }) => id), pairs.map(({ head }) => head)],
  )
  return rows[0]?.n ?? 0
}

export async function restoreHeads(
  tx: Queryable,
  { runId, userId }: { runId: string; userId: string },
): Promise<number> {
  const { rows } = await tx.query<{ id: string; active: boolean }>(
    `insert into memoir.memory_embedding (trace_id, head, space_id, user_id, seq, kind, tier, revision, vec, vec_full)
     select t.id, v.head, v.space_id, t.user_id, t.seq, t.kind, v.tier, v.revision, v.vec, v.vec_full
       from memoir.consolidation_vector v
       join memoir.memory_trace t on t.id = v.trace_id and t.user_id = v.user_id and t.state = 'active'
       join memoir.memory_embedding own on own.trace_id = t.id and own.user_id = t.user_id and own.head = 'semantic'
        and own.space_id = v.space_id and own.revision = v.revision
      where v.run_id = $1::uuid and v.user_id = $2::uuid
     on conflict (trace_id, head, space_id) do nothing
     returning trace_id as id, ${IN_ACTIVE} as active`,
    [runId, userId],
  )
  await noteVectors(tx, { userId, traceIds: rows.map(({ id }) => id) })
  await tx.query(
    `delete from memoir.consolidation_vector where run_id = $1::uuid and user_id = $2::uuid`,
    [runId, userId],
  )
  return rows.filter(({ active }) => active).length
}

export async function keepSummaryVectors(
  tx: Queryable,
  { runId, userId, id }: { runId: string; userId: string; id: string },
): Promise<void> {
  await tx.query(
    `insert into memoir.consolidation_vector (run_id, trace_id, head, space_id, user_id, tier, revision, vec, vec_full)
     select $1::uuid, trace_id, head, space_id, user_id, tier, revision, vec, vec_full from memoir.memory_embedding
      where user_id = $2::uuid and trace_id = $3::uuid
     on conflict do nothing`,
    [runId, userId, id],
  )
}

export async function countHot(
  tx: Queryable,
  userId: string,
  { downshift, drop_heads: drops }: Pick<ConsolidationPlan, 'downshift' | 'drop_heads'>,
): Promise<number> {
  const pairs = drops.flatMap(({ id, heads }) => heads.map((head) => ({ id, head })))
  const { rows } = await tx.query<{ n: number }>(
    `select count(*) as n from memoir.memory_embedding e
      where e.user_id = $1::uuid and ((e.tier = 'hot' and e.trace_id = any($2::uuid[]))
        or (e.trace_id, e.head) in (select * from unnest($3::uuid[], $4::text[])))`,
    [userId, downshift, pairs.map(({ id }) => id), pairs.map(({ head }) => head)],
  )
  return rows[0]?.n ?? 0
}

export async function dropOldVectors(db: Queryable, days: number): Promise<void> {
  await db.query(
    `delete from memoir.consolidation_vector v using memoir.consolidation_run r
      where r.id = v.run_id and coalesce(r.applied_at, r.created_at) < now() - make_interval(days => $1::int)`,
    [days],
  )
}
