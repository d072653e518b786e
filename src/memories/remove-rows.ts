import type { Queryable } from '../stores/database.ts'
import { deleteEdgesOf, entitiesNamedBy } from '../stores/memories/edges.ts'
import { removeUngivenSpellings, removeUnnamedEntities } from '../stores/memories/entities.ts'
import { lockUsers } from '../stores/memory-users.ts'
import { lockMemories, removeMemories } from '../stores/memories/memory-writes.ts'
import type { MemoryRequest } from './request.ts'

/** Removes the rows of what a job has hidden, unless somebody brought it back meanwhile. @returns how many went */
export async function removeRows(
  tx: Queryable,
  { userId, request }: { readonly userId: string; readonly request: MemoryRequest },
): Promise<number> {
  if (request.hard !== true) return 0
  if (!(await lockUsers(tx, [userId])).has(userId)) return 0
  const ids = request.memories.map(({ id }) => id)
  const gone = (await lockMemories(tx, { userId, ids }))
    .filter(({ state }) => state === 'deleted')
    .map(({ id }) => id)
  const entityIds = request.cascade ? await entitiesNamedBy(tx, { userId, traceIds: gone }) : []
  await deleteEdgesOf(tx, { userIds: [userId], traceIds: gone })
  await removeMemories(tx, { userId, ids: gone })
  await removeUnnamedEntities(tx, { userId, entityIds })
  await removeUngivenSpellings(tx, { userId, entityIds, named: entityIds })
  return gone.length
}
