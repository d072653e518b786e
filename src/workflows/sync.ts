import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { JobStart } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { bulkActivities } from './options.ts'

/** What a run carries; the report's row knows where the comparison is. */
export interface SyncStart extends JobStart {
  /** Continues as new after so many pages, for tests; otherwise when Temporal suggests it. */
  readonly pagesPerRun?: number
}

/**
 * Compares the graph with the record, page after page, and mends it when asked to.
 * Promises: each page's findings are counted once, however often the page is repeated; pause, resume and cancel take effect between
 * pages.
 * On failure: a page is repeated until the graph answers; another error ends the job with its code, and a retry goes on where it stood.
 */
export async function sync(job: SyncStart): Promise<void> {
  const key = { jobId: job.jobId, namespaceId: job.namespaceId }
  await runJob(job, async (run) => {
    const bulk = bulkActivities(job.heartbeatSeconds)
    await bulk.beginSync(key)
    for (let pages = 1; ; pages += 1) {
      await run.turn()
      const { more } = await bulk.syncPage(key)
      if (!more) break
      if (workflowInfo().continueAsNewSuggested || pages === job.pagesPerRun) {
        await continueAsNew<typeof sync>({ ...job, ...run.carried() })
      }
    }
    await bulk.finishSync(key)
  })
}
