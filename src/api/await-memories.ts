import type { Context } from 'hono'
import { isTerminal, type Job } from '../domain/job.ts'
import type { Memory } from '../domain/recall.ts'
import { isErrorCode, MemoirError, SENTENCE } from '../errors.ts'
import type { AcceptedMemories } from '../memories/memories.ts'
import type { GuardedEnv } from './environment.ts'
import { memoryReach } from './reach.ts'
import { awaitJob } from './watch-job.ts'

/** Accepted memories as they are answered; `id` is the memory's own when there is one, else the job's. */
export function acceptedAnswer({
  ids,
  job,
  state,
  sessionId,
}: AcceptedMemories & { readonly sessionId?: string }) {
  const [first, ...others] = ids
  const id = first !== undefined && others.length === 0 ? first : job
  return {
    id,
    job,
    ids,
    status: state,
    ...(sessionId === undefined ? {} : { session_id: sessionId }),
  }
}

/** Waits as long as `Prefer: wait=N` says. @returns the job as it ended; null when it goes on */
export async function awaitJobEnd(
  c: Context<GuardedEnv>,
  given: Parameters<typeof awaitJob>[1],
): Promise<Job | null> {
  const job = await awaitJob(c, given)
  return job !== null && isTerminal(job.state) ? job : null
}

/**
 * The memories a job wrote, once it has ended. What stands although a store failed is answered and says so itself.
 * @throws MemoirError with the job's code when nothing stands
 */
export async function writtenMemories(
  c: Context<GuardedEnv>,
  job: Job,
  ids: readonly string[],
): Promise<Memory[]> {
  const { services, principal } = c.var
  const standing = await services.memories.getAll(memoryReach(principal), ids)
  if (standing.length === 0) requireSuccess(job)
  return standing
}

/** @throws MemoirError with the job's code */
export function requireSuccess(job: Job): void {
  if (job.state === 'succeeded') return
  const code = isErrorCode(job.error?.code) ? job.error.code : 'persistence_failed'
  throw new MemoirError(code, SENTENCE[code], { details: { job: job.id } })
}
