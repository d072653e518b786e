import { storedFailure, type ErrorCode } from '../../errors.ts'
import type { Queryable } from '../database.ts'

/** A night's work, or a request for several days: the runs that it accepted, and how they ended. */

export interface Dream {
  readonly jobId: string
  readonly namespaceId: string
  /** Null is everybody. */
  readonly userId: string | null
  /** Null is every day that is due. */
  readonly day: string | null
  readonly dryRun: boolean
  readonly cursor: string | null
}

export async function readDream(db: Queryable, jobId: string): Promise<Dream | null> {
  const { rows } = await db.query<Dream>(
    `select j.id as "jobId", j.namespace_id as "namespaceId", j.user_id as "userId", j.request->>'day' as day,
            coalesce((j.request->>'dryRun')::boolean, false) as "dryRun", j.cursor
       from memoir.job j where j.id = $1::uuid and j.kind = 'dream'`,
    [jobId],
  )
  return rows[0] ?? null
}

export interface RunCounts {
  readonly open: number
  readonly ended: number
  readonly applied: number
  readonly planned: number
  readonly unchanged: number
  readonly guard: number
  readonly failed: number
}

export async function countRuns(db: Queryable, jobId: string): Promise<RunCounts> {
  const { rows } = await db.query<RunCounts>(
    `select count(*) filter (where j.state in ('queued', 'running', 'paused')) as open,
            count(*) filter (where j.state not in ('queued', 'running', 'paused')) as ended,
            count(*) filter (where r.state in ('applied', 'undone')) as applied,
            count(*) filter (where r.state = 'planned' and r.dry_run) as planned,
            count(*) filter (where r.state = 'unchanged') as unchanged,
            count(*) filter (where r.state = 'guard') as guard,
            count(*) filter (where r.state = 'failed') as failed
       from memoir.consolidation_run r join memoir.job j on j.id = r.job_id and j.namespace_id = r.namespace_id
      where r.parent_job_id = $1::uuid`,
    [jobId],
  )
  return rows[0] ?? { open: 0, ended: 0, applied: 0, planned: 0, unchanged: 0, guard: 0, failed: 0 }
}

export interface AcceptedDays {
  has(day: string): boolean
  /** How many lie before the day before today. */
  readonly old: number
}

/** Days of a user that were accepted for it. */
export async function acceptedDays(
  db: Queryable,
  { jobId, userId, zone }: { jobId: string; userId: string; zone: string },
): Promise<AcceptedDays> {
  const { rows } = await db.query<{ day: string; old: boolean }>(
    `select day::text as day, day < (now() at time zone $3)::date - 1 as old
       from memoir.consolidation_run where parent_job_id = $1::uuid and user_id = $2::uuid`,
    [jobId, userId, zone],
  )
  const days = new Set(rows.map(({ day }) => day))
  return { has: (day) => days.has(day), old: rows.filter(({ old }) => old).length }
}

export interface DreamRun {
  readonly id: string
  readonly user_id: string
  readonly day: string
  readonly state: string
  /** What it says of the day, or would say. */
  readonly summary: string | null
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

/** Its runs, by day. */
export async function listRuns(
  db: Queryable,
  { namespaceId, jobId, limit }: { namespaceId: string; jobId: string; limit: number },
): Promise<DreamRun[]> {
  const { rows } = await db.query<Omit<DreamRun, 'error'> & { error: string | null }>(
    `select r.id, u.external_id as user_id, r.day::text as day, r.state, r.plan->'summary'->>'content' as summary, r.error
       from memoir.consolidation_run r join memoir.memory_user u on u.id = r.user_id and u.erased_at is null
      where r.parent_job_id = $2::uuid and r.namespace_id = $1::uuid
      order by r.day, r.id limit $3`,
    [namespaceId, jobId, limit],
  )
  return rows.map((row) => ({
    ...row,
    error: row.error === null ? null : storedFailure(row.error),
  }))
}
