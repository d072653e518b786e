import type { SyncCounts, SyncOperation, SyncPosition } from '../../domain/graph.ts'
import type { Database, Queryable } from '../database.ts'

/** What comparisons of graph and record found, and where those under way are. */

export interface DriftReport extends SyncCounts {
  readonly jobId: string
  readonly userId: string | null
  readonly operation: SyncOperation
  readonly dryRun: boolean
  /** Null once it is finished. */
  readonly position: SyncPosition | null
  readonly sample: DriftSample
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

/** Ids of differing nodes, by what is wrong with them; the first few only. */
export type DriftSample = Readonly<
  Partial<Record<'missing' | 'extra' | 'stale' | 'ahead', readonly string[]>>
>

const ROW = `r.job_id as "jobId", r.user_id as "userId", r.operation, r.dry_run as "dryRun", r.checked, r.missing, r.extra,
  r.stale, r.ahead, r.repaired, r.failed, r.position, r.sample, r.started_at as "startedAt", r.finished_at as "finishedAt"`

export interface NewDriftReport {
  readonly jobId: string
  readonly namespaceId: string
  readonly userId: string | null
  readonly operation: SyncOperation
  readonly dryRun: boolean
  /** Where it begins unless a comparison before it left a cursor and this one may go on from it. */
  readonly start: SyncPosition
  readonly fromCursor: boolean
}

/** Begins the report of a job, once. */
export async function beginReport(db: Queryable, report: NewDriftReport): Promise<void> {
  await db.query(
    `insert into memoir.drift_report (id, namespace_id, user_id, job_id, operation, dry_run, position)
     select gen_random_uuid(), $1::uuid, $2::uuid, $3::uuid, $4, $5,
            coalesce((select position from memoir.sync_cursor
                       where $7 and namespace_id = $1::uuid and user_id = coalesce($2::uuid, $8::uuid)), $6::jsonb)
     on conflict (job_id) do nothing`,
    [
      report.namespaceId,
      report.userId,
      report.jobId,
      report.operation,
      report.dryRun,
      JSON.stringify(report.start),
      report.fromCursor,
      ALL_USERS,
    ],
  )
}

/** How many memories there are to compare, for whoever watches. */
export async function noteTotal(
  db: Queryable,
  { jobId, namespaceId, userId }: Pick<NewDriftReport, 'jobId' | 'namespaceId' | 'userId'>,
): Promise<void> {
  await db.query(
    `update memoir.job set progress = progress || jsonb_build_object('total', (
            select coalesce(sum(trace_count), 0)::bigint from memoir.memory_user
             where namespace_id = $2::uuid and erased_at is null and ($3::uuid is null or id = $3::uuid)))
      where id = $1::uuid and namespace_id = $2::uuid`,
    [jobId, namespaceId, userId],
  )
}

/** Stands for all users of a namespace where a user's id is part of a key. */
const ALL_USERS = '00000000-0000-0000-0000-000000000000'

export async function findReport(
  db: Queryable,
  key: { readonly namespaceId: string; readonly jobId: string },
): Promise<DriftReport | null> {
  const { rows } = await db.query<DriftReport>(
    `select ${ROW} from memoir.drift_report r where r.job_id = $1::uuid and r.namespace_id = $2::uuid`,
    [key.jobId, key.namespaceId],
  )
  return rows[0] ?? null
}

export async function listReports(
  db: Queryable,
  namespaceId: string,
  limit: number,
): Promise<DriftReport[]> {
  const { rows } = await db.query<DriftReport>(
    `select ${ROW} from memoir.drift_report r
      where r.namespace_id = $1::uuid order by r.started_at desc limit $2`,
    [namespaceId, limit],
  )
  return rows
}

/** The last time that a comparison of the whole namespace began; null when none ever did. */
export async function lastWholeSync(db: Queryable, namespaceId: string): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select max(created_at) as at from memoir.job
      where namespace_id = $1::uuid and kind = 'sync' and user_id is null`,
    [namespaceId],
  )
  return rows[0]?.at ?? null
}

/** Ids kept of each sort. */
const SAMPLE = 20

export interface ReportStep {
  readonly jobId: string
  readonly namespaceId: string
  readonly from: SyncPosition
  readonly to: SyncPosition | null
  readonly counts: SyncCounts
  readonly sample: DriftSample
}

/**
 * Adds what a step found, unless the same step was added before: it is known by where it began.
 * The job's row shows the sums.
 */
export async function addStep(db: Database, step: ReportStep): Promise<void> {
  const { counts } = step
  await db.query(
    `with added as (
       update memoir.drift_report r
          set position = $4::jsonb, checked = checked + $5, missing = missing + $6, extra = extra + $7, stale = stale + $8,
              ahead = ahead + $9, repaired = repaired + $10, failed = failed + $11,
              sample = (
                select coalesce(jsonb_object_agg(kind, ids), '{}') from (
                  select kind, (select jsonb_agg(item) from (
                    select item from jsonb_array_elements(coalesce(r.sample->kind, '[]') || coalesce($12::jsonb->kind, '[]')) as found(item)
                     limit ${SAMPLE}) first) as ids
                    from unnest(array['missing', 'extra', 'stale', 'ahead']) as kind) kinds where ids is not null)
        where r.job_id = $1::uuid and r.namespace_id = $2::uuid and r.position = $3::jsonb
       returning r.*)
     update memoir.job j
        set progress = j.progress || jsonb_build_object('checked', a.checked, 'processed', a.checked, 'missing', a.missing, 'extra', a.extra,
              'stale', a.stale, 'ahead', a.ahead, 'repaired', a.repaired, 'failed', a.failed),
            reported_at = now()
       from added a where j.id = a.job_id`,
    [
      step.jobId,
      step.namespaceId,
      JSON.stringify(step.from),
      step.to === null ? null : JSON.stringify(step.to),
      counts.checked,
      counts.missing,
      counts.extra,
      counts.stale,
      counts.ahead,
      counts.repaired,
      counts.failed,
      JSON.stringify(step.sample),
    ],
  )
}

/** Ends a report, and keeps where the next comparison with a limit goes on (or begins anew). */
export async function finishReport(
  db: Database,
  key: { readonly namespaceId: string; readonly jobId: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ userId: string | null; position: SyncPosition | null }>(
      `update memoir.drift_report set finished_at = coalesce(finished_at, now())
        where job_id = $1::uuid and namespace_id = $2::uuid
        returning user_id as "userId", position`,
      [key.jobId, key.namespaceId],
    )
    const [report] = rows
    if (report === undefined) return
    const whose = [key.namespaceId, report.userId ?? ALL_USERS]
    if (report.position === null) {
      await tx.query(
        `delete from memoir.sync_cursor where namespace_id = $1::uuid and user_id = $2::uuid`,
        whose,
      )
      return
    }
    await tx.query(
      `insert into memoir.sync_cursor (namespace_id, user_id, position) values ($1::uuid, $2::uuid, $3::jsonb)
       on conflict (namespace_id, user_id) do update set position = excluded.position, updated_at = now()`,
      [...whose, JSON.stringify(report.position)],
    )
  })
}

export interface SyncUser {
  readonly id: string
  readonly memories: number
}

/** Users of the namespace in the order of their ids, erased ones too: the graph must hold nothing of those. */
export async function listSyncUsers(
  db: Queryable,
  page: {
    readonly namespaceId: string
    readonly only: string | null
    readonly after: string | null
    readonly limit: number
  },
): Promise<SyncUser[]> {
  const { rows } = await db.query<SyncUser>(
    `select id, trace_count as memories from memoir.memory_user
      where namespace_id = $1::uuid and ($2::uuid is null or id = $2::uuid) and ($3::uuid is null or id > $3::uuid)
      order by id limit $4`,
    [page.namespaceId, page.only, page.after, page.limit],
  )
  return rows
}

/** Those of these users that no namespace has. */
export async function findUnknownUsers(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select w.id from unnest($1::uuid[]) as w(id)
      where not exists (select from memoir.memory_user u where u.id = w.id)
      order by w.id`,
    [ids],
  )
  return rows.map(({ id }) => id)
}
