import type {
  IngestFailure,
  Job,
  JobError,
  JobKind,
  JobState,
  Page,
  StepFailure,
} from '../../domain/job.ts'
import { storedFailure } from '../../errors.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'

/** Jobs and their failures as callers see them. */

interface PresentedRow {
  readonly id: string
  readonly kind: JobKind
  readonly state: JobState
  readonly user_id: string | null
  readonly progress: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly error: JobError | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
  readonly workflow_id: string
  readonly run_id: string | null
}

const PRESENTED = `j.id, j.kind, j.state, u.external_id as user_id, j.progress, j.attempts, j.error,
  j.created_at, j.started_at, j.finished_at, j.workflow_id, j.run_id`

function present(row: PresentedRow): Job {
  const { error } = row
  return {
    ...row,
    error: error === null ? null : presentError(error),
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  }
}

const presentError = ({ code, message, step, detail }: JobError) => ({
  code,
  message,
  step,
  ...(detail === undefined ? {} : { detail }),
})

export async function getJob(
  db: Queryable,
  key: { namespaceId: string; id: string },
): Promise<Job | null> {
  const { rows } = await db.query<PresentedRow>(
    `select ${PRESENTED} from memoir.job j left join memoir.memory_user u on u.id = j.user_id
      where j.id = $1::uuid and j.namespace_id = $2::uuid`,
    [key.id, key.namespaceId],
  )
  return rows[0] ? present(rows[0]) : null
}

export interface WatchedJob {
  readonly namespaceId: string
  readonly id: string
  /** As it was last sent; empty at first. */
  readonly version: string
}

export interface ChangedJob extends WatchedJob {
  /** Null when it is not there. */
  readonly job: Job | null
}

/** Those of the watched jobs whose row is another one than the version says. */
export async function findChangedJobs(
  db: Queryable,
  watched: readonly WatchedJob[],
): Promise<ChangedJob[]> {
  const { rows } = await db.query<
    PresentedRow & { watched: string; namespace: string; version: string | null }
  >(
    `select w.id as watched, w.namespace_id as namespace, j.xmin::text as version, ${PRESENTED}
       from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(id, namespace_id, version)
       left join memoir.job j on j.id = w.id and j.namespace_id = w.namespace_id
       left join memoir.memory_user u on u.id = j.user_id
      where j.xmin is null or j.xmin::text <> w.version`,
    [
      watched.map(({ id }) => id),
      watched.map(({ namespaceId }) => namespaceId),
      watched.map(({ version }) => version),
    ],
  )
  return rows.map(({ watched: id, namespace: namespaceId, version, ...row }) => ({
    id,
    namespaceId,
    version: version ?? '',
    job: version === null ? null : present(row),
  }))
}

export interface JobFilter {
  readonly namespaceId: string
  readonly userId?: string
  readonly kind?: string
  readonly state?: string
  readonly limit: number
  readonly cursor?: string
}

/** Newest first. */
export async function listJobs(db: Queryable, filter: JobFilter): Promise<Page<Job>> {
  const [at, id] = filter.cursor === undefined ? [null, null] : decodeCursor(filter.cursor, 2)
  const { rows } = await db.query<PresentedRow & { at: string }>(
    `select ${PRESENTED}, j.created_at::text as at
       from memoir.job j left join memoir.memory_user u on u.id = j.user_id
      where j.namespace_id = $1::uuid
        and ($2::uuid is null or j.user_id = $2::uuid)
        and ($3::text is null or j.kind = $3)
        and ($4::text is null or j.state = $4)
        and ($5::timestamptz is null or (j.created_at, j.id) < ($5::timestamptz, $6::uuid))
      order by j.created_at desc, j.id desc
      limit $7`,
    [
      filter.namespaceId,
      filter.userId ?? null,
      filter.kind ?? null,
      filter.state ?? null,
      at,
      id,
      filter.limit + 1,
    ],
  )
  const last = rows.length > filter.limit ? rows[filter.limit - 1] : undefined
  return {
    items: rows.slice(0, filter.limit).map(({ at: _at, ...row }) => present(row)),
    next_cursor: last ? encodeCursor([last.at, last.id]) : null,
  }
}

/** The steps of a job that have failed, those that worked later too, the latest first. */
export async function listStepFailures(
  db: Queryable,
  key: { readonly namespaceId: string; readonly id: string },
): Promise<StepFailure[]> {
  const { rows } = await db.query<{
    step: string
    code: string
    detail: string | null
    failures: number
    last_at: Date
  }>(
    `select f.step, f.code, f.detail, f.failures, f.last_at
       from memoir.job_step_failure f join memoir.job j on j.id = f.job_id
      where f.job_id = $1::uuid and j.namespace_id = $2::uuid
      order by f.last_at desc, f.step`,
    [key.id, key.namespaceId],
  )
  return rows.map(({ code, detail, last_at: at, ...row }) => ({
    ...row,
    ...(detail === null ? {} : { detail }),
    ...storedFailure(code),
    last_at: at.toISOString(),
  }))
}

/** Conversations whose last ingest failed, in the order of their ids. */
export async function listIngestFailures(
  db: Queryable,
  query: { namespaceId: string; source: string; limit: number; cursor?: string },
): Promise<Page<IngestFailure>> {
  const [after] = query.cursor === undefined ? [null] : decodeCursor(query.cursor, 1)
  const { rows } = await db.query<{ conversation_id: string; code: string | null; at: Date }>(
    `select conversation_id, code, updated_at as at
       from memoir.ingested_conversation
      where namespace_id = $1::uuid and source = $2 and outcome = 'error'
        and ($3::text is null or conversation_id > $3)
      order by conversation_id
      limit $4`,
    [query.namespaceId, query.source, after, query.limit + 1],
  )
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
  return {
    items: rows.slice(0, query.limit).map(({ conversation_id, code, at }) => ({
      conversation_id,
      ...storedFailure(code),
      failed_at: at.toISOString(),
    })),
    next_cursor: last ? encodeCursor([last.conversation_id]) : null,
  }
}
