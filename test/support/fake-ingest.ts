import type { Ingest, PageHooks, PageRequest } from '../../src/ingest/ingest.ts'
import type { Database } from '../../src/stores/database.ts'
import { findPosition, savePosition } from '../../src/stores/jobs/job-progress.ts'
import { NO_PROGRESS } from './progress.ts'

/** An ingest that does what a test says, for the runs around it. */

export interface FakeIngest extends Ingest {
  readonly begun: string[]
  /** The positions that pages were asked for, in order, repeated ones too. */
  readonly asked: (string | null)[]
  readonly finished: string[]
}

export interface IngestScript {
  /** How many pages the source has. */
  readonly pages?: number
  onBegin?(): Promise<void> | void
  /** Before a page is done; `page` counts from 1. */
  onPage?(page: number, hooks: PageHooks, request: PageRequest): Promise<void> | void
}

/** From when on the fake reads what changed. */
export const SINCE = '2026-01-01T00:00:00.000Z'

/** Keeps its position in the job's row, as the real one does. */
export function createFakeIngest(db: Database, script: IngestScript = {}): FakeIngest {
  const { pages = 3 } = script
  const [begun, asked, finished]: [string[], (string | null)[], string[]] = [[], [], []]
  return {
    begun,
    asked,
    finished,
    async begin({ jobId, changedOnly }) {
      begun.push(jobId)
      await script.onBegin?.()
      const cursor = (await findPosition(db, jobId))?.cursor ?? null
      return changedOnly ? { cursor, since: SINCE } : { cursor }
    },
    async page(request, hooks) {
      asked.push(request.after)
      const page = Number(request.after ?? 0) + 1
      await script.onPage?.(page, hooks, request)
      const progress = { ...NO_PROGRESS, processed: page, total: pages }
      const next = page < pages ? String(page) : null
      await savePosition(db, { jobId: request.jobId, cursor: next, progress: { ...progress } })
      return { next, progress }
    },
    async finish({ jobId }) {
      finished.push(jobId)
      return NO_PROGRESS
    },
  }
}

/** Stays in the page, alive, until the step is told to stop. */
export async function untilStopped(hooks: PageHooks): Promise<void> {
  hooks.beat()
  const beating = setInterval(() => hooks.beat(), BEAT_MS)
  hooks.signal.addEventListener('abort', () => clearInterval(beating))
  if (hooks.signal.aborted) return
  await new Promise((resolve) => {
    hooks.signal.addEventListener('abort', resolve)
  })
}

/** A heartbeat carries a cancellation back, at most every 0.8 of its timeout. */
const BEAT_MS = 100

/** A promise and its key, for steps that wait until the test says so. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: () => resolve() }
}
