import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import type { SyncCounts } from '../domain/graph.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { SyncRequest } from '../graph/sync.ts'
import { readSyncRequest } from '../graph/sync-steps.ts'
import type { Database } from '../stores/database.ts'
import {
  findReport,
  lastWholeSync,
  listReports,
  type DriftReport,
} from '../stores/graph/drift-reports.ts'
import { findJobRow, findUnfinishedByLock, insertJob, type JobRow } from '../stores/jobs/jobs.ts'
import { findUserId } from '../stores/memory-users.ts'
import { listNamespaceIds } from '../stores/tenants.ts'
import type { Logger } from '../logger.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import type { Launcher } from './launcher.ts'

/** Comparisons of graph and record as accepted work: one of a namespace at a time. */
export interface Syncs {
  /**
   * Accepts a comparison; the same one that is unfinished is joined.
   * @throws MemoirError `not_found` for a user who is not there, `conflict` while another comparison is unfinished
   */
  accept(request: SyncAccept): Promise<{ readonly id: string }>
  report(key: { readonly namespaceId: string; readonly jobId: string }): Promise<DriftReport | null>
  reports(namespaceId: string, limit: number): Promise<readonly DriftReport[]>
  /** Whether a comparison is not finished yet. */
  isRunning(namespaceId: string): Promise<boolean>
  /** Accepts a repair of every namespace whose last comparison is longer ago than that. */
  acceptDue(everyMs: number): Promise<void>
}

export interface SyncAccept extends SyncRequest {
  readonly namespaceId: string
  /** The caller's own id; undefined is everybody. */
  readonly userId?: string
}

export interface SyncsDependencies {
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
}

export function createSyncs({ db, launcher }: SyncsDependencies): Syncs {
  const accept = async ({ namespaceId, userId, ...request }: SyncAccept) => {
    const user =
      userId === undefined ? null : await findUserId(db, { namespaceId, externalId: userId })
    if (userId !== undefined && user === null) {
      throw new MemoirError('not_found', SENTENCE.not_found)
    }
    return await acceptJob({ db, launcher }, { namespaceId, userId: user, request })
  }
  return {
    accept,
    report: async (key) => await findReport(db, key),
    reports: async (namespaceId, limit) => await listReports(db, namespaceId, limit),
    isRunning: async (namespaceId) =>
      (await findUnfinishedByLock(db, lockOf(namespaceId))) !== null,
    async acceptDue(everyMs) {
      for (const namespaceId of await listNamespaceIds(db)) {
        const last = await lastWholeSync(db, namespaceId)
        if (last !== null && Date.now() - last.getTime() < everyMs) continue
        const repair = { operation: 'repair', dryRun: false, clearExisting: false } as const
        await accept({ namespaceId, ...repair, limit: null }).catch(unlessBusy)
      }
    },
  }
}

/** Another comparison is under way: the next look comes soon enough. */
function unlessBusy(error: unknown): void {
  if (!(error instanceof MemoirError) || error.code !== 'conflict') throw error
}

interface Wanted {
  readonly namespaceId: string
  readonly userId: string | null
  readonly request: SyncRequest
}

const lockOf = (namespaceId: string): string => `sync:${namespaceId}`

/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 3

async function acceptJob(
  { db, launcher }: SyncsDependencies,
  { namespaceId, userId, request }: Wanted,
): Promise<{ id: string }> {
  const lockKey = lockOf(namespaceId)
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const id = uuidv7()
    const inserted = await insertJob(db, {
      id,
      namespaceId,
      userId,
      kind: 'sync',
      workflowId: workflowIdOf('sync', id),
      request: { ...request },
      lockKey,
    })
    if (inserted) {
      const row = await findJobRow(db, { namespaceId, id })
      if (row !== null) launcher.launch(row)
      return { id }
    }
    const other = await findUnfinishedByLock(db, lockKey)
    if (other === null) continue
    if (isSame(other, { namespaceId, userId, request })) return { id: other.id }
    throw new MemoirError('conflict', 'Another comparison is not finished yet.', {
      details: { job: other.id, kind: other.kind },
    })
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}

function isSame(other: JobRow, { userId, request }: Wanted): boolean {
  const theirs = readSyncRequest(other)
  return (
    other.userId === userId &&
    theirs.operation === request.operation &&
    theirs.dryRun === request.dryRun &&
    theirs.clearExisting === request.clearExisting &&
    theirs.limit === request.limit
  )
}

/** All that differed. */
export const inconsistencies = ({ missing, extra, stale, ahead }: SyncCounts): number =>
  missing + extra + stale + ahead

export interface KeepInSync {
  readonly config: Pick<Config, 'PERSISTENCE_AUTO_SYNC' | 'PERSISTENCE_SYNC_INTERVAL_MS'>
  readonly log: Logger
  readonly syncs: Syncs
}

/** How late a comparison may be accepted. */
const LOOK_MS = 60_000

/** Accepts the comparisons that are due until aborted; a failure is tried again at the next look. */
export async function keepInSync(
  { config, log, syncs }: KeepInSync,
  signal: AbortSignal,
): Promise<void> {
  if (!config.PERSISTENCE_AUTO_SYNC) return
  const everyMs = config.PERSISTENCE_SYNC_INTERVAL_MS
  while (!signal.aborted) {
    await syncs.acceptDue(everyMs).catch((error: unknown) => {
      log.warn({ error }, 'a comparison of the stores could not be accepted')
    })
    // Only an abort rejects it, and that is what ends the waiting.
    await sleep(Math.min(LOOK_MS, everyMs), undefined, { signal }).catch(() => undefined)
  }
}
