import type { ForgetSecret } from '../forget/remembered.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { deleteModelAnswers } from '../stores/forget/forget.ts'
import { lockUser } from '../stores/memory-users.ts'

/** Work on texts takes minutes; what is forgotten meanwhile must not come back with it. */
export interface Fence {
  readonly namespaceId: string
  readonly secret: ForgetSecret
  /** How often things of the user had been forgotten when the texts were read. */
  readonly seq: number
}

interface Fenced {
  readonly db: Database
  readonly userId: string
  readonly fence?: Fence
}

/**
 * Writes under the user's lock, unless something was forgotten since the texts were read: then the step is done again.
 * @throws MemoirError `suppressed_user`, `in_progress`
 */
export async function fencedTransaction<T>(
  { db, userId, fence }: Fenced,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  let stale = false
  try {
    return await db.transaction(async (tx) => {
      const seq = await lockUser(tx, userId)
      if (seq === null) throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
      stale = fence !== undefined && seq !== fence.seq
      if (stale) throw new MemoirError('in_progress', SENTENCE.in_progress)
      return await work(tx)
    })
  } catch (error) {
    // What a model answered to texts that are forgotten by now.
    if (stale) await deleteModelAnswers(db, userId)
    throw error
  }
}
