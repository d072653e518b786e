import { EXTRACTIONS, type BackfillJob, type Extraction, type NightlyJob } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { startOf } from './job-start.ts'

/** What the row of a backfill or a nightly run keeps of the request: all that a start needs, now or after a crash. */
export interface BackfillRequest {
  readonly source: string
  readonly pageSize: number
  readonly retryFailed: boolean
  /** What is unchanged too. */
  readonly force?: boolean
  readonly extract?: Extraction
  /** US dollars it may cost; null is without limit. */
  readonly budget?: number | null
  /** ISO 8601: the night that a nightly run stands in for, when that is not now. */
  readonly plannedAt?: string
}

/** @throws MemoirError `internal` when the row holds something else */
export function readBackfillRequest(request: Readonly<Record<string, unknown>>): BackfillRequest {
  const { source, pageSize, retryFailed, budget = null, plannedAt } = request
  const extract = EXTRACTIONS.find((one) => one === request['extract'])
  if (
    typeof source === 'string' &&
    typeof pageSize === 'number' &&
    typeof retryFailed === 'boolean' &&
    (budget === null || typeof budget === 'number')
  ) {
    return {
      source,
      pageSize,
      retryFailed,
      budget,
      ...(request['force'] === true ? { force: true } : {}),
      ...(extract === undefined ? {} : { extract }),
      ...(typeof plannedAt === 'string' ? { plannedAt } : {}),
    }
  }
  throw new MemoirError('internal', 'the row of a backfill does not hold its request')
}

/** Two requests with the same parameters are the same work. */
export function sameRequest(one: BackfillRequest, other: BackfillRequest): boolean {
  return (
    one.source === other.source &&
    one.pageSize === other.pageSize &&
    one.retryFailed === other.retryFailed &&
    (one.force ?? false) === (other.force ?? false) &&
    one.extract === other.extract &&
    (one.budget ?? null) === (other.budget ?? null)
  )
}

export function nightlyJobOf(row: JobRow, heartbeatSeconds: number): NightlyJob {
  const { plannedAt } = readBackfillRequest(row.request)
  const planned = plannedAt === undefined ? {} : { plannedAt }
  return { ...backfillJobOf(row, heartbeatSeconds), ...planned, since: null }
}

export function backfillJobOf(row: JobRow, heartbeatSeconds: number): BackfillJob {
  const { source, pageSize, retryFailed, force, extract } = readBackfillRequest(row.request)
  return {
    ...startOf(row, heartbeatSeconds),
    source,
    pageSize,
    retryFailed,
    ...(force === undefined ? {} : { force }),
    ...(extract === undefined ? {} : { extract }),
    cursor: null,
  }
}
