import type { BackfillJob, JobKind, NightlyJob } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import type { JobRow } from '../stores/jobs.ts'

/** What the row of a backfill or a nightly run keeps of the request: all that a start needs, now or after a crash. */
export interface BackfillRequest {
  readonly source: string
  readonly pageSize: number
  readonly retryFailed: boolean
  /** ISO 8601: the night that a nightly run stands in for, when that is not now. */
  readonly plannedAt?: string
}

/** @throws MemoirError `internal` when the row holds something else */
export function readBackfillRequest(request: Readonly<Record<string, unknown>>): BackfillRequest {
  const { source, pageSize, retryFailed, plannedAt } = request
  if (
    typeof source === 'string' &&
    typeof pageSize === 'number' &&
    typeof retryFailed === 'boolean'
  ) {
    const wanted = { source, pageSize, retryFailed }
    return typeof plannedAt === 'string' ? { ...wanted, plannedAt } : wanted
  }
  throw new MemoirError('internal', 'the row of a backfill does not hold its request')
}

/** Two requests with the same parameters are the same work. */
export function sameRequest(one: BackfillRequest, other: BackfillRequest): boolean {
  return (
    one.source === other.source &&
    one.pageSize === other.pageSize &&
    one.retryFailed === other.retryFailed
  )
}

function nightlyJobOf(row: JobRow, heartbeatSeconds: number): NightlyJob {
  return { ...backfillJobOf(row, heartbeatSeconds), since: null }
}

function backfillJobOf(row: JobRow, heartbeatSeconds: number): BackfillJob {
  return {
    jobId: row.id,
    namespaceId: row.namespaceId,
    ...readBackfillRequest(row.request),
    cursor: null,
    paused: row.control === 'pause',
    seq: 0,
    heartbeatSeconds,
  }
}

const ARGUMENT = {
  backfill: backfillJobOf,
  nightly: nightlyJobOf,
} satisfies Record<JobKind, (row: JobRow, heartbeatSeconds: number) => BackfillJob>

/** What the workflow of a row is started with, made of the row alone. */
export function argumentOf(row: JobRow, heartbeatSeconds: number): BackfillJob {
  return ARGUMENT[row.kind](row, heartbeatSeconds)
}
