import type { Turn } from '../domain/transcript.ts'
import type { FactContext } from '../facts/extract.ts'
import { summaryId } from '../facts/summary-id.ts'
import { summariseTurns } from '../facts/summarise.ts'
import { findSummary, saveSummaryId, type SessionPost } from '../stores/sessions/session-posts.ts'
import { linkSessions } from '../stores/memories/summaries.ts'

/**
 * Brings a session's summary up to date with the new turns of a post, and points from it to the user's other sessions on the same
 * matter.
 */
export async function summarisePost(
  context: FactContext,
  { post, turns }: { post: SessionPost; turns: readonly Turn[] },
): Promise<void> {
  const { userId, session, sessionId, collection } = post
  const id = summaryId(userId, ['session', session])
  const extended = (post.firstNew ?? 0) > 0
  await summariseTurns(context, {
    step: 'post',
    of: {
      id,
      sessionId,
      conversationId: null,
      collection: collection === '' ? null : collection,
      source: 'session',
    },
    turns,
    before: extended ? await findSummary(context.db, post, id) : null,
    at: post.queuedAt,
    also: async (tx) => {
      await saveSummaryId(tx, post, id)
      await linkSessions(tx, { id, userId, sessionId })
    },
  })
}
