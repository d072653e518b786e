import type { JobKind, JobState } from '../../domain/job.ts'
import type { Queryable } from '../database.ts'

export interface JobCount {
  readonly kind: JobKind
  readonly state: JobState
  readonly count: number
}

/** Jobs of all namespaces, for those who run the server: figures only. */
export async function countJobs(db: Queryable): Promise<JobCount[]> {
  const { rows } = await db.query<JobCount>(
    `select kind, state, count(*) as count from memoir.job group by kind, state`,
  )
  return rows
}
