import type {
  AppliedCounts,
  ConsolidationPlan,
  ConsolidationState,
  GuardCounts,
  PlannedWeight,
} from '../../domain/consolidation.ts'
import type { Queryable } from '../database.ts'

/** Runs of consolidation: one a user-day and time it was asked for. */

/** What a run changed, as undoing has to know it: ids, revisions and types. */
export interface AppliedChanges {
  readonly summary: {
    readonly id: string
    readonly revision: number
    /** Null when it was not there before. */
    readonly before: number | null
  } | null
  /** Retired memories at the revision the run left. */
  readonly merges: readonly {
    readonly id: string
    readonly revision: number
    readonly into: string
  }[]
  /** Left out by runs that weighed nothing yet. */
  readonly salience?: readonly PlannedWeight[]
  readonly edges: readonly { readonly src: string; readonly dst: string; readonly type: string }[]
  readonly entities: readonly string[]
  readonly sources: readonly { readonly id: string; readonly message: string }[]
  readonly downshift: readonly { readonly id: string; readonly revision: number }[]
  readonly counts: AppliedCounts
}

export interface ConsolidationRun {
  readonly id: string
  readonly namespaceId: string
  readonly userId: string
  /** `YYYY-MM-DD` */
  readonly day: string
  readonly dryRun: boolean
  readonly state: ConsolidationState
  readonly inputs: string | null
  readonly leaves: string | null
  readonly model: string | null
  readonly version: string | null
  readonly material: readonly string[]
  /** Null before it is made, and after one of its memories was deleted. */
  readonly plan: ConsolidationPlan | null
  readonly guard: GuardCounts | null
  readonly applied: AppliedChanges | null
  readonly error: string | null
  readonly appliedAt: Date | null
  readonly undoneAt: Date | null
}

const COLUMNS = `r.id, r.namespace_id as "namespaceId", r.user_id as "userId", r.day::text as day, r.dry_run as "dryRun", r.state, r.inputs,
  r.leaves, r.model, r.version, r.material, r.plan, r.guard, r.applied, r.error, r.applied_at as "appliedAt", r.undone_at as "undoneAt"`

export interface NewRun {
  readonly id: string
  readonly namespaceId: string
  readonly userId: string
  readonly day: string
  readonly parentJobId: string | null
  readonly dryRun: boolean
}

/** The row of a run, made with its job and under the same id; the same twice is one. */
export async function insertRun(db: Queryable, run: NewRun): Promise<void> {
  await db.query(
    `insert into memoir.consolidation_run (id, namespace_id, user_id, day, job_id, parent_job_id, dry_run)
     values ($1::uuid, $2::uuid, $3::uuid, $4::date, $1::uuid, $5::uuid, $6)
     on conflict (id) do nothing`,
    [run.id, run.namespaceId, run.userId, run.day, run.parentJobId, run.dryRun],
  )
}

export async function findRun(db: Queryable, id: string): Promise<ConsolidationRun | null> {
  const { rows } = await db.query<ConsolidationRun>(
    `select ${COLUMNS} from memoir.consolidation_run r
       join memoir.memory_user u on u.id = r.user_id and u.namespace_id = r.namespace_id
      where r.id = $1::uuid and u.erased_at is null`,
    [id],
  )
  return rows[0] ?? null
}

/** A run as it is shown, with the caller's own id of the user. */
export async function findShownRun(
  db: Queryable,
  { namespaceId, id }: { namespaceId: string; id: string },
): Promise<(ConsolidationRun & { readonly externalId: string }) | null> {
  const { rows } = await db.query<ConsolidationRun & { externalId: string }>(
    `select ${COLUMNS}, u.external_id as "externalId" from memoir.consolidation_run r
       join memoir.memory_user u on u.id = r.user_id and u.namespace_id = r.namespace_id
      where r.id = $2::uuid and r.namespace_id = $1::uuid and u.erased_at is null`,
    [namespaceId, id],
  )
  return rows[0] ?? null
}

/** Earlier runs of the same day that say what it held: the last that was done, and plans that may be taken up again. */
export async function findEarlierRuns(
  db: Queryable,
  { id, userId, day }: Pick<ConsolidationRun, 'id' | 'userId' | 'day'>,
): Promise<ConsolidationRun[]> {
  const { rows } = await db.query<ConsolidationRun>(
    `select ${COLUMNS} from memoir.consolidation_run r
      where r.user_id = $1::uuid and r.day = $2::date and r.id <> $3::uuid
        and r.state in ('planned', 'guard', 'applied', 'undone') and r.planned_at is not null
      order by coalesce(r.undone_at, r.applied_at, r.planned_at) desc
      limit ${EARLIER}`,
    [userId, day, id],
  )
  return rows
}

/** A plan that was not carried out is seldom older than a few runs. */
const EARLIER = 10

export interface PlanWrite {
  readonly id: string
  readonly state: 'planned' | 'unchanged'
  readonly inputs: string
  readonly model: string
  readonly version: string
  readonly material: readonly string[]
  readonly plan: ConsolidationPlan
}

/**
 * Keeps the plan before anything is done. A run that was not changed leaves what it found. Nothing is kept for a job that has ended:
 * nobody would carry the plan out or say that it failed.
 */
export async function savePlan(tx: Queryable, write: PlanWrite): Promise<void> {
  await tx.query(
    `with job as (select finished_at from memoir.job where id = $1::uuid for share)
     update memoir.consolidation_run
        set state = $2, inputs = $3, leaves = case when $2 = 'unchanged' then $3 end, model = $4, version = $5,
            material = $6::uuid[], plan = $7::jsonb, guard = null, error = null, planned_at = now()
       from job
      where id = $1::uuid and job.finished_at is null and state in ('planning', 'planned', 'guard', 'failed')`,
    [
      write.id,
      write.state,
      write.inputs,
      write.model,
      write.version,
      write.material,
      JSON.stringify(write.plan),
    ],
  )
}

/** Back to the beginning: what it was planned on has changed. */
export async function reopenRun(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `update memoir.consolidation_run set state = 'planning', plan = null, error = null where id = $1::uuid and state in ('planned', 'failed')`,
    [id],
  )
}

export async function saveGuard(
  tx: Queryable,
  { id, guard, stopped }: { id: string; guard: GuardCounts; stopped: boolean },
): Promise<void> {
  await tx.query(
    `update memoir.consolidation_run
        set guard = $2::jsonb, state = case when $3 then 'guard' else state end, leaves = case when $3 then inputs else leaves end
      where id = $1::uuid`,
    [id, JSON.stringify(guard), stopped],
  )
}

export async function saveApplied(
  tx: Queryable,
  { id, applied, leaves }: { id: string; applied: AppliedChanges; leaves: string },
): Promise<void> {
  await tx.query(
    `update memoir.consolidation_run
        set state = 'applied', applied = $2::jsonb, leaves = $3, applied_at = now(), error = null
      where id = $1::uuid`,
    [id, JSON.stringify(applied), leaves],
  )
}

export async function saveFailed(db: Queryable, id: string, error: string): Promise<void> {
  await db.query(
    `update memoir.consolidation_run set state = 'failed', error = $2 where id = $1::uuid and state <> 'undone'`,
    [id, error],
  )
}

export async function saveUndone(tx: Queryable, id: string, leaves: string): Promise<void> {
  await tx.query(
    `update memoir.consolidation_run set state = 'undone', undone_at = now(), leaves = $2 where id = $1::uuid`,
    [id, leaves],
  )
}

/** The run with its row locked. */
export async function lockRun(tx: Queryable, id: string): Promise<ConsolidationRun | null> {
  const { rows } = await tx.query<ConsolidationRun>(
    `select ${COLUMNS} from memoir.consolidation_run r where r.id = $1::uuid for update`,
    [id],
  )
  return rows[0] ?? null
}

/** Whether all that a summary was made of, as it stood at that revision, is still there; of one nobody knows it of, no. */
export async function isMadeOfStanding(
  tx: Queryable,
  { id, userId, day, revision }: { id: string; userId: string; day: string; revision: number },
): Promise<boolean> {
  const { rows } = await tx.query<{ whole: boolean }>(
    `select not exists (
              select from unnest(r.material) as m(id)
               where not exists (
                 select from memoir.memory_trace t
                  where t.id = m.id and t.user_id = $2::uuid and t.state in ('active', 'superseded'))) as whole
       from memoir.consolidation_run r
      where r.user_id = $2::uuid and r.day = $3::date and r.applied->'summary'->>'id' = $1 and (r.applied->'summary'->>'revision')::int = $4
      limit 1`,
    [id, userId, day, revision],
  )
  return rows[0]?.whole === true
}
