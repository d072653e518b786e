import { isTerminal } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import { backfillCounts, backfillPace, type JobAnswer } from './answers.ts'
import type { ApiClient } from './client.ts'
import { DONE, FAILED, INTERRUPTED, interruption, line, type Interruption, type Io } from './io.ts'
import { createProgress, type Counts } from './progress.ts'

/** Often enough for a bar that moves, seldom enough to cost the server nothing. */
const POLL_MS = 400

/** A server that restarts is back within this many polls; a job does not depend on who watches it. */
const UNREACHABLE_POLLS = 75

/**
 * Follows a job to its end with a progress bar.
 * @returns the job as it ended, or null when Ctrl-C ended the watching; the job goes on
 */
export async function followJob(
  client: ApiClient,
  id: string,
  io: Io,
  label = 'backfill',
): Promise<JobAnswer | null> {
  using interrupted = interruption(io)
  const progress = createProgress(io, label)
  try {
    for (;;) {
      const job = await patiently(async () => await client.job(id), interrupted)
      if (job === null) return null
      progress.update(countsOf(job))
      if (isTerminal(job.state)) return job
      if (await pause(POLL_MS, interrupted)) return null
    }
  } finally {
    progress.stop()
  }
}

/** Waits; true when Ctrl-C came first. */
export async function pause(ms: number, interrupted: Interruption): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), ms)
  try {
    return (await Promise.race([promise, interrupted.first])) !== false
  } finally {
    clearTimeout(timer)
  }
}

/** Codes that waiting helps with: the server is away, or still at the same request. */
const PASSING = new Set(['store_unavailable', 'in_progress'])

/** Asks again while the server is away. @returns null when Ctrl-C came first */
export async function patiently<T>(
  ask: () => Promise<T>,
  interrupted: Interruption,
): Promise<T | null> {
  for (let tries = 1; ; tries += 1) {
    if (interrupted.signal.aborted) return null
    try {
      return await ask()
    } catch (error) {
      const away = error instanceof MemoirError && PASSING.has(error.code)
      if (!away || tries >= UNREACHABLE_POLLS) throw error
      await pause(POLL_MS, interrupted)
    }
  }
}

function countsOf(job: JobAnswer): Counts {
  const { processed, skipped, errors } = backfillCounts.parse(job.progress)
  const { total, rate, eta_seconds: eta } = backfillPace.parse(job.progress)
  const note = [
    job.state === 'running' ? undefined : job.state,
    skipped > 0 ? `${skipped} unchanged` : undefined,
    errors > 0 ? `${errors} failed` : undefined,
    rate > 0 ? `${rate.toFixed(1)}/s` : undefined,
    eta === null || isTerminal(job.state) ? undefined : `${Math.ceil(eta)} s left`,
    // The step that is being tried again: why it takes so long.
    job.error && !isTerminal(job.state) ? `${job.error.code}, tried again` : undefined,
  ]
  return { processed: processed + errors, total, note: note.filter(Boolean).join(', ') }
}

/** Says how a watched job ended, or how to go on watching it. @returns the exit code */
export function concludeJob(job: JobAnswer | null, id: string, io: Io): number {
  if (job === null) {
    line(io.stderr, `The job goes on. Watch it again with: memoir jobs watch ${id}`)
    return INTERRUPTED
  }
  if (job.state === 'succeeded') return DONE
  const why = job.error ? ` ${job.error.message} (${job.error.code} in ${job.error.step})` : ''
  line(io.stderr, `The job ${job.state === 'failed' ? 'failed' : 'was cancelled'}.${why}`)
  line(io.stderr, `Go on where it stopped with: memoir jobs retry ${id}`)
  return FAILED
}
