import type { Queryable } from '../database.ts'

/** Facts: discrete memories, each once for a user whatever says it, and what one has to do with another. */

export interface KnownFact {
  readonly id: string
  readonly seq: number
  readonly state: string
  readonly occurredAt: Date
  readonly textLength: number
  readonly windowLength: number
  readonly vectorWritten: boolean
}

/** Those of these facts that there are already, in whatever state. */
export async function findFacts(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, KnownFact>> {
  const { rows } = await db.query<KnownFact>(
    `select id, seq, state, occurred_at as "occurredAt", text_length as "textLength", window_length as "windowLength",
            vector_state = 'written' as "vectorWritten"
       from memoir.memory_trace
      where id = any($2::uuid[]) and user_id = $1::uuid and kind = 'fact'`,
    [userId, ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** How many facts a user has, and the number of the newest: facts that are added later have a higher one. */
export async function factsOf(
  db: Queryable,
  userId: string,
): Promise<{ readonly count: number; readonly lastSeq: number }> {
  const { rows } = await db.query<{ count: number; lastSeq: number }>(
    `select count(*) filter (where state = 'active') as count, coalesce(max(seq), 0) as "lastSeq"
       from memoir.memory_trace
      where user_id = $1::uuid and kind = 'fact'`,
    [userId],
  )
  return rows[0] ?? { count: 0, lastSeq: 0 }
}

/** Whether facts were added for the user since, other than these. */
export async function anyFactAfter(
  tx: Queryable,
  { userId, seq, except }: { userId: string; seq: number; except: readonly string[] },
): Promise<boolean> {
  const { rows } = await tx.query(
    `select from memoir.memory_trace
      where user_id = $1::uuid and kind = 'fact' and seq > $2 and state = 'active' and not id = any($3::uuid[])
      limit 1`,
    [userId, seq, except],
  )
  return rows.length > 0
}

export interface FactWrite {
  readonly id: string
  readonly userId: string
  readonly content: string
  readonly contentHash: Buffer
  readonly language: string
  readonly scope: string
  readonly collection: string | null
  readonly sessionId: string | null
  readonly conversationId: string | null
  readonly source: string | null
  readonly salience: number
  readonly occurredAt: Date
  readonly model: string
  readonly promptVersion: string
  /** JSON object. */
  readonly meta: string
  readonly category: string | null
  readonly textLength: number
  readonly windowLength: number
}

export interface WrittenFact {
  readonly id: string
  readonly seq: number
  readonly revision: number
  /** Whether it is there for the first time. */
  readonly added: boolean
}

/**
 * Inserts facts, whose postings and vectors follow in the same transaction. One that was superseded stands again when it is said of a later time than what superseded it; one that stands, or
 * was deleted, is left as it is.
 * @returns those that were inserted or stand again
 */
export async function writeFacts(
  tx: Queryable,
  facts: readonly FactWrite[],
): Promise<Map<string, WrittenFact>> {
  if (facts.length === 0) return new Map()
  const { rows } = await tx.query<WrittenFact>(
    `insert into memoir.memory_trace as t
       (id, user_id, kind, content, content_hash, language, scope, collection, session_id, conversation_id, source, salience,
        occurred_at, model, prompt_version, meta, category, text_length, window_length, vector_state, vector_revision, searchable_at)
     select w.id, w.user_id, 'fact', w.content, w.content_hash, w.language, w.scope, w.collection, w.session_id, w.conversation_id,
            w.source, w.salience, w.occurred_at, w.model, w.prompt_version, w.meta, w.category, w.text_length, w.window_length, 'written', 1, now()
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                   $10::text[], $11::real[], $12::timestamptz[], $13::text[], $14::text[], $15::jsonb[],
                   $16::int[], $17::int[], $18::text[])
            as w(id, user_id, content, content_hash, language, scope, collection, session_id, conversation_id, source, salience,
                 occurred_at, model, prompt_version, meta, text_length, window_length, category)
     on conflict (id) do update
       set state = 'active', superseded_by = null, superseded_at = null, occurred_at = excluded.occurred_at,
           updated_at = now(), revision = t.revision + 1, vector_revision = t.revision + 1
       where t.user_id = excluded.user_id and t.state = 'superseded'
         and excluded.occurred_at > coalesce((
           select by.occurred_at from memoir.memory_trace by where by.id = t.superseded_by and by.user_id = t.user_id), '-infinity')
     returning id, seq, revision, t.revision = 1 as added`,
    [
      facts.map((f) => f.id),
      facts.map((f) => f.userId),
      facts.map((f) => f.content),
      facts.map((f) => f.contentHash),
      facts.map((f) => f.language),
      facts.map((f) => f.scope),
      facts.map((f) => f.collection),
      facts.map((f) => f.sessionId),
      facts.map((f) => f.conversationId),
      facts.map((f) => f.source),
      facts.map((f) => f.salience),
      facts.map((f) => f.occurredAt),
      facts.map((f) => f.model),
      facts.map((f) => f.promptVersion),
      facts.map((f) => f.meta),
      facts.map((f) => f.textLength),
      facts.map((f) => f.windowLength),
      facts.map((f) => f.category),
    ],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

export interface CategoryWrite {
  readonly id: string
  readonly category: string | null
}

/**
 * What categories facts are in, as it was found again. A fact of another collection stays in that one's, where it has one: other settings
 * put it there.
 */
export async function saveCategories(
  tx: Queryable,
  { userId, collection }: { readonly userId: string; readonly collection: string | null },
  categories: readonly CategoryWrite[],
): Promise<void> {
  if (categories.length === 0) return
  await tx.query(
    `update memoir.memory_trace t set category = w.category, updated_at = now()
       from unnest($2::uuid[], $3::text[]) as w(id, category)
      where t.id = w.id and t.user_id = $1::uuid and t.kind = 'fact' and t.category is distinct from w.category
        and (t.category is null or t.collection is not distinct from $4)`,
    [userId, categories.map(({ id }) => id), categories.map((one) => one.category), collection],
  )
}

/** `old` gives way to `by`; never deleted, so that it can be restored. */
export interface Supersession {
  readonly old: string
  readonly by: string
}

/** Supersedes facts that still stand. @returns ids of those that did */
export async function supersedeFacts(
  tx: Queryable,
  userId: string,
  pairs: readonly Supersession[],
): Promise<string[]> {
  if (pairs.length === 0) return []
  const { rows } = await tx.query<{ id: string }>(
    `update memoir.memory_trace t
        set state = 'superseded', superseded_by = p.by, superseded_at = now(), updated_at = now(),
            revision = t.revision + 1,
            vector_revision = case when t.vector_state = 'written' then t.revision + 1 else t.vector_revision end
       from unnest($2::uuid[], $3::uuid[]) as p(old, by)
      where t.id = p.old and t.user_id = $1::uuid and t.kind = 'fact' and t.state = 'active' and p.old <> p.by
      returning t.id`,
    [userId, pairs.map((p) => p.old), pairs.map((p) => p.by)],
  )
  return rows.map(({ id }) => id)
}

export interface SourceWrite {
  readonly traceId: string
  readonly userId: string
  readonly conversationId: string | null
  readonly sessionId: string | null
  /** The source's own id of the message; of a posted transcript the session's uuid and the turn's position. */
  readonly messageId: string
  readonly quote: string | null
}

/** Those of these memories that are facts and rest on nothing. */
export async function findFactsWithoutSource(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from memoir.memory_trace t
      where t.user_id = $1::uuid and t.id = any($2::uuid[]) and t.kind = 'fact'
        and not exists (select from memoir.memory_source s where s.trace_id = t.id and s.user_id = t.user_id)`,
    [userId, ids],
  )
  return rows.map(({ id }) => id)
}

/** What memories rest on. The same twice is one; of a memory that is gone there is nothing to say. @returns those that are new */
export async function saveSources(
  tx: Queryable,
  sources: readonly SourceWrite[],
): Promise<readonly Pick<SourceWrite, 'traceId' | 'messageId'>[]> {
  if (sources.length === 0) return []
  const { rows } = await tx.query<Pick<SourceWrite, 'traceId' | 'messageId'>>(
    `insert into memoir.memory_source (trace_id, user_id, conversation_id, session_id, message_id, quote)
     select distinct on (w.trace_id, w.message_id) w.*
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
            as w(trace_id, user_id, conversation_id, session_id, message_id, quote)
      where exists (select from memoir.memory_trace t where t.id = w.trace_id and t.user_id = w.user_id)
     on conflict (trace_id, message_id) do nothing
     returning trace_id as "traceId", message_id as "messageId"`,
    [
      sources.map((s) => s.traceId),
      sources.map((s) => s.userId),
      sources.map((s) => s.conversationId),
      sources.map((s) => s.sessionId),
      sources.map((s) => s.messageId),
      sources.map((s) => s.quote),
    ],
  )
  return rows
}
