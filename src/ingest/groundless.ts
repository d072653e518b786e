import { removeWhole } from '../memories/remove-whole.ts'
import type { Queryable } from '../stores/database.ts'
import { takeGrounds, type Ground } from '../stores/memories/fact-grounds.ts'
import type { StoredTrace } from '../stores/memories/traces.ts'
import type { ConversationPlan } from './plan.ts'

/**
 * Facts and summaries that rested on what a source took back go with it: those of a conversation that is somebody else's now, and
 * those of messages that are no longer there. What they had replaced stands again. The users' rows must be locked.
 */
export async function removeGroundless(
  tx: Queryable,
  source: string,
  { plans, moved }: { plans: readonly ConversationPlan[]; moved: readonly StoredTrace[] },
): Promise<void> {
  const groundless = await takeGrounds(tx, {
    source,
    conversations: [...movedFrom(moved), ...plans.flatMap(emptied)],
    messages: plans.flatMap(withdrawn),
  })
  for (const [userId, some] of Map.groupBy(groundless, (one) => one.userId)) {
    const ids = some.map(({ id }) => id)
    await removeWhole(tx, { userId, ids })
  }
}

/** Messages that their source has no more. One that is not remembered as it was said may still hold facts. */
const withdrawn = ({ removed, heardIds }: ConversationPlan): StoredTrace[] =>
  removed.filter(({ id, kind }) => kind === 'message' && !heardIds.has(id))

function movedFrom(moved: readonly StoredTrace[]): Ground[] {
  const grounds = moved.map(({ userId, conversationId }) => ({ userId, conversationId }))
  const keyOf = ({ userId, conversationId }: Ground) => JSON.stringify([userId, conversationId])
  return [...new Map(grounds.map((ground) => [keyOf(ground), ground])).values()]
}

/** Of a conversation that says nothing any more nobody makes a new summary. */
const emptied = ({ conversation, heard, userId }: ConversationPlan): Ground[] =>
  conversation.turns.length === 0 && heard.length === 0
    ? [{ userId, conversationId: conversation.id }]
    : []
