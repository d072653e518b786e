import { JOB_KINDS, JOB_STATES } from './domain/job.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { isStoreAway, type Database } from './stores/database.ts'
import { countJobs } from './stores/jobs/job-counts.ts'
import { oldestUnstartedSeconds } from './stores/jobs/jobs.ts'

/** Every series of the process as Prometheus reads them, with those that have to be looked up when asked. */
export type Exposition = () => Promise<string>

export interface ExpositionDependencies {
  readonly db: Database
  readonly metrics: Metrics
  readonly log: Logger
  /** Where the series of Temporal's SDK are, in processes that have them. */
  readonly sdkUrl?: string
}

/** Counting all jobs may take a while one day: at most one part in fifty of the time goes into it. */
const COUNT_SHARE = 50
/** They come from this process, or not at all. */
const SDK_MS = 1_000

export function createExposition(dependencies: ExpositionDependencies): Exposition {
  const { db, metrics, log, sdkUrl } = dependencies
  const lookUpJobs = createJobGauges(dependencies)
  return async () => {
    const { totalCount, idleCount, waitingCount } = db.pool
    metrics.pool.set({ state: 'open' }, totalCount)
    metrics.pool.set({ state: 'idle' }, idleCount)
    metrics.pool.set({ state: 'waiting' }, waitingCount)
    try {
      await lookUpJobs()
    } catch (error) {
      // Without Postgres the other series are worth even more.
      if (!isStoreAway(error)) throw error
    }
    const own = await metrics.registry.metrics()
    return sdkUrl === undefined ? own : `${own}${await textOf(sdkUrl, log)}`
  }
}

function createJobGauges({ db, metrics }: ExpositionDependencies): () => Promise<void> {
  let countAgainAt = 0
  return async () => {
    metrics.oldestPending.set(await oldestUnstartedSeconds(db))
    const began = performance.now()
    if (began < countAgainAt) return
    const counts = await countJobs(db)
    const ended = performance.now()
    countAgainAt = ended + (ended - began) * COUNT_SHARE
    // A kind or state that no job has any more is 0, not what it was.
    for (const kind of JOB_KINDS)
      for (const state of JOB_STATES) metrics.jobs.set({ kind, state }, 0)
    for (const { kind, state, count } of counts) metrics.jobs.set({ kind, state }, count)
  }
}

async function textOf(url: string, log: Logger): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(SDK_MS) })
    return answer.ok ? await answer.text() : ''
  } catch (error) {
    log.warn({ error }, "the series of Temporal's SDK could not be read")
    return ''
  }
}
