import type { Queryable } from '../database.ts'

/** Summaries of sessions and conversations, and how they point to what they sum up. */

/** What a summary is of: a session or a conversation. */
export interface Summarised {
  readonly id: string
  readonly sessionId: string | null
  readonly conversationId: string | null
  readonly collection: string | null
  readonly source: string | null
}

export interface SummaryWrite extends Summarised {
  readonly userId: string
  readonly jobId: string
  readonly content: string
  readonly contentHash: Buffer
  readonly occurredAt: Date
  readonly model: string
  readonly promptVersion: string
  readonly scope?: string
  readonly language: string
  readonly textLength: number
  readonly windowLength: number
}

export interface WrittenSummary {
  readonly id: string
  readonly seq: number
  readonly revision: number
  /** What it was before; null when there was none. */
  readonly before: {
    readonly textLength: number
    readonly windowLength: number
    readonly vectorRevision: number
  } | null
}

/**
 * Inserts a summary, or gives it a new revision when its text is another, and keeps the one before. Postings and vector follow in the
 * same transaction. The user's row must be locked. @returns null when nothing changed
 */
export async function writeSummary(
  tx: Queryable,
  summary: SummaryWrite,
): Promise<WrittenSummary | null> {
  const { rows } = await tx.query<WrittenSummary>(
    `with before as (
       select id, revision, user_id, content, content_hash, meta, updated_at, text_length, window_length, vector_revision
         from memoir.memory_trace
        where id = $1::uuid and user_id = $2::uuid and state = 'active' and content_hash <> $4),
     kept as (
       insert into memoir.memory_revision (trace_id, revision, user_id, content, content_hash, meta, job_id, valid_from)
       select id, revision, user_id, content, content_hash, meta, $15::uuid, updated_at from before
       on conflict (trace_id, revision) do nothing)
     insert into memoir.memory_trace as t
       (id, user_id, kind, content, content_hash, session_id, conversation_id, collection, source, occurred_at, model, prompt_version,
        language, text_length, window_length, vector_state, vector_revision, searchable_at, scope)
     values ($1::uuid, $2::uuid, 'summary', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'written', 1, now(), coalesce($16, 'personal'))
     on conflict (id) do update
       set content = excluded.content, content_hash = excluded.content_hash, occurred_at = excluded.occurred_at,
           model = excluded.model, prompt_version = excluded.prompt_version, revision = t.revision + 1,
           scope = coalesce($16, t.scope), language = excluded.language, text_length = excluded.text_length, window_length = excluded.window_length,
           vector_state = 'written', vector_revision = t.revision + 1, searchable_at = coalesce(t.searchable_at, now()),
           updated_at = now()
       where t.user_id = excluded.user_id and t.state = 'active' and t.content_hash <> excluded.content_hash
     returning id, seq, revision, (
       select jsonb_build_object('textLength', b.text_length, 'windowLength', b.window_length, 'vectorRevision', b.vector_revision)
         from before b) as before`,
    [
      summary.id,
      summary.userId,
      summary.content,
      summary.contentHash,
      summary.sessionId,
      summary.conversationId,
      summary.collection,
      summary.source,
      summary.occurredAt,
      summary.model,
      summary.promptVersion,
      summary.language,
      summary.textLength,
      summary.windowLength,
      summary.jobId,
      summary.scope ?? null,
    ],
  )
  return rows[0] ?? null
}

/** Edges of one type that leave one trace. */
const MAX_EDGES = 16

/** From a summary to the facts that rest on the same turns, the most telling ones. */
export async function linkSummaryToFacts(
  tx: Queryable,
  userId: string,
  { id, sessionId, conversationId }: Summarised,
): Promise<void> {
  await tx.query(
    `insert into memoir.memory_edge as e (src, dst, type, user_id, weight, ts)
     select $1::uuid, t.id, 'summarizes', $2::uuid, t.salience, t.occurred_at
       from memoir.memory_trace t
      where t.user_id = $2::uuid and t.kind = 'fact' and t.state = 'active'
        and exists (
          select from memoir.memory_source m
           where m.trace_id = t.id and m.user_id = $2::uuid
             and (m.session_id = $3 or m.session_id is null and m.conversation_id = $4))
      order by t.salience desc, t.seq
      limit ${MAX_EDGES}
     on conflict (src, dst, type) do update set weight = excluded.weight, ts = excluded.ts
       where (e.weight, e.ts) is distinct from (excluded.weight, excluded.ts)`,
    [id, userId, sessionId, conversationId],
  )
}

/**
 * From a session's summary to those of other sessions of the user that speak of the same: a fact of the one is close to a fact of
 * the other, or names the same thing.
 */
export async function linkSessions(
  tx: Queryable,
  { id, userId, sessionId }: { id: string; userId: string; sessionId: string },
): Promise<void> {
  await tx.query(
    `with own as (
       select distinct trace_id from memoir.memory_source where user_id = $2::uuid and session_id = $3),
     close as (
       select e.dst as trace_id, e.weight from memoir.memory_edge e join own on own.trace_id = e.src
        where e.user_id = $2::uuid and e.type = 'same_topic'
       union all
       select other.src, ${NAMED_WEIGHT}::real
         from memoir.memory_edge e join own on own.trace_id = e.src
         join memoir.memory_edge other on other.dst = e.dst and other.type = 'mentions' and other.user_id = $2::uuid
        where e.user_id = $2::uuid and e.type = 'mentions' and other.src <> e.src)
     insert into memoir.memory_edge as x (src, dst, type, user_id, weight, ts)
     select $1::uuid, s.summary_trace_id, 'same_topic', $2::uuid, max(c.weight), now()
       from close c
       join memoir.memory_source m on m.trace_id = c.trace_id and m.user_id = $2::uuid and m.session_id <> $3
       join memoir.session s on s.user_id = $2::uuid and s.session_id = m.session_id
      where s.summary_trace_id is not null and s.summary_trace_id <> $1::uuid
      group by s.summary_trace_id
      order by max(c.weight) desc, s.summary_trace_id
      limit ${MAX_EDGES}
     on conflict (src, dst, type) do update set weight = excluded.weight
       where x.weight <> excluded.weight`,
    [id, userId, sessionId],
  )
}

/** Two sessions that name the same thing may still speak of different matters. */
const NAMED_WEIGHT = 0.3
