import type { Queryable } from '../stores/database.ts'
import { deleteEdgesOf, deleteRelationsOf, entitiesNamedBy } from '../stores/memories/edges.ts'
import { removeUngivenSpellings, removeUnnamedEntities } from '../stores/memories/entities.ts'
import { lockMemories, removeMemories } from '../stores/memories/memory-writes.ts'
import { hideMemories } from './hide.ts'

/**
 * Removes memories with all that hangs on them, and what nothing names any more. The user's row must be locked.
 * @returns how many entities went
 */
export async function removeWhole(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<number> {
  const memories = await lockMemories(tx, { userId, ids })
  const visible = memories.filter(({ state }) => state !== 'deleted')
  const named = await entitiesNamedBy(tx, { userId, traceIds: ids })
  await deleteRelationsOf(tx, { userId, traceIds: ids })
  if (visible.length > 0) await hideMemories(tx, { userId, memories: visible })
  await deleteEdgesOf(tx, { userIds: [userId], traceIds: ids })
  await removeMemories(tx, { userId, ids })
  // All of them: an earlier text may have named what nothing names since.
  const gone = await removeUnnamedEntities(tx, { userId, entityIds: 'all' })
  await removeUngivenSpellings(tx, { userId, entityIds: 'all', named })
  return gone
}
