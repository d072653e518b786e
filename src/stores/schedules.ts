import type { JobKind } from '../domain/job.ts'
import type { ScheduleKind, ScheduleRun, SkipReason } from '../domain/schedule.ts'
import type { Queryable } from './database.ts'

/** What operators want of schedules, and what became of their runs. */

export interface ScheduleKey {
  readonly namespaceId: string
  readonly source: string
  readonly kind: ScheduleKind
}

export interface ScheduleRow {
  readonly cron: string
  readonly paused: boolean
  readonly note: string | null
  readonly removed: boolean
  readonly revision: number
  /** The revision that Temporal was told of last. */
  readonly applied: number
}

const valuesOf = ({ namespaceId, source, kind }: ScheduleKey) => [namespaceId, source, kind]

/** The row as it is; made with this cron when there is none. */
export async function ensureSchedule(
  db: Queryable,
  key: ScheduleKey,
  cron: string,
): Promise<ScheduleRow> {
  await db.query(
    `insert into memoir.schedule (namespace_id, source, kind, cron) values ($1::uuid, $2, $3, $4)
     on conflict (namespace_id, source, kind) do nothing`,
    [...valuesOf(key), cron],
  )
  const row = await findSchedule(db, key)
  return row ?? { cron, paused: false, note: null, removed: false, revision: 1, applied: 0 }
}

async function findSchedule(db: Queryable, key: ScheduleKey): Promise<ScheduleRow | null> {
  const { rows } = await db.query<ScheduleRow>(
    `select cron, paused, note, removed, revision, applied from memoir.schedule
      where namespace_id = $1::uuid and source = $2 and kind = $3`,
    valuesOf(key),
  )
  return rows[0] ?? null
}

export interface ScheduleWrite {
  /** Undefined leaves it. */
  readonly cron: string | undefined
  readonly paused: boolean | undefined
  readonly note: string | null | undefined
  readonly removed: boolean
}

/** Writes a change as a new revision. A pause or its end without a note takes the old note away. */
export async function changeSchedule(
  db: Queryable,
  key: ScheduleKey,
  { cron, paused, note, removed }: ScheduleWrite,
): Promise<void> {
  await db.query(
    `update memoir.schedule
        set cron = coalesce($4, cron), paused = coalesce($5::boolean, paused),
            note = case when $6 then $7 when $5::boolean is not null then null else note end,
            removed = $8, revision = revision + 1, updated_at = now()
      where namespace_id = $1::uuid and source = $2 and kind = $3`,
    [...valuesOf(key), cron ?? null, paused ?? null, note !== undefined, note ?? null, removed],
  )
}

export async function markApplied(
  db: Queryable,
  key: ScheduleKey,
  revision: number,
): Promise<void> {
  await db.query(
    `update memoir.schedule set applied = greatest(applied, $4)
      where namespace_id = $1::uuid and source = $2 and kind = $3`,
    [...valuesOf(key), revision],
  )
}

/** So long a skipped run is shown. */
const SKIPS_KEPT_DAYS = 90

/** Notes that a run accepted nothing; the same run twice is one. */
export async function recordSkip(
  db: Queryable,
  key: ScheduleKey,
  { id, reason }: { id: string; reason: SkipReason },
): Promise<void> {
  await db.query(
    `insert into memoir.schedule_skip (id, namespace_id, source, kind, reason)
     values ($4::uuid, $1::uuid, $2, $3, $5)
     on conflict (id) do nothing`,
    [...valuesOf(key), id, reason],
  )
  await db.query(
    `delete from memoir.schedule_skip
      where namespace_id = $1::uuid and source = $2 and kind = $3
        and skipped_at < now() - make_interval(days => $4)`,
    [...valuesOf(key), SKIPS_KEPT_DAYS],
  )
}

/** What a schedule's runs accept. */
const JOB_KIND = {
  nightly: 'nightly',
  consolidation: 'dream',
  narratives: 'narratives',
} satisfies Record<ScheduleKind, JobKind>

interface RunRow {
  readonly at: Date
  readonly job: string | null
  readonly skipped: SkipReason | null
}

/** The latest runs, newest first: jobs, whoever asked for them, and what was skipped. */
export async function listScheduleRuns(
  db: Queryable,
  key: ScheduleKey,
  limit: number,
): Promise<ScheduleRun[]> {
  const { rows } = await db.query<RunRow>(
    `(select j.created_at as at, j.id as job, null::text as skipped from memoir.job j
       where j.namespace_id = $1::uuid and j.request->>'source' = $2 and j.kind = $5
       order by j.created_at desc limit $4)
     union all
     (select s.skipped_at, null, s.reason from memoir.schedule_skip s
       where s.namespace_id = $1::uuid and s.source = $2 and s.kind = $3
       order by s.skipped_at desc limit $4)
     order by at desc limit $4`,
    [...valuesOf(key), limit, JOB_KIND[key.kind]],
  )
  return rows.map(({ at, job, skipped }) => ({ started_at: at.toISOString(), job, skipped }))
}
