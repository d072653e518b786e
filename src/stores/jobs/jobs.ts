import type { JobControl, JobError, JobKind, JobState } from '../../domain/job.ts'
import type { Queryable } from '../database.ts'

/** Job rows: the outbox of every accepted write and the mirror of its run. */

export interface JobRow {
  readonly id: string
  readonly namespaceId: string
  readonly userId: string | null
  readonly kind: JobKind
  readonly workflowId: string
  readonly runId: string | null
  /** The run that a retry replaced. */
  readonly previousRunId: string | null
  readonly request: Readonly<Record<string, unknown>>
  readonly state: JobState
  readonly control: JobControl | null
  readonly error: JobError | null
  readonly attempts: number
  readonly startedAt: Date | null
}

/** The columns of `JobRow`, of `memoir.job j`. */
export const ROW = `j.id, j.namespace_id as "namespaceId", j.user_id as "userId", j.kind, j.workflow_id as "workflowId",
  j.run_id as "runId", j.previous_run_id as "previousRunId", j.request, j.state, j.control, j.error, j.attempts, j.started_at as "startedAt"`

export interface NewJob {
  readonly id: string
  readonly namespaceId: string
  readonly userId: string | null
  readonly kind: JobKind
  readonly workflowId: string
  readonly request: Readonly<Record<string, unknown>>
  readonly lockKey: string | null
  /** What it may spend on model vendors; no limit when missing. */
  readonly budgetTokens?: number | null
}

/** Inserts a job unless an unfinished one holds its lock key. @returns false when one does */
export async function insertJob(db: Queryable, job: NewJob): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into memoir.job (id, namespace_id, user_id, kind, workflow_id, request, lock_key, budget_tokens)
     values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::jsonb, $7, $8::bigint)
     on conflict do nothing`,
    [
      job.id,
      job.namespaceId,
      job.userId,
      job.kind,
      job.workflowId,
      JSON.stringify(job.request),
      job.lockKey,
      job.budgetTokens ?? null,
    ],
  )
  return rowCount === 1
}

export async function findUnfinishedByLock(db: Queryable, lockKey: string): Promise<JobRow | null> {
  const { rows } = await db.query<JobRow>(
    `select ${ROW} from memoir.job j
      where j.lock_key = $1 and j.state in ('queued', 'running', 'paused')`,
    [lockKey],
  )
  return rows[0] ?? null
}

export async function findJobRow(
  db: Queryable,
  key: { namespaceId: string; id: string },
): Promise<JobRow | null> {
  const { rows } = await db.query<JobRow>(
    `select ${ROW} from memoir.job j where j.id = $1::uuid and j.namespace_id = $2::uuid`,
    [key.id, key.namespaceId],
  )
  return rows[0] ?? null
}

/** Namespaces take turns, each with its oldest: a `turn` of each, then the next. */
const inTurns = (where: string) =>
  `(select j.*, row_number() over (partition by j.namespace_id order by j.created_at) as turn
      from memoir.job j where ${where}) j`

/** Jobs accepted a while ago whose start was never acknowledged, the oldest of each namespace first. */
export async function findUnstarted(
  db: Queryable,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<JobRow[]> {
  const { rows } = await db.query<JobRow>(
    `select ${ROW} from ${inTurns(`j.state = 'queued' and j.started_at is null
        and j.created_at < now() - make_interval(secs => $1::double precision / 1000)`)}
      order by j.turn, j.created_at
      limit $2`,
    [olderThanMs, limit],
  )
  return rows
}

/** Jobs that should be running but have not been heard of, nor looked at, for a while. */
export async function findSilent(
  db: Queryable,
  { silentForMs, limit }: { silentForMs: number; limit: number },
): Promise<JobRow[]> {
  const { rows } = await db.query<JobRow>(
    `select ${ROW} from memoir.job j
      where j.state in ('queued', 'running', 'paused') and j.started_at is not null
        and greatest(j.checked_at, j.reported_at, j.started_at) < now() - make_interval(secs => $1::double precision / 1000)
      order by greatest(j.checked_at, j.reported_at, j.started_at)
      limit $2`,
    [silentForMs, limit],
  )
  return rows
}

/** Jobs whose pause, resume or cancel has not taken effect yet. */
export async function findUnheeded(db: Queryable, limit: number): Promise<JobRow[]> {
  const { rows } = await db.query<JobRow>(
    `select ${ROW} from ${inTurns(`j.control is not null and j.run_id is not null
        and j.state in ('queued', 'running', 'paused')`)}
      order by j.turn, j.created_at
      limit $1`,
    [limit],
  )
  return rows
}

/** Temporal acknowledged the start of this run (the first of its chain). */
export async function markStarted(
  db: Queryable,
  { id, runId, attempt }: { id: string; runId: string; attempt: number },
): Promise<void> {
  await db.query(
    `update memoir.job
        set started_at = coalesce(started_at, now()), run_id = coalesce(run_id, $2),
            error = case when error->>'code' = 'workflow_taken' then null else error end
      where id = $1::uuid and attempts = $3 and state in ('queued', 'running', 'paused')`,
    [id, runId, attempt],
  )
}

/** Shows why a job cannot be started, while that is tried on. */
export async function noteRefusedStart(db: Queryable, id: string, error: JobError): Promise<void> {
  await db.query(
    `update memoir.job set error = $2::jsonb
      where id = $1::uuid and state = 'queued' and started_at is null`,
    [id, JSON.stringify(error)],
  )
}

export async function markChecked(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(`update memoir.job set checked_at = now() where id = any($1::uuid[])`, [ids])
}

export interface JobReport {
  readonly jobId: string
  /** The first run id of the chain: the same through a continue-as-new, another after a retry. */
  readonly runId: string
  /** Grows with each report of a chain; an older one that arrives late changes nothing. */
  readonly seq: number
  readonly state: JobState
  readonly error: JobError | null
}

export interface ReportEffect {
  readonly kind: JobKind
  /** The state before. */
  readonly from: JobState
  /** Since the job was accepted. */
  readonly ageSeconds: number
  readonly attempts: number
}

/**
 * What a run says of itself. The same report twice is one; a vendor's words noted for the same failure stay with it.
 * @returns null when the row has left that run or is past that report
 */
export async function applyReport(db: Queryable, report: JobReport): Promise<ReportEffect | null> {
  const { rows } = await db.query<ReportEffect>(
    `update memoir.job
        set state = $4, run_id = $2, seq = $3, reported_at = now(),
            error = $5::jsonb || case
              when error->>'code' = $5::jsonb->>'code' and error ? 'detail'
              then jsonb_build_object('detail', error->'detail') else '{}' end,
            started_at = coalesce(started_at, now()),
            control = case
              when control = 'pause' and $4 = 'paused' then null
              when control = 'resume' and $4 = 'running' then null
              when $4 in ('succeeded', 'failed', 'cancelled') then null
              else control end,
            finished_at = case when $4 in ('succeeded', 'failed', 'cancelled') then now() end
      where id = $1::uuid
        and (run_id = $2 or run_id is null and previous_run_id is distinct from $2)
        and seq <= $3
        and state in ('queued', 'running', 'paused')
      returning kind, attempts, extract(epoch from now() - created_at)::float as "ageSeconds",
        -- As the statement found it, not as it leaves it.
        (select was.state from memoir.job was where was.id = job.id) as "from"`,
    [
      report.jobId,
      report.runId,
      report.seq,
      report.state,
      report.error === null ? null : JSON.stringify(report.error),
    ],
  )
  return rows[0] ?? null
}

/** Shows why a step is being tried again, while the run goes on. */
export async function noteStepFailure(
  db: Queryable,
  jobId: string,
  error: JobError,
): Promise<void> {
  await db.query(
    `with noted as (
       update memoir.job set error = $2::jsonb, reported_at = now()
        where id = $1::uuid and state in ('queued', 'running', 'paused')
       returning id)
     insert into memoir.job_step_failure as f (job_id, step, code, detail)
     select id, $3, $4, $5 from noted
     on conflict (job_id, step) do update
       set code = excluded.code, detail = excluded.detail, failures = f.failures + 1, last_at = now()`,
    [jobId, JSON.stringify(error), error.step, error.code, error.detail ?? null],
  )
}

/** What went wrong with a part of a step that was passed over while the step goes on. */
export async function notePassedOver(
  db: Queryable,
  jobId: string,
  { step, code, detail }: Pick<JobError, 'step' | 'code' | 'detail'>,
): Promise<void> {
  await db.query(
    `insert into memoir.job_step_failure as f (job_id, step, code, detail)
     select id, $2, $3, $4 from memoir.job where id = $1::uuid
     on conflict (job_id, step) do update
       set code = excluded.code, detail = excluded.detail, failures = f.failures + 1, last_at = now()`,
    [jobId, step, code, detail ?? null],
  )
}

/** What Temporal says of a run that stopped speaking; only while the row still belongs to that run. */
export async function mirrorClosed(
  db: Queryable,
  outcome: { id: string; attempt: number; state: JobState; error: JobError | null },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.job
        set state = $3, error = $4::jsonb, control = null, checked_at = now(), finished_at = now()
      where id = $1::uuid and attempts = $2 and state in ('queued', 'running', 'paused')`,
    [
      outcome.id,
      outcome.attempt,
      outcome.state,
      outcome.error === null ? null : JSON.stringify(outcome.error),
    ],
  )
  return rowCount === 1
}

/** A run that is open but cannot go on: it stays unfinished, says so, and may be retried. */
export async function markStuck(db: Queryable, id: string, error: JobError): Promise<void> {
  await db.query(
    `update memoir.job set error = $2::jsonb, checked_at = now()
      where id = $1::uuid and state in ('queued', 'running', 'paused')`,
    [id, JSON.stringify(error)],
  )
}

/** Remembers what was asked of a run until it takes effect. @returns false when the job has ended */
export async function setControl(db: Queryable, id: string, control: JobControl): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.job set control = $2
      where id = $1::uuid and state in ('queued', 'running', 'paused')`,
    [id, control],
  )
  return rowCount === 1
}

/** Ends a job that no run has begun. @returns false when one has */
export async function cancelUnstarted(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.job set state = 'cancelled', finished_at = now(), control = null
      where id = $1::uuid and state = 'queued' and started_at is null`,
    [id],
  )
  return rowCount === 1
}

/** Makes an ended (or stuck) job ready for a new run. @returns false when it moved on meanwhile */
export async function resetForRetry(db: Queryable, job: JobRow): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.job
        set state = 'queued', attempts = attempts + 1, previous_run_id = run_id, run_id = null, seq = 0,
            error = null, control = null, started_at = null, reported_at = null, checked_at = null,
            finished_at = null
      where id = $1::uuid and attempts = $2
        -- What was ended because its user is erased has nothing left to do.
        and (state in ('failed', 'cancelled') or error->>'code' = 'stuck')
        and (kind = 'erase' or user_id is null or not exists (
          select from memoir.memory_user u where u.id = user_id and u.erased_at is not null))`,
    [job.id, job.attempts],
  )
  return rowCount === 1
}

/** Seconds the oldest accepted job has waited for its start; 0 when none waits. */
export async function oldestUnstartedSeconds(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ seconds: number }>(
    `select coalesce(extract(epoch from now() - min(created_at)), 0)::float as seconds
       from memoir.job where state = 'queued' and started_at is null`,
  )
  return rows[0]?.seconds ?? 0
}
