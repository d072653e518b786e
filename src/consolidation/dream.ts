import { v5 as uuidv5 } from 'uuid'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Launcher } from '../jobs/launcher.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import {
  countRuns,
  acceptedDays,
  readDream,
  type Dream,
  type RunCounts,
} from '../stores/consolidation/consolidation-dreams.ts'
import { findDueDays, usersAfter } from '../stores/consolidation/consolidation-days.ts'
import { dropOldVectors } from '../stores/consolidation/consolidation-vectors.ts'
import type { Database } from '../stores/database.ts'
import { savePosition } from '../stores/jobs/job-progress.ts'
import { acceptDay } from './consolidations.ts'
import { CONSOLIDATION_VERSION } from './plan.ts'
import { UNDO_DAYS } from './undo.ts'

/** A night: every user-day that is due, a few at a time. */
export interface DreamSteps {
  /** Accepts as many more runs as there is room for. Repeating it accepts nothing twice. */
  next(key: DreamKey): Promise<DreamPage>
}

export interface DreamKey {
  readonly jobId: string
}

export interface DreamPage {
  /** Nothing is left to accept, and all that was accepted has ended. */
  readonly done: boolean
  /** Whether to come back at once, because there is room. */
  readonly room: boolean
  /** Runs that have ended. */
  readonly ended: number
}

export interface DreamDependencies {
  readonly config: Config
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
  readonly languageModel: Pick<LanguageModel, 'identity' | 'ready'>
}

/** Runs under way at once: enough to keep a model busy, few enough that whoever asks finds it free. */
const AT_ONCE = 16
/** Users looked at in one step. */
const USERS = 25
/** Old days of one user and night. */
const OLD_DAYS = 30

export function createDreamSteps(dependencies: DreamDependencies): DreamSteps {
  const { db } = dependencies
  return {
    async next({ jobId }) {
      const dream = await readDream(db, jobId)
      if (dream === null) throw new MemoirError('not_found', SENTENCE.not_found)
      const before = await countRuns(db, jobId)
      const rest = await acceptMore(dependencies, dream, AT_ONCE - before.open)
      const counts = await countRuns(db, jobId)
      await savePosition(db, { jobId, cursor: rest.cursor, progress: progressOf(counts) })
      const done = rest.ended && counts.open === 0
      if (done) await dropOldVectors(db, UNDO_DAYS)
      return { done, room: !rest.ended && counts.open < AT_ONCE, ended: counts.ended }
    },
  }
}

const progressOf = ({ open, ended, ...states }: RunCounts) => ({
  ...states,
  processed: ended,
  total: open + ended,
})

interface Rest {
  /** The last user of whom every day was accepted; `END` after the last. */
  readonly cursor: string | null
  readonly ended: boolean
}

const END = 'end'

async function acceptMore(
  dependencies: DreamDependencies,
  dream: Dream,
  room: number,
): Promise<Rest> {
  const { db } = dependencies
  let { cursor } = dream
  let left = room
  if (cursor === END) return { cursor, ended: true }
  const { namespaceId } = dream
  const users =
    dream.userId === null
      ? await usersAfter(db, { namespaceId, after: cursor, limit: USERS })
      : [dream.userId]
  for (const userId of users) {
    if (left <= 0) return { cursor, ended: false }
    const days = await daysOf(dependencies, dream, userId)
    for (const day of days.slice(0, left)) await acceptOne(dependencies, dream, { userId, day })
    if (days.length > left) return { cursor, ended: false }
    left -= days.length
    cursor = userId
  }
  const ended = dream.userId !== null || users.length < USERS
  return { cursor: ended ? END : cursor, ended }
}

/** The days of a user that this night has yet to accept. */
async function daysOf(
  { config, db, languageModel }: DreamDependencies,
  { jobId, day }: Dream,
  userId: string,
): Promise<string[]> {
  const zone = config.MEMORY_TIMEZONE
  const accepted = await acceptedDays(db, { jobId, userId, zone })
  if (day !== null) return accepted.has(day) ? [] : [day]
  await languageModel.ready?.()
  const due = await findDueDays(db, {
    userId,
    zone,
    hotDays: config.MEMORY_HOT_DAYS,
    share: config.CONSOLIDATION_MAX_RETIRE_SHARE,
    // Days that this night has accepted and not ended yet are still due.
    limit: OLD_DAYS,
    model: languageModel.identity.model,
    version: CONSOLIDATION_VERSION,
  })
  const fresh = due.filter((one) => !accepted.has(one.day))
  const latest = fresh.filter((one) => one.latest)
  const old = fresh.filter((one) => !one.latest)
  const left = Math.max(0, OLD_DAYS - accepted.old)
  return [...latest, ...old.slice(0, left)].map((one) => one.day)
}

/** Fixed for ever: the same day of the same night is the same job. */
const DAY_SPACE = '9d0f8f1e-31b6-4a70-9a55-0b6e3a5cf2c4'

async function acceptOne(
  { db, launcher }: DreamDependencies,
  { jobId, namespaceId, dryRun }: Dream,
  { userId, day }: { userId: string; day: string },
): Promise<void> {
  const id = uuidv5(`${jobId}:${userId}:${day}`, DAY_SPACE)
  try {
    await acceptDay({ db, launcher }, { id, namespaceId, userId, day, dryRun, parentJobId: jobId })
  } catch (error) {
    // Somebody asked for that very day: it is being done.
    if (!(error instanceof MemoirError) || error.code !== 'conflict') throw error
  }
}
