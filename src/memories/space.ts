import { MemoirError } from '../errors.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import { ensureActiveSpace, sameSpace, type Space } from '../stores/spaces/spaces.ts'

/**
 * The space that this embedder's vectors may be written into.
 * @throws MemoirError `reembed_required` when the stored vectors come from another model
 */
export async function requireSpace(db: Database, embedder: Embedder): Promise<Space> {
  await embedder.ready?.()
  const space = await ensureActiveSpace(db, embedder.identity)
  if (sameSpace(space, embedder.identity)) return space
  // The space may have been switched a moment ago.
  await embedder.refresh?.()
  if (sameSpace(space, embedder.identity)) return space
  throw new MemoirError(
    'reembed_required',
    `the stored vectors come from ${space.model} (${space.dimensions}), configured is ${embedder.identity.model} (${embedder.identity.dimensions})`,
  )
}
