import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Launcher } from '../jobs/launcher.ts'
import {
  findShownRun,
  insertRun,
  type ConsolidationRun,
} from '../stores/consolidation/consolidation-runs.ts'
import type { BeforeCommit, Database } from '../stores/database.ts'
import {
  findJobRow,
  findUnfinishedByLock,
  insertJob,
  type JobRow,
  type NewJob,
} from '../stores/jobs/jobs.ts'
import { findUserId } from '../stores/memory-users.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import { undoRun } from './undo.ts'

/** Days looked through again, as accepted work: one run a user-day at a time, one request for several days a namespace. */
export interface Consolidations {
  /**
   * Accepts it; the same that is unfinished is joined.
   * @throws MemoirError `not_found` for a user who is not there, `conflict` while another one is unfinished
   */
  accept(
    request: ConsolidationAccept,
    beforeCommit?: BeforeCommit<AcceptedConsolidation>,
  ): Promise<AcceptedConsolidation>
  show(key: RunId): Promise<ShownRun | null>
  /** @throws MemoirError `not_found`, `conflict` */
  undo(key: RunId): Promise<void>
}

export interface RunId {
  readonly namespaceId: string
  readonly id: string
}

export type ShownRun = ConsolidationRun & { readonly externalId: string }

export interface ConsolidationAccept {
  readonly namespaceId: string
  /** The job's id to be: accepting the same again changes nothing. */
  readonly id?: string
  /** The caller's own id; undefined is everybody. */
  readonly userId?: string
  /** `YYYY-MM-DD`; undefined is every day that is due. */
  readonly day?: string
  readonly dryRun: boolean
}

export interface AcceptedConsolidation {
  readonly id: string
  readonly joined: boolean
}

export interface ConsolidationsDependencies {
  readonly config: Config
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
}

export function createConsolidations(dependencies: ConsolidationsDependencies): Consolidations {
  const { config, db } = dependencies
  return {
    async accept({ namespaceId, id, userId: externalId, day, dryRun }, beforeCommit) {
      const userId =
        externalId === undefined ? null : await findUserId(db, { namespaceId, externalId })
      if (externalId !== undefined && userId === null) {
        throw new MemoirError('not_found', SENTENCE.not_found)
      }
      const job = id === undefined ? { namespaceId } : { namespaceId, id }
      const accepting = { ...dependencies, beforeCommit }
      return userId !== null && day !== undefined
        ? await acceptDay(accepting, { ...job, userId, day, dryRun, parentJobId: null })
        : await acceptDays(accepting, { ...job, userId, day: day ?? null, dryRun })
    },
    show: async (key) => await findShownRun(db, key),
    undo: async (key) => {
      await undoRun(db, { ...key, zone: config.MEMORY_TIMEZONE, language: config.MEMORY_LANGUAGE })
    },
  }
}

interface Accepting extends Omit<ConsolidationsDependencies, 'config'> {
  readonly beforeCommit?: BeforeCommit<AcceptedConsolidation> | undefined
}

export interface DayAccept {
  readonly namespaceId: string
  readonly id?: string
  readonly userId: string
  readonly day: string
  readonly dryRun: boolean
  readonly parentJobId: string | null
}

/** One day of one user. @throws MemoirError `conflict` */
export async function acceptDay(
  dependencies: Accepting,
  { namespaceId, id = uuidv7(), userId, day, dryRun, parentJobId }: DayAccept,
): Promise<AcceptedConsolidation> {
  const job: NewJob = {
    id,
    namespaceId,
    userId,
    kind: 'consolidate',
    workflowId: workflowIdOf('consolidate', id),
    request: { day, dryRun },
    lockKey: `consolidate:${userId}:${day}`,
  }
  return await acceptJob(dependencies, job, { id, namespaceId, userId, day, dryRun, parentJobId })
}

interface DaysAccept {
  readonly namespaceId: string
  readonly id?: string
  readonly userId: string | null
  readonly day: string | null
  readonly dryRun: boolean
}

async function acceptDays(
  dependencies: Accepting,
  { namespaceId, id = uuidv7(), userId, day, dryRun }: DaysAccept,
): Promise<AcceptedConsolidation> {
  return await acceptJob(dependencies, {
    id,
    namespaceId,
    userId,
    kind: 'dream',
    workflowId: workflowIdOf('dream', id),
    // The night's own stand among the runs of its schedule, which knows no source.
    request: { day, dryRun, ...(userId === null && day === null && !dryRun ? { source: '' } : {}) },
    lockKey: `dream:${namespaceId}:${userId ?? ''}`,
  })
}

/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 3

async function acceptJob(
  { db, launcher, beforeCommit }: Accepting,
  job: NewJob,
  run?: Parameters<typeof insertRun>[1],
): Promise<AcceptedConsolidation> {
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const inserted = await db.transaction(async (tx) => {
      const fresh = await insertJob(tx, job)
      if (fresh && run) await insertRun(tx, run)
      if (fresh) await beforeCommit?.(tx, { id: job.id, joined: false })
      return fresh
    })
    const row = await findJobRow(db, job)
    if (inserted && row !== null) launcher.launch(row)
    if (row !== null) return { id: job.id, joined: !inserted }
    const other = await findUnfinishedByLock(db, job.lockKey ?? '')
    if (other === null) continue
    if (isSame(other, job)) return { id: other.id, joined: true }
    throw new MemoirError('conflict', 'Another consolidation is not finished yet.', {
      details: { job: other.id, kind: other.kind },
    })
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}

const isSame = (other: JobRow, { kind, userId, request }: NewJob) =>
  other.kind === kind &&
  other.userId === userId &&
  (other.request['day'] ?? null) === (request['day'] ?? null) &&
  other.request['dryRun'] === request['dryRun']
