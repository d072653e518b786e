import type { Config } from '../config.ts'
import { NIGHTLY_OVERLAP_MS } from '../domain/job.ts'
import type { Database } from '../stores/database.ts'
import {
  ensureWatermark,
  findWatermark,
  findWindow,
  openWindow,
  raiseWatermark,
  type EtlWindow,
} from '../stores/sources/etl-windows.ts'
import type { ConversationSource } from './conversation.ts'
import type { IngestJob } from './ingest.ts'

const HOUR_MS = 3_600_000

interface WindowDependencies {
  readonly config: Config
  readonly db: Database
  readonly source: ConversationSource
}

/**
 * What a job reads of its source, and what its success proves: that everything older than its own beginning has been read.
 * All times are of the source's clock.
 */
export function createWindows({ config, db, source }: WindowDependencies) {
  const lookback = (from: Date) =>
    new Date(from.getTime() - config.NIGHTLY_LOOKBACK_HOURS * HOUR_MS)

  const changedSince = async (job: IngestJob, now: Date): Promise<Date> => {
    // A first night that fails must not be forgotten: from here on somebody owes what has changed.
    await ensureWatermark(db, job, lookback(now))
    const known = (await findWatermark(db, job)) ?? lookback(now)
    const planned = job.plannedAt === undefined ? now : new Date(job.plannedAt)
    const earliest = Math.min(lookback(now).getTime(), lookback(planned).getTime(), known.getTime())
    return new Date(earliest - NIGHTLY_OVERLAP_MS)
  }
  return {
    /** The same answer however often the job begins. */
    async open(job: IngestJob): Promise<EtlWindow> {
      const known = await findWindow(db, job.jobId)
      if (known) return known
      const now = await source.clock()
      return await openWindow(db, job.jobId, {
        changedSince: job.changedOnly ? await changedSince(job, now) : null,
        beganAt: now,
      })
    },
    /** The job has read all of its window. */
    async close(job: IngestJob): Promise<void> {
      // Trying again what had failed reads nothing new.
      if (job.retryFailed) return
      const window = await findWindow(db, job.jobId)
      if (window) await raiseWatermark(db, job, window.beganAt)
    },
  }
}
