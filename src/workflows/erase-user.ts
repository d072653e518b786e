import { CancellationScope, sleep } from '@temporalio/workflow'
import type { EraseJob } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { bulkActivities } from './options.ts'

/**
 * Empties every place that can hold something of a user, waits out whatever was under way, and does it again.
 * Promises: only forward. Once it has succeeded, a search of every place found nothing, and the receipt says what went.
 * On failure: a store that is away is waited for; a retry begins anew and finds gone what is gone.
 */
export async function eraseUser(job: EraseJob): Promise<void> {
  await runJob(job, async () => {
    await CancellationScope.nonCancellable(async () => {
      await everywhere(job, false)
      await sleep(job.waitSeconds * 1000)
      await everywhere(job, true)
      const step = { jobId: job.jobId, again: true }
      await bulkActivities(job.heartbeatSeconds).finishErasure(step)
    })
  })
}

async function everywhere({ jobId, heartbeatSeconds }: EraseJob, again: boolean): Promise<void> {
  const bulk = bulkActivities(heartbeatSeconds)
  const step = { jobId, again }
  await bulk.eraseRows(step)
  await bulk.eraseGraph(step)
  await bulk.eraseFocus(step)
  await bulk.eraseRuns(step)
}
