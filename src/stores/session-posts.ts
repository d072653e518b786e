import type { Turn } from '../domain/transcript.ts'
import type { Queryable } from './database.ts'

/** Posts of transcripts as the work on them sees them. */

export interface SessionPost {
  /** The post's own id. */
  readonly id: string
  /** The session's surrogate uuid, and the caller's own id of it. */
  readonly session: string
  readonly sessionId: string
  readonly collection: string
  readonly namespaceId: string
  readonly userId: string
  readonly number: number
  readonly turns: number
  readonly turnDigests: Buffer
  /** The first turn that no earlier post had; null until the post is begun. */
  readonly firstNew: number | null
  readonly superseded: number
  readonly queuedAt: Date
}

const POST = `r.id, r.session, s.session_id as "sessionId", r.collection, r.namespace_id as "namespaceId", r.user_id as "userId",
  r.number, jsonb_array_length(r.turns) as turns, r.turn_digests as "turnDigests", r.first_new as "firstNew", r.superseded,
  r.queued_at as "queuedAt"`

export async function findPost(db: Queryable, jobId: string): Promise<SessionPost | null> {
  const { rows } = await db.query<SessionPost>(
    `select ${POST}
       from memoir.raw_session r join memoir.session s on s.id = r.session and s.namespace_id = r.namespace_id
      where r.job_id = $1::uuid`,
    [jobId],
  )
  return rows[0] ?? null
}

/** Whether a post of the same session that was accepted before is still to be processed. */
export async function hasEarlierPost(
  db: Queryable,
  { session, number, userId }: Pick<SessionPost, 'session' | 'number' | 'userId'>,
): Promise<boolean> {
  const { rows } = await db.query(
    `select from memoir.raw_session
      where session = $1::uuid and user_id = $3::uuid and number < $2 and status in ('queued', 'processing')
      limit 1`,
    [session, number, userId],
  )
  return rows.length > 0
}

/** The run of the post that waits for this one to end, if any. */
export async function nextPostRun(
  db: Queryable,
  { session, number, userId }: Pick<SessionPost, 'session' | 'number' | 'userId'>,
): Promise<string | null> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select j.workflow_id
       from memoir.raw_session r join memoir.job j on j.id = r.job_id and j.namespace_id = r.namespace_id
      where r.session = $1::uuid and r.user_id = $3::uuid and r.number > $2 and r.status in ('queued', 'processing')
      order by r.number
      limit 1`,
    [session, number, userId],
  )
  return rows[0]?.workflow_id ?? null
}

/** What of the session was processed by now: eight bytes a turn. */
export async function doneTurns(
  db: Queryable,
  { session, userId }: Pick<SessionPost, 'session' | 'userId'>,
): Promise<Buffer> {
  const { rows } = await db.query<{ done_turns: Buffer }>(
    `select done_turns from memoir.session where id = $1::uuid and user_id = $2::uuid`,
    [session, userId],
  )
  return rows[0]?.done_turns ?? Buffer.alloc(0)
}

/** Fixes where a post begins, once. @returns where it begins */
export async function fixFirstNew(
  db: Queryable,
  { id, userId }: Pick<SessionPost, 'id' | 'userId'>,
  firstNew: number,
): Promise<number> {
  const { rows } = await db.query<{ first_new: number }>(
    `update memoir.raw_session set first_new = coalesce(first_new, $3)
      where id = $1::uuid and user_id = $2::uuid
      returning first_new`,
    [id, userId, firstNew],
  )
  return rows[0]?.first_new ?? firstNew
}

/** Turns `from` (inclusive) to `to` (exclusive) of a post. */
export async function readTurns(
  db: Queryable,
  { id, userId }: Pick<SessionPost, 'id' | 'userId'>,
  { from, to }: { from: number; to: number },
): Promise<Turn[]> {
  const { rows } = await db.query<Turn>(
    `select (t.position - 1)::int as position, t.turn->>'role' as role, t.turn->>'name' as name,
            t.turn->>'content' as content, t.turn->>'at' as at
       from memoir.raw_session r, jsonb_array_elements(r.turns) with ordinality as t(turn, position)
      where r.id = $1::uuid and r.user_id = $2::uuid and t.position > $3 and t.position <= $4
      order by t.position`,
    [id, userId, from, to],
  )
  return rows
}

/** Adds what a group of facts came to; in the transaction that wrote them. */
export async function countFacts(
  tx: Queryable,
  { id, userId }: Pick<SessionPost, 'id' | 'userId'>,
  { facts, superseded }: { facts: number; superseded: number },
): Promise<void> {
  await tx.query(
    `update memoir.raw_session set facts = facts + $3, superseded = superseded + $4
      where id = $1::uuid and user_id = $2::uuid`,
    [id, userId, facts, superseded],
  )
}

/** The text of a session's summary, when there is one. */
export async function findSummary(
  db: Queryable,
  { userId }: Pick<SessionPost, 'userId'>,
  id: string,
): Promise<string | null> {
  const { rows } = await db.query<{ content: string }>(
    `select content from memoir.memory_trace
      where id = $1::uuid and user_id = $2::uuid and kind = 'summary' and state = 'active'`,
    [id, userId],
  )
  return rows[0]?.content ?? null
}

/** The session has a summary from now on. */
export async function saveSummaryId(
  tx: Queryable,
  { session, userId }: Pick<SessionPost, 'session' | 'userId'>,
  id: string,
): Promise<void> {
  await tx.query(
    `update memoir.session set summary_trace_id = $3::uuid, updated_at = now()
      where id = $1::uuid and user_id = $2::uuid`,
    [session, userId, id],
  )
}

/** The session has been processed up to and with this post. A beginning of what was processed takes nothing back. */
export async function saveDone(
  db: Queryable,
  { session, userId, turnDigests, firstNew, turns }: SessionPost,
): Promise<void> {
  if (firstNew === turns) return
  await db.query(
    `update memoir.session set done_turns = $3, updated_at = now()
      where id = $1::uuid and user_id = $2::uuid`,
    [session, userId, turnDigests],
  )
}
