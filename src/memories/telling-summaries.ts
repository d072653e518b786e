import { foundIn, summariesSaying } from '../forget/found-in.ts'
import type { Item } from '../forget/remembered.ts'
import { findDaySummaries } from '../stores/forget/forget.ts'
import type { Queryable } from '../stores/database.ts'
import { lockMemories, type StandingMemory } from '../stores/memories/memory-writes.ts'
import { hideMemories } from './hide.ts'
import { removeWhole } from './remove-whole.ts'

/**
 * Summaries go with what they tell of: those of the days that deleted memories were part of, which the next consolidation makes again
 * of what is left, and any other that says the same words. The user's row must be locked; to be called before the memories are hidden.
 */
export async function dropTellingSummaries(
  tx: Queryable,
  {
    userId,
    memories,
    hard,
  }: { userId: string; memories: readonly StandingMemory[]; hard: boolean },
): Promise<void> {
  const told = memories.filter(({ kind }) => kind !== 'summary')
  if (told.length === 0) return
  const days = await findDaySummaries(
    tx,
    userId,
    memories.map(({ id }) => id),
  )
  const found = await foundIn(tx, { userId, facts: told, deletedOnly: true })
  const items = told.map(({ content }): Item => ({ kind: 'content', userId, content }))
  const except = [...memories, ...days]
  const saying = await summariesSaying(tx, { userId, items: [...items, ...found], except })
  const ids = (some: readonly { readonly id: string }[]) => some.map(({ id }) => id)
  const removed = ids(hard ? [...days, ...saying] : days)
  if (removed.length > 0) await removeWhole(tx, { userId, ids: removed })
  if (hard || saying.length === 0) return
  // They can be restored like what they tell of.
  const hidden = await lockMemories(tx, { userId, ids: ids(saying) })
  const visible = hidden.filter(({ state }) => state !== 'deleted')
  if (visible.length > 0) await hideMemories(tx, { userId, memories: visible })
}
