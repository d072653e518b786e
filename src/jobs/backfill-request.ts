import type { BackfillJob, NightlyJob } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import type { JobRow } from '../stores/jobs.ts'
import { startOf } from './job-start.ts'

/** What the row of a backfill or a nightly run keeps of the request: all that a start needs, now or after a crash. */
export interface BackfillRequest {
  readonly source: string
  readonly pageSize: number
  readonly retryFailed: boolean
  /** US dollars it may cost; null is without limit. */
  readonly budget?: number | null
  /** ISO 8601: the night that a nightly run stands in for, when that is not now. */
  readonly plannedAt?: string
}

/** @throws MemoirError `internal` when the row holds something else */
export function readBackfillRequest(request: Readonly<Record<string, unknown>>): BackfillRequest {
  const { source, pageSize, retryFailed, budget = null, plannedAt } = request
  if (
    typeof source === 'string' &&
    typeof pageSize === 'number' &&
    typeof retryFailed === 'boolean' &&
    (budget === null || typeof budget === 'number')
  ) {
    const wanted = { source, pageSize, retryFailed, budget }
    return typeof plannedAt === 'string' ? { ...wanted, plannedAt } : wanted
  }
  throw new MemoirError('internal', 'the row of a backfill does not hold its request')
}

/** Two requests with the same parameters are the same work. */
export function sameRequest(one: BackfillRequest, other: BackfillRequest): boolean {
  return (
    one.source === other.source &&
    one.pageSize === other.pageSize &&
    one.retryFailed === other.retryFailed &&
    (one.budget ?? null) === (other.budget ?? null)
  )
}

export function nightlyJobOf(row: JobRow, heartbeatSeconds: number): NightlyJob {
  const { plannedAt } = readBackfillRequest(row.request)
  const planned = plannedAt === undefined ? {} : { plannedAt }
  return { ...backfillJobOf(row, heartbeatSeconds), ...planned, since: null }
}

export function backfillJobOf(row: JobRow, heartbeatSeconds: number): BackfillJob {
  const { source, pageSize, retryFailed } = readBackfillRequest(row.request)
  return { ...startOf(row, heartbeatSeconds), source, pageSize, retryFailed, cursor: null }
}
