import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Launcher } from '../jobs/launcher.ts'
import type { Database } from '../stores/database.ts'
import { findJobRow, findUnfinishedByLock, insertJob } from '../stores/jobs/jobs.ts'
import { noteRequest } from '../stores/narratives/narratives.ts'
import { workflowIdOf } from '../temporal/ids.ts'

export interface NarrativeAcceptor {
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
}

export interface NarrativeWanted {
  readonly namespaceId: string
  readonly userId: string
  /** Made anew even when nothing has changed. */
  readonly force: boolean
  /** Nobody waits for it: the vendor answers others first. */
  readonly bulk?: boolean
}

/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 5
const TRY_MS = 20

/** Accepts the generation of one narrative; one that is under way is joined, and asked to be done once more when it is forced. */
export async function acceptNarrative(
  { db, launcher }: NarrativeAcceptor,
  { namespaceId, userId, force, bulk = false }: NarrativeWanted,
): Promise<{ readonly id: string }> {
  const lockKey = `narrative:${userId}`
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const id = uuidv7()
    const workflowId = workflowIdOf('narrative', id)
    const job = { id, namespaceId, userId, kind: 'narrative' as const, workflowId, lockKey }
    if (await insertJob(db, { ...job, request: { force, ...(bulk ? { bulk } : {}) } })) {
      const row = await findJobRow(db, { namespaceId, id })
      if (row !== null) launcher.launch(row)
      return { id }
    }
    const other = await findUnfinishedByLock(db, lockKey)
    if (other !== null) {
      if (force) await noteRequest(db, userId)
      return { id: other.id }
    }
    await sleep(TRY_MS)
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}
