import { sleep } from '@temporalio/workflow'
import type { JobStart } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { databaseActivities, narrativeActivities } from './options.ts'
import { withinBudget } from './within-budget.ts'

/** A person who asks again and again is answered so often by one run; the next request starts another. */
const ROUNDS = 2

/**
 * Writes who a user is.
 * Promises: however many ask while it runs, it is written once more at most; each text is written once, whatever is repeated.
 * On failure: the model is asked for about half a minute, then the narrative stands as failed with the code; the text before stays.
 */
export async function narrate(job: JobStart): Promise<void> {
  const database = databaseActivities()
  const models = narrativeActivities(job.heartbeatSeconds)
  await runJob(job, async (run) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await run.turn()
      const key = { jobId: job.jobId, round }
      let start = await database.beginNarrative(key)
      while (start.waitMs > 0) {
        await sleep(start.waitMs)
        start = await database.beginNarrative(key)
      }
      if (start.work) await withinBudget(run, async () => await models.writeNarrative(key))
      if (!(await database.finishNarrative(key)).again) return
    }
  })
}
