import { ActivityFailure, isCancellation, log, patched } from '@temporalio/workflow'
import type { MemoryJob } from '../domain/job.ts'
import { runJob, type JobRun } from './job-run.ts'
import { databaseActivities, graphActivities, modelActivities } from './options.ts'
import { saga } from './saga.ts'

/**
 * Finishes a write of memories that the record already holds: vectors, entities, the graph.
 * Promises: each step works only on memories that are still at the revision this job made, so the newest write of a memory wins.
 * A deletion only goes forward: it is out of sight already, then out of the graph, and its row goes last.
 * On failure: the record stands and says what is missing, which follows by itself or with a retry; with `policy.rollback` all that the
 * job wrote is taken back in every store, and a retry begins anew.
 */
export async function persistMemory(job: MemoryJob): Promise<void> {
  await runJob(job, async (run) => {
    if (job.operation === 'delete') await finishDeletion(job)
    else if (job.policy.rollback && job.operation !== 'restore') await finishWholly(job, run)
    else await finishOpenly(job, run)
  })
}

/** The graph's own retries, as the policy of the write says. */
const bounded = ({ policy: { graphAttempts: attempts, graphDelayMs: delayMs } }: MemoryJob) =>
  graphActivities({ attempts, delayMs })

async function finishDeletion(job: MemoryJob): Promise<void> {
  const { jobId, policy, hard } = job
  if (policy.graph) {
    if (hard) await graphActivities(null).unprojectMemories({ jobId })
    else await orLater(async () => await bounded(job).unprojectMemories({ jobId }))
  }
  if (hard) await databaseActivities().removeMemoryRows({ jobId })
}

/** All stores or none. */
async function finishWholly(job: MemoryJob, run: JobRun): Promise<void> {
  const database = databaseActivities()
  const once = graphActivities({ attempts: 1, delayMs: job.policy.graphDelayMs })
  const { jobId } = job
  await saga(async ({ onFailure }) => {
    onFailure(async () => await database.undoMemories({ jobId }))
    if (job.again) await database.redoMemories({ jobId })
    await finishPostgres(job, run)
    if (job.policy.graph) {
      await run.turn()
      // Once: what a graph that is away still has to lose is noted with the record.
      onFailure(async () => await once.unprojectMemories({ jobId }))
      await bounded(job).projectMemories({ jobId })
    }
  })
  await database.settleMemories({ jobId })
}

/** What stands is shown, with what it lacks. */
async function finishOpenly(job: MemoryJob, run: JobRun): Promise<void> {
  const { jobId } = job
  try {
    await finishPostgres(job, run)
  } catch (error) {
    if (!isCancellation(error)) {
      await databaseActivities().giveUpVectors({ jobId })
      await linkAllTheSame(job, error)
    }
    throw error
  }
  if (!job.policy.graph) return
  await run.turn()
  await orLater(async () => await bounded(job).projectMemories({ jobId }))
}

/** What cannot be embedded names people and things as well as what can. */
async function linkAllTheSame({ jobId }: MemoryJob, error: unknown): Promise<void> {
  const unlinked = error instanceof ActivityFailure && error.activityType === 'embedMemories'
  if (unlinked && patched('links-without-vectors'))
    await databaseActivities().linkMemories({ jobId })
}

async function finishPostgres({ jobId, heartbeatSeconds }: MemoryJob, run: JobRun): Promise<void> {
  await modelActivities(heartbeatSeconds).embedMemories({ jobId })
  await run.turn()
  await databaseActivities().linkMemories({ jobId })
}

/** What the graph lacks is marked in the record, and the workers tell it when it answers again. */
async function orLater(step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
    log.warn('the graph follows later', { error })
  }
}
