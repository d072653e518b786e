import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow'
import type { ReembedJob } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { bulkActivities } from './options.ts'
import { withinBudget } from './within-budget.ts'

/** While somebody writes without a pause: between two tries to switch. */
const AGAIN = '1s'

/**
 * Embeds all memories anew in the shadow of the space that serves, compares the two, and switches.
 * Promises: until the switch the old space serves; the switch is made once, when nothing is missing; pause, resume and cancel take
 * effect between pages.
 * On failure: a page is repeated until the vendor answers; another error ends the job with its code, the old space goes on, and a retry
 * goes on where it stood.
 */
export async function reembed(job: ReembedJob): Promise<void> {
  const key = { jobId: job.jobId, namespaceId: job.namespaceId }
  await runJob(job, async (run) => {
    const bulk = bulkActivities(job.heartbeatSeconds)
    const { switched } = await bulk.beginReembed(key)
    if (!switched) {
      for (let pages = 1; ; pages += 1) {
        await run.turn()
        const { more } = await withinBudget(run, async () => await bulk.reembedPage(key))
        if (!more) break
        if (workflowInfo().continueAsNewSuggested || pages === job.pagesPerRun) {
          await continueAsNew<typeof reembed>({ ...job, ...run.carried() })
        }
      }
      await bulk.compareSpaces(key)
      for (let round = 0; ; round += 1) {
        await run.turn()
        const step = { ...key, round }
        const tried = await withinBudget(run, async () => await bulk.switchSpaces(step))
        if (tried.switched) break
        await sleep(AGAIN)
      }
    }
    await withinBudget(run, async () => await bulk.finishReembed(key))
  })
}
