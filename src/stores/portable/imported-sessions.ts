import type { Queryable } from '../database.ts'

/** Sessions out of a file. Their posts were processed elsewhere: no work follows, and what stands is left as it is. */

export interface SessionName {
  readonly userId: string
  readonly collection: string
  readonly sessionId: string
}

export interface ImportedSession extends SessionName {
  readonly id: string
  readonly namespaceId: string
  readonly posts: number
  readonly doneTurns: Buffer
  readonly createdAt: string
  readonly updatedAt: string
}

/** @returns whether it is new */
export async function insertSession(tx: Queryable, session: ImportedSession): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into memoir.session (id, namespace_id, user_id, collection, session_id, posts, done_turns, created_at, updated_at)
     values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::timestamptz, $9::timestamptz)
     on conflict (namespace_id, collection, user_id, session_id) do nothing`,
    [
      session.id,
      session.namespaceId,
      session.userId,
      session.collection,
      session.sessionId,
      session.posts,
      session.doneTurns,
      session.createdAt,
      session.updatedAt,
    ],
  )
  return rowCount === 1
}

/** The session's surrogate uuid; null when there is none. */
export async function findSession(
  tx: Queryable,
  { userId, collection, sessionId }: SessionName,
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from memoir.session where user_id = $1::uuid and collection = $2 and session_id = $3`,
    [userId, collection, sessionId],
  )
  return rows[0]?.id ?? null
}

export interface ImportedPost {
  readonly id: string
  readonly jobId: string
  readonly session: string
  readonly userId: string
  readonly number: number
  readonly status: 'processed' | 'error'
  readonly error: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly textHash: Buffer
  readonly digests: Buffer
  readonly bytes: number
  readonly firstNew: number | null
  readonly facts: number
  readonly superseded: number
  readonly queuedAt: string
  readonly startedAt: string | null
  readonly processedAt: string | null
}

/** A post that says nothing yet: its turns follow. @returns whether it is new */
export async function insertImportedPost(tx: Queryable, post: ImportedPost): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into memoir.raw_session
       (id, session, namespace_id, user_id, collection, number, job_id, text_hash, turns, turn_digests, metadata, bytes, first_new,
        status, error, facts, superseded, queued_at, started_at, processed_at)
     select $1::uuid, s.id, s.namespace_id, s.user_id, s.collection, $4::int, $5::uuid, $6, '[]'::jsonb, $7, $8::jsonb, $9::int,
            $10::int, $11, $12, $13::int, $14::int, $15::timestamptz, $16::timestamptz, coalesce($17::timestamptz, now())
       from memoir.session s
      where s.id = $2::uuid and s.user_id = $3::uuid
     on conflict do nothing`,
    [
      post.id,
      post.session,
      post.userId,
      post.number,
      post.jobId,
      post.textHash,
      post.digests,
      JSON.stringify(post.metadata),
      post.bytes,
      post.firstNew,
      post.status,
      post.error,
      post.facts,
      post.superseded,
      post.queuedAt,
      post.startedAt,
      post.processedAt,
    ],
  )
  return rowCount === 1
}

export interface ImportedTurns {
  readonly session: string
  readonly userId: string
  readonly number: number
  readonly from: number
  /** JSON: [{ role, name, content, at }]. */
  readonly turns: string
}

/** Adds turns where the post ends. @returns how many turns it had before; null when there is no such post */
export async function appendTurns(
  tx: Queryable,
  { session, userId, number, from, turns }: ImportedTurns,
): Promise<number | null> {
  const { rows } = await tx.query<{ before: number }>(
    `with post as (
       select id, jsonb_array_length(turns) as before from memoir.raw_session
        where session = $1::uuid and user_id = $2::uuid and number = $3::int
          for update)
     update memoir.raw_session r
        set turns = case when post.before = $4::int then r.turns || $5::jsonb else r.turns end
       from post
      where r.id = post.id and r.user_id = $2::uuid
     returning post.before`,
    [session, userId, number, from, turns],
  )
  return rows[0]?.before ?? null
}

/** Which memory sums a session up, when it has one. */
export async function pointToSummary(
  tx: Queryable,
  { userId, session, summary }: { userId: string; session: string; summary: string },
): Promise<void> {
  await tx.query(
    `update memoir.session set summary_trace_id = $3::uuid
      where id = $1::uuid and user_id = $2::uuid and summary_trace_id is null`,
    [session, userId, summary],
  )
}
