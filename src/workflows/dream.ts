import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow'
import type { JobStart } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { bulkActivities } from './options.ts'

/** What a run carries; the rows of its runs say where it is. */
export interface DreamStart extends JobStart {
  /** Continues as new after so many looks, for tests; otherwise when Temporal suggests it. */
  readonly looksPerRun?: number
}

/** While there is room: never without a pause, whatever stands in the way of accepting. */
const AT_ONCE_MS = 50
const SOON_MS = 500
const LATE_MS = 15_000

/**
 * Has every day that is due looked through again, a few at a time, each by a job of its own.
 * Promises: each day is accepted once a night; it ends when all that it accepted has ended.
 * On failure: days fail by themselves, where they can be seen and retried; ending it ends none of those that it accepted.
 */
export async function dream(job: DreamStart): Promise<void> {
  const bulk = bulkActivities(job.heartbeatSeconds)
  await runJob(job, async (run) => {
    let waitMs = SOON_MS
    let ended = -1
    for (let looks = 1; ; looks += 1) {
      await run.turn()
      const page = await bulk.dreamOn({ jobId: job.jobId })
      if (page.done) return
      waitMs = page.ended === ended ? Math.min(LATE_MS, waitMs * 2) : SOON_MS
      ended = page.ended
      await sleep(page.room ? AT_ONCE_MS : waitMs)
      if (workflowInfo().continueAsNewSuggested || looks === job.looksPerRun) {
        await continueAsNew<typeof dream>({ ...job, ...run.carried() })
      }
    }
  })
}
