import { removeWhole } from '../memories/remove-whole.ts'
import { cleanedTurns, maskedTurns, type Steering } from '../steering/steering.ts'
import type { Database } from '../stores/database.ts'
import { findDerived, takeConversation } from '../stores/memories/fact-grounds.ts'
import { lockUsers } from '../stores/memory-users.ts'
import { messageTraceId } from './conversation.ts'
import type { ConversationPlan, Heard, ReadConversation } from './plan.ts'

/** What the operator wants remembered, applied to conversations of a source. */

/** A conversation as it is remembered. What the source says is hashed before, so that it stays the same conversation. */
export function steeredConversation<C extends ReadConversation>(
  conversation: C,
  steering: Steering | undefined,
): C {
  if (steering === undefined) return conversation
  const { title, turns } = conversation
  const shown = title === null ? null : steering.masked(title)
  return {
    ...conversation,
    title: shown !== null && steering.refuses(shown) === undefined ? shown : null,
    turns: cleanedTurns(steering, turns),
  }
}

/** A conversation as models read it. */
export function heardIn(
  conversation: ReadConversation,
  {
    namespaceId,
    source,
    steering,
  }: {
    readonly namespaceId: string
    readonly source: string
    readonly steering?: Steering | undefined
  },
): Heard {
  const heard = maskedTurns(steering, conversation.turns)
  const ref = { namespaceId, source, conversationId: conversation.id }
  return { heard, heardIds: new Set(heard.map(({ id }) => messageTraceId(ref, id))) }
}

/**
 * Facts and summaries that earlier runs made of these conversations, and that may not be remembered any more, lose them as grounds; those
 * that rest on nothing else go. Before new ones are made, so that none is taken for a duplicate of what goes. May be repeated.
 */
export async function removeRefused(
  plans: readonly ConversationPlan[],
  {
    db,
    source,
    steering,
  }: {
    readonly db: Database
    readonly source: string
    readonly steering?: Steering | undefined
  },
): Promise<void> {
  const known = plans.filter(({ outcome, reindex }) => outcome === 'updated' && !reindex)
  if (steering === undefined || known.length === 0) return
  const grounds = known.map(({ userId, conversation: { id } }) => ({ userId, conversationId: id }))
  const derived = await findDerived(db, source, grounds)
  const refused = derived.filter(({ content }) => steering.refuses(content) !== undefined)
  if (refused.length === 0) return
  await db.transaction(async (tx) => {
    const locked = await lockUsers(tx, [...new Set(refused.map(({ userId }) => userId))])
    for (const [userId, some] of Map.groupBy(refused, (one) => one.userId)) {
      if (!locked.has(userId)) continue
      await removeWhole(tx, { userId, ids: await takeConversation(tx, { userId, memories: some }) })
    }
  })
}
