import { SYNC_OPERATIONS } from '../domain/graph.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { refusedAs } from '../stores/database.ts'
import { findJobRow, type JobRow } from '../stores/jobs/jobs.ts'
import {
  beginSync,
  endSync,
  syncStep,
  type SyncJob,
  type SyncKey,
  type SyncRequest,
} from './sync.ts'
import type { GraphParts } from './write.ts'

/** A comparison as the steps of its run ask for it: what it is to do stands in the job's row. */
export interface SyncSteps {
  begin(key: SyncKey): Promise<void>
  /** @returns whether there is more to do */
  page(key: SyncKey): Promise<boolean>
  finish(key: SyncKey): Promise<void>
}

export function createSyncSteps(parts: GraphParts): SyncSteps {
  const jobOf = async ({ jobId, namespaceId }: SyncKey): Promise<SyncJob> => {
    const row = await findJobRow(parts.db, { namespaceId, id: jobId })
    if (row === null) throw new MemoirError('not_found', SENTENCE.not_found)
    return { jobId, namespaceId, userId: row.userId, request: readSyncRequest(row) }
  }
  return {
    begin: async (key) => await compare(async () => await beginSync(parts, await jobOf(key))),
    page: async (key) => await compare(async () => await syncStep(parts, await jobOf(key))),
    finish: async (key) => void (await compare(async () => await endSync(parts, key))),
  }
}

const compare = async <T>(work: () => Promise<T>): Promise<T> =>
  await refusedAs('sync_failed', work)

/** @throws MemoirError `internal` when the row holds something else */
export function readSyncRequest({ request }: Pick<JobRow, 'request'>): SyncRequest {
  const { dryRun, clearExisting, limit } = request
  const operation = SYNC_OPERATIONS.find((known) => known === request['operation'])
  if (
    operation !== undefined &&
    typeof dryRun === 'boolean' &&
    typeof clearExisting === 'boolean' &&
    (limit === null || typeof limit === 'number')
  ) {
    return { operation, dryRun, clearExisting, limit }
  }
  throw new MemoirError('internal', 'the row of a comparison does not hold its request')
}
