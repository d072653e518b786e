import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { openReceipt } from '../stores/forget/erasure-receipts.ts'
import { endJobsOf, findErasureJob, lockForErasure, markErased } from '../stores/forget/erasure.ts'
import { findJobRow, insertJob, type JobRow } from '../stores/jobs/jobs.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import { noteErased } from './ledger.ts'
import { suppressUser } from './remembered.ts'

export interface ErasureContext {
  readonly config: Config
  readonly db: Database
  readonly launch: (row: JobRow) => void
}

export interface ErasureAccept {
  readonly namespaceId: string
  /** The caller's own id of the user. */
  readonly name: string
  /** Who asks, for the audit log. */
  readonly actor: string
}

/**
 * Accepts that everything of a user goes. From here on all refuses them, and their jobs have ended with `suppressed_user`; asked
 * again, it is the same erasure.
 * @throws MemoirError `not_found`
 */
export async function acceptErasure(
  context: ErasureContext,
  accept: ErasureAccept,
): Promise<{ readonly id: string }> {
  const { db, launch } = context
  const { namespaceId } = accept
  const { id, fresh } = await db.transaction(async (tx) => await begin(tx, context, accept))
  const row = fresh ? await findJobRow(db, { namespaceId, id }) : null
  if (row !== null) launch(row)
  return { id }
}

async function begin(
  tx: Queryable,
  { config }: ErasureContext,
  { namespaceId, name, actor }: ErasureAccept,
): Promise<{ id: string; fresh: boolean }> {
  const user = await lockForErasure(tx, { namespaceId, name })
  if (user === null) throw new MemoirError('not_found', SENTENCE.not_found)
  const { id: userId, erased } = user
  const before = erased ? await findErasureJob(tx, userId) : null
  if (before !== null) return { id: before, fresh: false }
  const id = uuidv7()
  await markErased(tx, { userId, erasureId: id })
  const { key, hash } = await suppressUser(
    tx,
    { namespaceId, secret: config.MEMOIR_ENCRYPTION_KEY },
    name,
  )
  const code = 'suppressed_user'
  const error = { code, message: SENTENCE[code], step: 'eraseUser' }
  await endJobsOf(tx, { userId, except: id, error })
  await insertJob(tx, {
    id,
    namespaceId,
    userId,
    kind: 'erase',
    workflowId: workflowIdOf('erase', id),
    request: { actor, waitSeconds: config.ERASE_WAIT_SECONDS },
    lockKey: `erase:${userId}`,
  })
  await openReceipt(tx, { id, namespaceId, userId })
  await noteErased(tx, config, { namespaceId, userId: null, key, hashes: [{ kind: 'user', hash }] })
  return { id, fresh: true }
}
