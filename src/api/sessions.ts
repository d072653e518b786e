import type { JobState } from '../domain/job.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { AcceptedPost } from '../sessions/accept.ts'
import type { Outlook } from '../sessions/outlook.ts'
import type { Queryable } from '../stores/database.ts'
import { readSessionFacts } from '../stores/memories/memories.ts'
import { findSessions, listPosts, type SessionFilter } from '../stores/sessions/session-list.ts'
import type { RawState } from '../stores/sessions/sessions.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { postReach } from './transcripts.ts'

/** Sessions within the reach of a key. */

/** A post's job state, as far as the post itself tells it. */
export const JOB_STATE = {
  queued: 'queued',
  processing: 'running',
  processed: 'succeeded',
  error: 'failed',
} as const satisfies Record<RawState, JobState>

export async function outlookOf(
  { posts }: Pick<ApiServices, 'posts'>,
  principal: Principal,
  { post, collection, db }: { post: AcceptedPost; collection: string; db: Queryable },
): Promise<Outlook> {
  return await posts.outlook(postReach(principal, collection), post, db)
}

export function presentAccepted(post: AcceptedPost, { position, seconds }: Outlook) {
  return {
    id: post.id,
    job: post.jobId,
    status: JOB_STATE[post.status],
    session_id: post.sessionId,
    queue_position: position,
    estimated_seconds: seconds,
  }
}

export interface SessionKey {
  readonly sessionId: string
  readonly collection?: string | undefined
  /** The caller's own id. */
  readonly userId?: string | undefined
}

/**
 * A session with its posts, its summary and what was made of it.
 * @throws MemoirError `not_found`; `conflict` when several have the id and it is not said which is meant
 */
export async function readSession(
  { db }: Pick<ApiServices, 'db'>,
  principal: Principal,
  { sessionId, collection, userId: externalUserId }: SessionKey,
) {
  const wanted: Pick<SessionFilter, 'externalUserId'> = { externalUserId }
  const found = await findSessions(db, {
    ...postReach(principal, collection),
    ...wanted,
    sessionId,
  })
  const [session, other] = found
  if (session === undefined) throw new MemoirError('not_found', SENTENCE.not_found)
  if (other !== undefined) {
    const message = 'Several sessions have this id: name the user_id and the collection.'
    throw new MemoirError('conflict', message, { details: { field: 'session_id' } })
  }
  const { id, owner, ...shown } = session
  const posts = await listPosts(db, { id, owner })
  const memories = await readSessionFacts(db, { session: id, sessionId, userId: owner })
  return { ...shown, posts, memories }
}
