import { ApplicationFailure } from '@temporalio/workflow'
import type { JobStart } from '../domain/job.ts'
import { SENTENCE } from '../errors.ts'
import { runJob } from './job-run.ts'
import { bulkActivities } from './options.ts'
import { withinBudget } from './within-budget.ts'

/** A day that is written to all the time is planned again so often; the next night comes anyway. */
const ROUNDS = 5

/**
 * Looks one day of a user through again.
 * Promises: the plan is kept before anything is done, and done whole or not at all; what changed meanwhile is planned again.
 * On failure: a plan over its share changes nothing and fails with `guard`; a model that says what cannot be used changes nothing and
 * fails with `vendor_bad_answer`; a retry goes on with what was answered.
 */
export async function consolidate(job: JobStart): Promise<void> {
  const steps = bulkActivities(job.heartbeatSeconds)
  const key = { jobId: job.jobId }
  await runJob(job, async (run) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await run.turn()
      const { apply, failed } = await withinBudget(
        run,
        async () => await steps.planConsolidation(key),
      )
      if (failed !== undefined) throw ApplicationFailure.nonRetryable(SENTENCE[failed], failed)
      if (!apply) return
      const { again } = await withinBudget(run, async () => await steps.applyConsolidation(key))
      if (!again) return
    }
    throw ApplicationFailure.nonRetryable(SENTENCE.in_progress, 'in_progress')
  })
}
