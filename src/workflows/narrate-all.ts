import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { JobStart } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { databaseActivities } from './options.ts'

/** What a run carries; its rows know who is left. */
export interface NarrateAllStart extends JobStart {
  /** Continues as new after so many steps, for tests; otherwise when Temporal suggests it. */
  readonly stepsPerRun?: number
}

/**
 * Has the narratives of a namespace made, so many at a time.
 * Promises: each user that was chosen when it began ends as made, unchanged or failed; one that fails keeps nobody else.
 * On failure: a step is repeated until Postgres answers; a retry goes on with whoever is left, and tries again those that failed.
 */
export async function narrateAll(job: NarrateAllStart): Promise<void> {
  const key = { jobId: job.jobId, namespaceId: job.namespaceId }
  await runJob(job, async (run) => {
    const database = databaseActivities()
    if (job.seq === 0) await database.beginNarratives(key)
    for (let steps = 1; ; steps += 1) {
      await run.turn()
      if (!(await database.advanceNarratives(key)).more) return
      if (workflowInfo().continueAsNewSuggested || steps === job.stepsPerRun) {
        await continueAsNew<typeof narrateAll>({ ...job, ...run.carried() })
      }
    }
  })
}
