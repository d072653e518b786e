import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { NarrativeRunProgress } from '../domain/narrative.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { findPosition, savePosition } from '../stores/jobs/job-progress.ts'
import { findJobRow } from '../stores/jobs/jobs.ts'
import {
  chooseUsers,
  countRun,
  markAsked,
  settleAsked,
  takeWaiting,
} from '../stores/narratives/narrative-runs.ts'
import { acceptNarrative, type NarrativeAcceptor } from './accept.ts'
import { staleByOf } from './accept-run.ts'

/**
 * A run over the narratives of a namespace. It writes none itself: it asks for them, so many at a time, the way a reader does, and
 * waits. So a user that a reader asks for meanwhile has one generation, and a user whose generation fails stands as failed by itself.
 */
export interface NarrativeRuns {
  begin(key: RunKey): Promise<void>
  /** Some seconds of it. @returns whether there is more to do */
  advance(key: RunKey, signal: AbortSignal): Promise<{ readonly more: boolean }>
}

export interface RunKey {
  readonly jobId: string
  readonly namespaceId: string
}

export interface NarrativeRunsDependencies extends NarrativeAcceptor {
  readonly config: Config
}

/** Fewer than a worker has slots for models, so that those who wait for theirs find one. */
const AT_ONCE = 8
/** Well below the step's deadline; a pause takes effect after it. */
const ADVANCE_MS = 5_000
const LOOK_MS = 100

export function createNarrativeRuns(dependencies: NarrativeRunsDependencies): NarrativeRuns {
  const { config, db } = dependencies
  return {
    async begin({ jobId, namespaceId }) {
      const row = await findJobRow(db, { namespaceId, id: jobId })
      if (row === null) throw new MemoirError('not_found', SENTENCE.not_found)
      await chooseUsers(db, {
        jobId,
        namespaceId,
        minMemories: config.NARRATIVE_MIN_MEMORIES,
        staleBy: staleByOf(row.request),
      })
      await savePosition(db, await positionOf(dependencies, jobId))
    },
    async advance(key, signal) {
      const until = Date.now() + ADVANCE_MS
      for (let before = -1; ;) {
        await ask(dependencies, key)
        const { left } = await countRun(db, key.jobId)
        if (left !== before) await savePosition(db, await positionOf(dependencies, key.jobId))
        if (left === 0) return { more: false }
        if (Date.now() >= until) return { more: true }
        before = left
        await sleep(LOOK_MS, undefined, { signal })
      }
    },
  }
}

/** Settles what has ended, and asks for as many as there is room for. */
async function ask(dependencies: NarrativeRunsDependencies, key: RunKey): Promise<void> {
  const { db } = dependencies
  const { jobId, namespaceId } = key
  await settleAsked(db, jobId)
  for (const userId of await takeWaiting(db, { jobId, atOnce: AT_ONCE })) {
    const wanted = { namespaceId, userId, force: false, bulk: true }
    const { id: narrativeJob } = await acceptNarrative(dependencies, wanted)
    await markAsked(db, { jobId, userId, narrativeJob })
  }
}

async function positionOf({ db }: NarrativeRunsDependencies, jobId: string) {
  const { total, made, unchanged, errors, left } = await countRun(db, jobId)
  const startedAt = (await findPosition(db, jobId))?.startedAt ?? new Date()
  const seconds = Math.max(0.001, (Date.now() - startedAt.getTime()) / 1000)
  const rate = (total - left) / seconds
  const progress: NarrativeRunProgress = {
    total,
    processed: made + unchanged,
    created: made,
    skipped: unchanged,
    errors,
    rate: Math.round(rate * 100) / 100,
    eta_seconds: rate === 0 ? null : Math.ceil(left / rate),
  }
  return { jobId, cursor: null, progress: { ...progress } }
}
