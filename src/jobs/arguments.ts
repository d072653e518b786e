import type { EraseJob, JobKind, JobStart, MemoryJob } from '../domain/job.ts'
import { readMemoryRequest } from '../memories/request.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { backfillJobOf, nightlyJobOf } from './backfill-request.ts'
import { startOf } from './job-start.ts'

const ARGUMENT = {
  backfill: backfillJobOf,
  nightly: nightlyJobOf,
  session: startOf,
  sync: startOf,
  memory: memoryJobOf,
  erase: eraseJobOf,
  narrative: startOf,
  consolidate: startOf,
  dream: startOf,
  reembed: startOf,
  episodes: startOf,
  narratives: startOf,
} satisfies Record<JobKind, (row: JobRow, heartbeatSeconds: number) => JobStart>

/** What the workflow of a row is started with, now or after a crash. */
export function argumentOf(row: JobRow, heartbeatSeconds: number): JobStart {
  return ARGUMENT[row.kind](row, heartbeatSeconds)
}

function memoryJobOf(row: JobRow, heartbeatSeconds: number): MemoryJob {
  const { operation, policy, hard = false } = readMemoryRequest(row.request)
  return { ...startOf(row, heartbeatSeconds), operation, policy, hard, again: row.attempts > 1 }
}

function eraseJobOf(row: JobRow, heartbeatSeconds: number): EraseJob {
  const { waitSeconds } = row.request
  return {
    ...startOf(row, heartbeatSeconds),
    waitSeconds: typeof waitSeconds === 'number' ? waitSeconds : 0,
  }
}
