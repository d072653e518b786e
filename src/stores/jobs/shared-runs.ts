import type { Queryable } from '../database.ts'
import { ROW, type JobRow, type ReportEffect } from './jobs.ts'

/**
 * Jobs that one run finishes together. Until it has, a job's row names no run: so a run of its own can take it over at any time, and
 * what the shared one says of it afterwards changes nothing.
 */

/** Temporal acknowledged the start of the run that these jobs share. */
export async function markStartedTogether(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(
    `update memoir.job set started_at = coalesce(started_at, now())
      where id = any($1::uuid[]) and run_id is null and state = 'queued'`,
    [ids],
  )
}

export interface ClaimedJob extends ReportEffect {
  readonly id: string
  readonly userId: string
  readonly request: Readonly<Record<string, unknown>>
}

/** Begins those that no run of their own has begun, and of which nothing was asked meanwhile. The same again is no error. */
export async function claimTogether(db: Queryable, ids: readonly string[]): Promise<ClaimedJob[]> {
  const { rows } = await db.query<ClaimedJob>(
    `update memoir.job j
        set state = 'running', started_at = coalesce(started_at, now()), reported_at = now()
      where id = any($1::uuid[]) and kind = 'memory' and user_id is not null
        and run_id is null and control is null and state in ('queued', 'running')
      returning id, user_id as "userId", request, kind, attempts,
        extract(epoch from now() - created_at)::float as "ageSeconds",
        -- As the statement found it, not as it leaves it.
        (select was.state from memoir.job was where was.id = j.id) as "from"`,
    [ids],
  )
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

export interface FinishedTogether {
  readonly ids: readonly string[]
  readonly workflowId: string
  readonly runId: string
}

/** Ends jobs well, and names the run that did it. @returns seconds since each was accepted */
export async function finishTogether(
  db: Queryable,
  { ids, workflowId, runId }: FinishedTogether,
): Promise<number[]> {
  const { rows } = await db.query<{ ageSeconds: number }>(
    `update memoir.job
        set state = 'succeeded', run_id = $2, workflow_id = $3, error = null, control = null,
            reported_at = now(), finished_at = now()
      where id = any($1::uuid[]) and run_id is null and state = 'running'
      returning extract(epoch from now() - created_at)::float as "ageSeconds"`,
    [ids, runId, workflowId],
  )
  return rows.map(({ ageSeconds }) => ageSeconds)
}

/** Gives back what a shared run did not finish: each is started again alone, or ends when it was to be cancelled. */
export async function letGo(db: Queryable, ids: readonly string[]): Promise<JobRow[]> {
  const { rows } = await db.query<JobRow>(
    `update memoir.job j
        set state = case when control = 'cancel' then 'cancelled' else 'queued' end,
            finished_at = case when control = 'cancel' then now() end,
            control = nullif(control, 'cancel'),
            request = request || '{"alone": true}', started_at = null, reported_at = null
      where id = any($1::uuid[]) and kind = 'memory' and run_id is null and state in ('queued', 'running')
      returning ${ROW}`,
    [ids],
  )
  return rows.filter(({ state }) => state === 'queued')
}
