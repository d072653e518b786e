import {
  ActivityFailure,
  ApplicationFailure,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { BackfillJob, BackfillProgress } from '../domain/job.ts'
import { SENTENCE, type ErrorCode } from '../errors.ts'
import { runJob, type JobRun } from './job-run.ts'
import { progress } from './messages.ts'
import { bulkActivities } from './options.ts'

/**
 * Walks every conversation of a source once, in the order of their ids.
 * Promises: each is ingested or stands in the list of failures; pause, resume and cancel take effect between pages at the latest.
 * On failure: a page is repeated until it works or its error is permanent; then the job fails with that code, and a retry goes on
 * where it stood. A conversation that fails for good is recorded by ingest and passed over.
 */
export async function backfill(job: BackfillJob): Promise<void> {
  let { cursor } = job
  let counts: BackfillProgress | null = null
  let paused = () => job.paused
  setHandler(progress, () => ({ cursor, paused: paused(), progress: counts }))

  await runJob(job, async (run) => {
    paused = () => run.paused()
    const bulk = bulkActivities(job.heartbeatSeconds)
    const ingestJob = {
      jobId: job.jobId,
      namespaceId: job.namespaceId,
      source: job.source,
      retryFailed: job.retryFailed,
    }
    if (job.cursor === null) cursor = (await bulk.beginIngest(ingestJob)).cursor
    for (let pages = 1; ; pages += 1) {
      await run.turn()
      const page = await withinBudget(run, async () => {
        return await bulk.ingestPage({ ...ingestJob, after: cursor, limit: job.pageSize })
      })
      counts = page.progress
      if (page.next === null) break
      cursor = page.next
      if (workflowInfo().continueAsNewSuggested || pages === job.pagesPerRun) {
        await continueAsNew<typeof backfill>({ ...job, ...run.carried(), cursor })
      }
    }
    await bulk.finishIngest(ingestJob)
  })
}

/** A step that would exceed the budget of the job waits until that is raised and the job resumed, and is done then. */
async function withinBudget<T>(run: JobRun, step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step()
    } catch (error) {
      const code = 'budget_reached' satisfies ErrorCode
      const cause = error instanceof ActivityFailure ? error.cause : undefined
      if (!(cause instanceof ApplicationFailure) || cause.type !== code) throw error
      await run.hold({ code, message: SENTENCE[code], step: 'ingestPage' })
    }
  }
}
