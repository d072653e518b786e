import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal, type Job } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'

/** A person sees progress move, and a thousand watchers cost Postgres a few thousand reads by key a second. */
const POLL_MS = 500

/**
 * The job now, and again each time it has changed, until it ends or the signal is aborted. Postgres may be away in between.
 * @throws MemoirError `not_found` when the job is no longer there
 */
export async function* watchJob(
  read: () => Promise<Job>,
  signal: AbortSignal,
  pollMs = POLL_MS,
): AsyncGenerator<Job, void, undefined> {
  let shown = ''
  while (!signal.aborted) {
    const job = await readUnlessAway(read)
    const now = JSON.stringify(job)
    if (job !== null && now !== shown) {
      shown = now
      yield job
      if (isTerminal(job.state)) return
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

async function readUnlessAway(read: () => Promise<Job>): Promise<Job | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof MemoirError && error.code === 'store_unavailable') return null
    throw error
  }
}

/** How long a caller may wait for work to be done; proxies seldom allow more. */
const MAX_WAIT_SECONDS = 60

/** Seconds of `Prefer: wait=N` (RFC 7240); 0 when it is absent or not understood, as a preference may be ignored. */
export function waitSeconds(prefer: string | undefined): number {
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(prefer ?? '') ?? []
  return Math.min(Number(seconds ?? 0), MAX_WAIT_SECONDS)
}
