import type { MemoryJobs } from '../domain/job.ts'
import { modelActivities } from './options.ts'

/**
 * Finishes several writes of memories in one run.
 * Promises: each job's row tells the truth by itself, and a job that cannot be finished with the others goes on in a run of its own.
 * On failure: whatever a run that is gone has left unfinished, the sweep starts again.
 */
export async function persistMemories(shared: MemoryJobs): Promise<void> {
  await modelActivities(shared.heartbeatSeconds).persistTogether(shared)
}
