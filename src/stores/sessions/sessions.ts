import type { Queryable } from '../database.ts'

/** Sessions and the posts of each, as they are accepted. What becomes of a post follows its job by a trigger. */

export const RAW_STATES = ['queued', 'processing', 'processed', 'error'] as const
export type RawState = (typeof RAW_STATES)[number]

export interface NewPost {
  readonly namespaceId: string
  /** The caller's own id. */
  readonly externalUserId: string
  readonly collection: string
  readonly sessionId: string
  /** Ids of the rows to be; the session's is used when there is none yet. */
  readonly ids: { readonly session: string; readonly post: string; readonly job: string }
  readonly textHash: Buffer
  /** JSON: [{ role, name, content, at }]. */
  readonly turns: string
  readonly digests: Buffer
  /** JSON object. */
  readonly metadata: string
  readonly bytes: number
  readonly workflowId: string
  /** How often the user had had something forgotten when the turns were looked through. */
  readonly forgetSeq: number
}

export interface PostRow {
  readonly id: string
  readonly session: string
  readonly userId: string
  readonly jobId: string
  readonly number: number
  readonly status: RawState
  readonly queuedAt: Date
  /** False when the session had this text before. */
  readonly fresh: boolean
}

/**
 * A post with its session and its job, in one statement: all of it or nothing. The session's row is locked, so numbers are the
 * order of acceptance. A text that the session has is found and nothing is written.
 * @returns null when there is no such user (any more), or something of theirs was forgotten since
 * @throws a unique violation when the same text is being accepted at the same time; asked again it is found
 */
export async function insertPost(db: Queryable, post: NewPost): Promise<PostRow | null> {
  const { rows } = await db.query<PostRow>(
    `with owner as (
       select id from memoir.memory_user
        where namespace_id = $1::uuid and external_id = $2 and erased_at is null and forget_seq = $14::bigint
     ), known as (
       select r.id, r.session, r.user_id, r.job_id, r.number, r.status, r.queued_at
         from owner o
         join memoir.session s on s.namespace_id = $1::uuid and s.collection = $3 and s.user_id = o.id and s.session_id = $4
         join memoir.raw_session r on r.session = s.id and r.text_hash = $8
     ), place as (
       insert into memoir.session as s (id, namespace_id, user_id, collection, session_id, posts)
       select $5::uuid, $1::uuid, o.id, $3, $4, 1 from owner o where not exists (select from known)
       on conflict (namespace_id, collection, user_id, session_id) do update
         set posts = s.posts + 1, updated_at = now()
       returning s.id, s.posts, s.user_id
     ), post as (
       insert into memoir.raw_session
              (id, session, namespace_id, user_id, collection, number, job_id, text_hash, turns, turn_digests, metadata, bytes)
       select $6::uuid, p.id, $1::uuid, p.user_id, $3, p.posts, $7::uuid, $8, $9::jsonb, $10, $11::jsonb, $12::int
         from place p
       returning id, session, user_id, job_id, number, status, queued_at
     ), work as (
       insert into memoir.job (id, namespace_id, user_id, kind, workflow_id, request)
       select job_id, $1::uuid, user_id, 'session', $13,
              jsonb_build_object('rawSessionId', id, 'sessionUuid', session)
         from post
     )
     select id, session, user_id as "userId", job_id as "jobId", number, status, queued_at as "queuedAt", true as fresh from post
     union all
     select id, session, user_id, job_id, number, status, queued_at, false from known`,
    [
      post.namespaceId,
      post.externalUserId,
      post.collection,
      post.sessionId,
      post.ids.session,
      post.ids.post,
      post.ids.job,
      post.textHash,
      post.turns,
      post.digests,
      post.metadata,
      post.bytes,
      post.workflowId,
      post.forgetSeq,
    ],
  )
  return rows[0] ?? null
}
