import type { BackfillProgress } from '../domain/job.ts'
import type { Database } from '../stores/database.ts'
import { countFailed, countOutcomes } from '../stores/memories/ingested.ts'
import { findPosition, savePosition } from '../stores/jobs/job-progress.ts'
import type { IngestJob } from './ingest.ts'

/** Counting costs more the more there is: at most one part in twenty of the time goes into it, and never twice a second. */
const COUNT_SHARE = 20
const COUNT_EVERY_MS = 500

interface Meter {
  readonly startedAt: number
  readonly startedWith: number
  readonly total: number
  readonly countedAt: number
  readonly cost: number
  readonly progress: BackfillProgress
}

/**
 * Progress of jobs this process works on. Counts come from `ingested_conversation`, so a page that ran twice cannot bend them;
 * only the rate is of this process's own life.
 */
export function createProgressMeters(db: Database, costOf: (tokens: number) => number | null) {
  const meters = new Map<string, Meter>()
  const count = async (jobId: string, before: Parameters<typeof counted>[2]) =>
    await counted({ db, costOf }, jobId, before)

  async function current(job: IngestJob, total: () => Promise<number>): Promise<Meter> {
    const known = meters.get(job.jobId)
    if (known) return known
    const stored = (await findPosition(db, job.jobId))?.progress['total']
    return await count(job.jobId, {
      total: typeof stored === 'number' ? stored : await total(),
    })
  }

  return {
    /** Counts what there is to do, once a job. */
    async begin(job: IngestJob, total: () => Promise<number>): Promise<void> {
      const counted = await count(job.jobId, { total: await total() })
      meters.set(job.jobId, counted)
      await savePosition(db, { jobId: job.jobId, cursor: null, progress: { ...counted.progress } })
    },
    /** After a page: keeps the position, and counts anew when that is due. */
    async turn(
      job: IngestJob,
      { cursor, total }: { cursor: string | null; total: () => Promise<number> },
    ): Promise<BackfillProgress> {
      const meter = await current(job, total)
      const pause = Math.max(COUNT_EVERY_MS, meter.cost * COUNT_SHARE)
      const due = performance.now() - meter.countedAt >= pause
      const latest = due ? await count(job.jobId, meter) : meter
      meters.set(job.jobId, latest)
      const progress = due ? { ...latest.progress } : null
      await savePosition(db, { jobId: job.jobId, cursor, progress })
      return latest.progress
    },
    /** The exact counts. */
    async finish(job: IngestJob): Promise<BackfillProgress> {
      const { progress } = await count(job.jobId, meters.get(job.jobId) ?? { total: 0 })
      meters.delete(job.jobId)
      const final = { ...progress, total: progress.total_fetched, eta_seconds: 0 }
      await savePosition(db, { jobId: job.jobId, cursor: null, progress: final })
      return final
    },
    /** How many failed conversations there are to try again. */
    failed: async (job: IngestJob) => await countFailed(db, job),
  }
}

export type ProgressMeters = ReturnType<typeof createProgressMeters>

async function counted(
  { db, costOf }: { db: Database; costOf: (tokens: number) => number | null },
  jobId: string,
  before: Pick<Meter, 'total'> & Partial<Meter>,
): Promise<Meter> {
  const began = performance.now()
  const { tokens, errors, ...kinds } = await countOutcomes(db, jobId)
  const ended = performance.now()
  const processed = kinds.created + kinds.updated + kinds.skipped
  const fetched = processed + errors
  const startedAt = before.startedAt ?? began
  const startedWith = before.startedWith ?? fetched
  const seconds = (began - startedAt) / 1000
  const rate = seconds > 0 ? (fetched - startedWith) / seconds : 0
  const total = Math.max(before.total, fetched)
  return {
    startedAt,
    startedWith,
    total,
    countedAt: ended,
    cost: ended - began,
    progress: {
      processed,
      ...kinds,
      errors,
      total_fetched: fetched,
      total,
      rate: Math.round(rate * 10) / 10,
      eta_seconds: rate > 0 ? Math.ceil((total - fetched) / rate) : null,
      tokens,
      cost: costOf(tokens),
    },
  }
}
