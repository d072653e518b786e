import { isCancellation } from '@temporalio/workflow'
import type { MemoryJob } from '../domain/job.ts'
import { runJob, type JobRun } from './job-run.ts'
import { databaseActivities, modelActivities } from './options.ts'
import { saga } from './saga.ts'

/**
 * Finishes a write of memories that the record already holds: vectors, entities, the graph.
 * Promises: each step works only on memories that are still at the revision this job made, so the newest write of a memory wins.
 * A deletion only goes forward: it is out of sight already, then out of the graph, and its row goes last.
 * On failure: the record stands and says what is missing, and a retry goes on there; with `policy.rollback` all that the job wrote is
 * taken back in every store, and a retry begins anew.
 */
export async function persistMemory(job: MemoryJob): Promise<void> {
  await runJob(job, async (run) => {
    if (job.operation === 'delete') await finishDeletion(job)
    else if (job.policy.rollback && job.operation !== 'restore') await finishWholly(job, run)
    else await finishOpenly(job, run)
  })
}

async function finishDeletion({ jobId }: MemoryJob): Promise<void> {
  await databaseActivities().removeMemoryRows({ jobId })
}

/** All stores or none. */
async function finishWholly(job: MemoryJob, run: JobRun): Promise<void> {
  const database = databaseActivities()
  const { jobId } = job
  await saga(async ({ onFailure }) => {
    onFailure(async () => await database.undoMemories({ jobId }))
    if (job.again) await database.redoMemories({ jobId })
    await finishPostgres(job, run)
  })
  await database.settleMemories({ jobId })
}

/** What stands is shown, with what it lacks. */
async function finishOpenly(job: MemoryJob, run: JobRun): Promise<void> {
  const { jobId } = job
  try {
    await finishPostgres(job, run)
  } catch (error) {
    if (!isCancellation(error)) await databaseActivities().giveUpVectors({ jobId })
    throw error
  }
}

async function finishPostgres({ jobId, heartbeatSeconds }: MemoryJob, run: JobRun): Promise<void> {
  await modelActivities(heartbeatSeconds).embedMemories({ jobId })
  await run.turn()
  await databaseActivities().linkMemories({ jobId })
}
