import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow'
import type { BackfillJob, BackfillProgress } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { progress } from './messages.ts'
import { bulkActivities } from './options.ts'
import { withinBudget } from './within-budget.ts'

/** What a run that walks a source carries; `since` is given when it walks only what changed. */
export interface Walk extends BackfillJob {
  readonly since?: string | null
  readonly plannedAt?: string
}

/**
 * The walk of every kind of ETL run over a source: begin, page after page in the order of ids, finish.
 * A run continues as new with what it was started with and where it is.
 */
export async function walkSource(job: Walk): Promise<void> {
  let { cursor, since } = job
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
      ...(job.force === undefined ? {} : { force: job.force }),
      ...(job.extract === undefined ? {} : { extract: job.extract }),
      ...(since === undefined ? {} : { changedOnly: true }),
      ...(job.plannedAt === undefined ? {} : { plannedAt: job.plannedAt }),
    }
    if (cursor === null && !since) {
      const start = await bulk.beginIngest(ingestJob)
      cursor = start.cursor
      since = start.since
    }
    const window = since ? { since } : {}
    for (let pages = 1; ; pages += 1) {
      await run.turn()
      const request = { ...ingestJob, ...window, after: cursor, limit: job.pageSize }
      const page = await withinBudget(run, async () => await bulk.ingestPage(request))
      counts = page.progress
      if (page.next === null) break
      cursor = page.next
      if (workflowInfo().continueAsNewSuggested || pages === job.pagesPerRun) {
        await continueAsNew<typeof walkSource>({ ...job, ...run.carried(), ...window, cursor })
      }
    }
    await bulk.finishIngest(ingestJob)
  })
}
