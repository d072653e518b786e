import type { Context } from 'hono'
import { isTerminal, type Job } from '../domain/job.ts'
import type { Memory } from '../domain/recall.ts'
import { isErrorCode, MemoirError, SENTENCE } from '../errors.ts'
import type { AcceptedMemories } from '../memories/memories.ts'
import type { GuardedEnv } from './environment.ts'
import { memoryKey } from './reach.ts'
import { waitSeconds, watchJob } from './watch-job.ts'

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

/** Indexing a memory takes some tens of milliseconds. */
const POLL_MS = 25

/**
 * Waits as long as `Prefer: wait=N` says.
 * @returns the job as it ended; null when it goes on
 */
export async function awaitJob(
  c: Context<GuardedEnv>,
  { job: id, prefer }: { job: string; prefer: string | undefined },
): Promise<Job | null> {
  const seconds = waitSeconds(prefer)
  if (seconds === 0) return null
  c.header('Preference-Applied', `wait=${seconds}`)
  const { services, principal } = c.var
  const read = async () => {
    const job = await services.jobs.get({ namespaceId: principal.namespaceId, id })
    if (job === null) throw new MemoirError('not_found', SENTENCE.not_found)
    return job
  }
  const signals = [c.var.closing, c.req.raw.signal, AbortSignal.timeout(seconds * 1000)]
  for await (const job of watchJob(read, AbortSignal.any(signals), POLL_MS)) {
    if (isTerminal(job.state)) return job
  }
  return null
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
  const found = await Promise.all(
    ids.map(async (id) => await services.memories.get(memoryKey(principal, id))),
  )
  const standing = found.filter((memory) => memory !== null)
  if (standing.length === 0) requireSuccess(job)
  return standing
}

/** @throws MemoirError with the job's code */
export function requireSuccess(job: Job): void {
  if (job.state === 'succeeded') return
  const code = isErrorCode(job.error?.code) ? job.error.code : 'persistence_failed'
  throw new MemoirError(code, SENTENCE[code], { details: { job: job.id } })
}
