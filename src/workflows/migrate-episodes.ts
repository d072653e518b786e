import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { EpisodesJob } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { bulkActivities } from './options.ts'
import { withinBudget } from './within-budget.ts'

/**
 * Takes in a table of episodes page by page, then links what followed what.
 * Promises: a row becomes one memory, however often it is read; pause, resume and cancel take effect between pages.
 * On failure: a page is repeated until source and vendor answer; another error ends the job with its code, and a retry goes on where it
 * stood.
 */
export async function migrateEpisodes(job: EpisodesJob): Promise<void> {
  const key = { jobId: job.jobId, namespaceId: job.namespaceId }
  await runJob(job, async (run) => {
    const bulk = bulkActivities(job.heartbeatSeconds)
    await bulk.beginEpisodes(key)
    for (let pages = 1; ; pages += 1) {
      await run.turn()
      const { more } = await withinBudget(run, async () => await bulk.episodesPage(key))
      if (!more) break
      if (workflowInfo().continueAsNewSuggested || pages === job.pagesPerRun) {
        await continueAsNew<typeof migrateEpisodes>({ ...job, ...run.carried() })
      }
    }
  })
}
