import type { Turn } from '../../domain/transcript.ts'
import type { Queryable } from '../database.ts'

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

const OF_JOB = `from (memoir.raw_session r join memoir.session s on s.id = r.session and s.namespace_id = r.namespace_id
       and r.job_id = $1::uuid)`

/** A post whose turn may have come. */
export interface PostToBegin extends SessionPost {
  /** Whether a post of the same session that was accepted before is still to be processed. */
  readonly waits: boolean
  /** What of the session was processed by now: eight bytes a turn. */
  readonly doneTurns: Buffer
}

export async function findPostToBegin(db: Queryable, jobId: string): Promise<PostToBegin | null> {
  const { rows } = await db.query<PostToBegin>(
    `select ${POST}, s.done_turns as "doneTurns",
            exists (select from memoir.raw_session e
                     where e.session = r.session and e.user_id = r.user_id and e.number < r.number
                       and e.status in ('queued', 'processing')) as waits
       ${OF_JOB}`,
    [jobId],
  )
  return rows[0] ?? null
}

/** A post with what it says. */
export interface PostToRead extends SessionPost {
  /** How often things of the user had been forgotten by then. */
  readonly forgetSeq: number
  /** Turns from a few before the first new one on. */
  readonly said: readonly Turn[]
}

/** @param before so many turns before the first new one */
export async function readPost(
  db: Queryable,
  jobId: string,
  before: number,
): Promise<PostToRead | null> {
  const { rows } = await db.query<
    SessionPost & { forgetSeq: number; from: number; said: readonly Omit<Turn, 'position'>[] }
  >(
    `select ${POST}, u.forget_seq as "forgetSeq", f."from",
            case f."from" when 0 then r.turns
              else jsonb_path_query_array(r.turns, '$[$from to last]', jsonb_build_object('from', f."from")) end as said
       ${OF_JOB} join memoir.memory_user u on u.id = r.user_id,
            lateral (select greatest(0, coalesce(r.first_new, 0) - $2::int) as "from") f`,
    [jobId, before],
  )
  const [row] = rows
  if (row === undefined) return null
  const { from, said, ...post } = row
  return { ...post, said: said.map((turn, at) => ({ ...turn, position: from + at })) }
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
  const { rows } = await db.query<{ said: readonly Omit<Turn, 'position'>[] }>(
    `select jsonb_path_query_array(turns, '$[$from to $last]', jsonb_build_object('from', $3::int, 'last', $4::int - 1)) as said
       from memoir.raw_session where id = $1::uuid and user_id = $2::uuid`,
    [id, userId, from, to],
  )
  return (rows[0]?.said ?? []).map((turn, at) => ({ ...turn, position: from + at }))
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

/**
 * The session has been processed up to and with this post. A beginning of what was processed takes nothing back.
 * @returns the run of the post that waits for this one to end, if any; undefined when there is no such post
 */
export async function endPost(
  db: Queryable,
  jobId: string,
): Promise<{ readonly next: string | null } | undefined> {
  const { rows } = await db.query<{ next: string | null }>(
    `with post as (
       select r.session, r.user_id, r.namespace_id, r.number, r.turn_digests, r.first_new is distinct from jsonb_array_length(r.turns) as anew
         from memoir.raw_session r where r.job_id = $1::uuid),
     done as (
       update memoir.session s set done_turns = p.turn_digests, updated_at = now()
         from post p where s.id = p.session and s.user_id = p.user_id and p.anew)
     select (
       select j.workflow_id
         from memoir.raw_session r join memoir.job j on j.id = r.job_id and j.namespace_id = r.namespace_id
        where r.session = p.session and r.user_id = p.user_id and r.number > p.number and r.status in ('queued', 'processing')
        order by r.number
        limit 1) as next
       from post p`,
    [jobId],
  )
  return rows[0]
}
