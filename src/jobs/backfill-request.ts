import type { BackfillJob } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import type { JobRow } from '../stores/jobs.ts'

/** What a backfill's row keeps of the request: all that a start needs, now or after a crash. */
export interface BackfillRequest {
  readonly source: string
  readonly pageSize: number
  readonly retryFailed: boolean
}

/** @throws MemoirError `internal` when the row holds something else */
export function readBackfillRequest(request: Readonly<Record<string, unknown>>): BackfillRequest {
  const { source, pageSize, retryFailed } = request
  if (
    typeof source === 'string' &&
    typeof pageSize === 'number' &&
    typeof retryFailed === 'boolean'
  ) {
    return { source, pageSize, retryFailed }
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

export function backfillJobOf(row: JobRow, heartbeatSeconds: number): BackfillJob {
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
