import { v7 as uuidv7 } from 'uuid'
import { MemoirError } from '../errors.ts'
import type { SpaceIdentity } from '../providers/embedder.ts'
import type { Queryable } from '../stores/database.ts'
import { findUnfinishedByLock, insertJob } from '../stores/jobs/jobs.ts'
import { openShadow } from '../stores/spaces/reembed.ts'
import { findSpace, lockActiveSpace, sameSpace } from '../stores/spaces/spaces.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import { readReembedRequest, REEMBED_LOCK } from './job.ts'

export interface ReembedAccept {
  readonly namespaceId: string
  readonly wanted: SpaceIdentity
  /** Goes back to the space before. */
  readonly undo: boolean
}

/** An accepted job, in the transaction of whoever accepts it; `fresh` has to be started once that is committed. */
export interface AcceptedReembed {
  readonly id: string
  readonly fresh: boolean
}

/**
 * Accepts that all memories are embedded anew. From the same moment on every writer notes what it writes. The same while one is
 * unfinished joins it.
 * @throws MemoirError `conflict` while another one is unfinished, or when there is nothing to do
 */
export async function acceptReembed(
  tx: Queryable,
  { namespaceId, wanted, undo }: ReembedAccept,
): Promise<AcceptedReembed> {
  const active = await lockActiveSpace(tx)
  if (active === null || sameSpace(active, wanted)) {
    throw new MemoirError('conflict', 'The memories are embedded with that model already.')
  }
  const other = await findUnfinishedByLock(tx, REEMBED_LOCK)
  if (other !== null) {
    const before = readReembedRequest(other)
    const to = await findSpace(tx, before.to)
    if (to !== null && sameSpace(to, wanted) && before.undo === undo) {
      return { id: other.id, fresh: false }
    }
    throw unfinished(other)
  }
  const shadow = await openShadow(tx, { from: active.id, wanted })
  if (shadow === null) throw new MemoirError('conflict', 'The embedding space cannot be filled.')
  const id = uuidv7()
  await insertJob(tx, {
    id,
    namespaceId,
    userId: null,
    kind: 'reembed',
    workflowId: workflowIdOf('reembed', id),
    request: { from: active.id, to: shadow.id, undo },
    lockKey: REEMBED_LOCK,
  })
  return { id, fresh: true }
}

/** @throws MemoirError `conflict` with the job while memories are embedded anew */
export async function requireNoReembed(tx: Queryable): Promise<void> {
  const other = await findUnfinishedByLock(tx, REEMBED_LOCK)
  if (other !== null) throw unfinished(other)
}

function unfinished({ id, kind }: { readonly id: string; readonly kind: string }): MemoirError {
  return new MemoirError('conflict', 'The memories are being embedded anew: end that job first.', {
    details: { job: id, kind },
  })
}
