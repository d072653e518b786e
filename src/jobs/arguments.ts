import type { JobKind, JobStart } from '../domain/job.ts'
import type { JobRow } from '../stores/jobs.ts'
import { backfillJobOf, nightlyJobOf } from './backfill-request.ts'
import { startOf } from './job-start.ts'

const ARGUMENT = {
  backfill: backfillJobOf,
  nightly: nightlyJobOf,
  session: startOf,
  sync: startOf,
} satisfies Record<JobKind, (row: JobRow, heartbeatSeconds: number) => JobStart>

/** What the workflow of a row is started with, now or after a crash. */
export function argumentOf(row: JobRow, heartbeatSeconds: number): JobStart {
  return ARGUMENT[row.kind](row, heartbeatSeconds)
}
