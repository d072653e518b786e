import type { MemoryJob } from '../domain/job.ts'
import { runJob } from './job-run.ts'
import { databaseActivities, modelActivities } from './options.ts'

/**
 * Finishes a write of memories that the record already holds: vectors, entities, the graph.
 * Promises: each step works only on memories that are still at the revision this job made; the newest write of a memory wins.
 * On failure: the record stands and says what is missing; a retry goes on there.
 */
export async function persistMemory(job: MemoryJob): Promise<void> {
  await runJob(job, async (run) => {
    const { jobId } = job
    await modelActivities(job.heartbeatSeconds).embedMemories({ jobId })
    await run.turn()
    await databaseActivities().linkMemories({ jobId })
  })
}
