import type { BackfillJob } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import type { JobRow } from '../stores/jobs.ts'

/** What a backfill's row keeps of the request: all that a start needs, now or after a crash. */
export interface BackfillRequest {
  readonly source: string
  readonly pageSize: number
  readonly retryFailed: boolean
  /** US dollars it may cost; null is without limit. */
  readonly budget: number | null
}

/** @throws MemoirError `internal` when the row holds something else */
export function readBackfillRequest(request: Readonly<Record<string, unknown>>): BackfillRequest {
  const { source, pageSize, retryFailed, budget = null } = request
  if (
    typeof source === 'string' &&
    typeof pageSize === 'number' &&
    typeof retryFailed === 'boolean' &&
    (budget === null || typeof budget === 'number')
  ) {
    return { source, pageSize, retryFailed, budget }
  }
  throw new MemoirError('internal', 'the row of a backfill does not hold its request')
}

/** Two requests with the same parameters are the same work. */
export function sameRequest(one: BackfillRequest, other: BackfillRequest): boolean {
  return (
    one.source === other.source &&
    one.pageSize === other.pageSize &&
    one.retryFailed === other.retryFailed &&
    one.budget === other.budget
  )
}

export function backfillJobOf(row: JobRow, heartbeatSeconds: number): BackfillJob {
  const { source, pageSize, retryFailed } = readBackfillRequest(row.request)
  return {
    jobId: row.id,
    namespaceId: row.namespaceId,
    source,
    pageSize,
    retryFailed,
    cursor: null,
    paused: row.control === 'pause',
    seq: 0,
    heartbeatSeconds,
  }
}
