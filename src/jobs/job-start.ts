import type { JobStart } from '../domain/job.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'

/** What every kind of work is started with, made of its row alone. */
export function startOf(row: JobRow, heartbeatSeconds: number): JobStart {
  return {
    jobId: row.id,
    namespaceId: row.namespaceId,
    paused: row.control === 'pause',
    seq: 0,
    heartbeatSeconds,
  }
}
