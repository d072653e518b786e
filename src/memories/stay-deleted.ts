import { factId } from '../facts/draft.ts'
import { foundIn } from '../forget/found-in.ts'
import {
  keysOf,
  liftForgotten,
  rememberForgotten,
  type ForgetSecret,
  type Item,
} from '../forget/remembered.ts'
import type { Queryable } from '../stores/database.ts'
import type { StandingMemory } from '../stores/memories/memory-writes.ts'

/**
 * What was deleted is not made again of where it came from: a message of a conversation that is read once more, a fact that is found
 * once more, and what a fact was found in is not told again by what is derived. What was said stays; restoring the memory, or saying a fact
 * directly, lifts that.
 */

export interface DeletedOf {
  readonly namespaceId: string
  readonly userId: string
  readonly secret: ForgetSecret
}

type Deleted = Pick<StandingMemory, 'id' | 'kind' | 'content' | 'meta'>

const isMessage = ({ kind, meta }: Deleted) =>
  kind === 'message' && meta['message_id'] !== undefined

function itemsOf(userId: string, memories: readonly Deleted[]): Item[] {
  return memories
    .filter(
      (memory) =>
        isMessage(memory) ||
        (memory.kind === 'fact' && memory.id === factId(userId, memory.content)),
    )
    .map(({ id }) => ({ kind: 'trace', id }))
}

/** The user's row must be locked. */
export async function stayDeleted(
  tx: Queryable,
  of: DeletedOf,
  memories: readonly Deleted[],
): Promise<void> {
  const { userId } = of
  const items = itemsOf(userId, memories)
  if (items.length === 0) return
  const found = await foundIn(tx, { userId, facts: memories, deletedOnly: true })
  await rememberForgotten(tx, of, [...items, ...found])
}

export async function mayComeBack(
  tx: Queryable,
  of: DeletedOf,
  memories: readonly Deleted[],
): Promise<void> {
  const items = itemsOf(of.userId, memories)
  if (items.length === 0) return
  const keys = await keysOf(tx, of.secret)
  await liftForgotten(tx, { namespaceId: of.namespaceId, keys }, items)
}
