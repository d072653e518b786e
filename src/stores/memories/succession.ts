import type { Queryable } from '../database.ts'

/** What becomes of superseded facts when the fact that superseded them goes away, and when it comes back. */

interface Leaving {
  readonly userId: string
  readonly ids: readonly string[]
}

/** Of a memory `t`: consolidation merged it, so it repeats what replaced it and must not outlive it in its place. */
const IS_MERGED = `exists (
  select from memoir.consolidation_run r
   where r.user_id = t.user_id and r.state = 'applied'
     and r.applied->'merges' @> jsonb_build_array(jsonb_build_object('id', t.id, 'into', t.superseded_by)))`

/**
 * Facts that these superseded are superseded by what superseded these in turn; where nothing did, they hold again. Near duplicates
 * that consolidation merged into these do neither. @returns those that hold again
 */
export async function releaseSuperseded(
  tx: Queryable,
  { userId, ids }: Leaving,
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<{ id: string; state: string }>(
    `with recursive chain as (
       select t.id, t.superseded_by as by from memoir.memory_trace t
        where t.user_id = $1::uuid and t.state = 'superseded' and t.kind = 'fact' and t.superseded_by = any($2::uuid[])
          and not t.id = any($2::uuid[]) and not ${IS_MERGED}
       union
       select c.id, b.superseded_by from chain c
         join memoir.memory_trace b on b.id = c.by and b.user_id = $1::uuid and b.id = any($2::uuid[]) and b.state = 'superseded'),
     successor as (
       select distinct on (c.id) c.id, s.id as by
         from chain c left join memoir.memory_trace s
           on s.id = c.by and s.user_id = $1::uuid and not s.id = any($2::uuid[]) and s.state in ('active', 'superseded') and s.id <> c.id
        order by c.id, s.id nulls last)
     update memoir.memory_trace t
        set superseded_by = n.by, state = case when n.by is null then 'active' else t.state end,
            superseded_at = case when n.by is not null then t.superseded_at end, updated_at = now(), revision = t.revision + 1,
            vector_revision = case when t.vector_state = 'written' then t.revision + 1 else t.vector_revision end
       from successor n
      where t.id = n.id and t.user_id = $1::uuid
      returning t.id, t.state`,
    [userId, ids],
  )
  return rows.filter(({ state }) => state === 'active').map(({ id }) => id)
}

/**
 * A fact that comes back supersedes again what held in its place since it left and has not changed since; not what somebody restored
 * before that. @returns those
 */
export async function supersedeAgain(
  tx: Queryable,
  { userId, by }: { userId: string; by: string },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update memoir.memory_trace t
        set state = 'superseded', superseded_by = $2::uuid, superseded_at = now(), updated_at = now(), revision = t.revision + 1,
            vector_revision = case when t.vector_state = 'written' then t.revision + 1 else t.vector_revision end
       from memoir.memory_revision r
      where r.user_id = $1::uuid and t.id = r.trace_id and t.user_id = r.user_id and r.revision = t.revision - 1
        and t.kind = 'fact' and t.state = 'active' and r.fields->>'superseded_by' = $2::uuid::text
        and t.id in (select trace_id from memoir.memory_revision where user_id = $1::uuid and fields ? 'superseded_by')
        -- It held again in the transaction in which the fact left.
        and exists (
          select from memoir.memory_revision b
           where b.user_id = $1::uuid and b.trace_id = $2::uuid and (b.fields->>'deleted_at')::timestamptz = r.valid_to)
      returning t.id`,
    [userId, by],
  )
  return rows.map(({ id }) => id)
}

/** Near duplicates that consolidation merged into these: they say the same, and are forgotten with them. @returns ids */
export async function findMerged(tx: Queryable, { userId, ids }: Leaving): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with recursive merged as (
       select unnest($2::uuid[]) as id
       union
       select t.id from merged m join memoir.memory_trace t on t.superseded_by = m.id
        where t.user_id = $1::uuid and t.state = 'superseded' and ${IS_MERGED})
     select id from merged where not id = any($2::uuid[])`,
    [userId, ids],
  )
  return rows.map(({ id }) => id)
}
