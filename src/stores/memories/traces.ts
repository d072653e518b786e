import type { TraceKind, WriteState } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'
import { HIDDEN_SINCE } from './memory-writes.ts'

/** The record: memories as rows, and the text they had before. Everything else about a memory is derived from here. */

/** What ingest compares a conversation with. */
export interface StoredTrace {
  readonly id: string
  readonly seq: number
  readonly userId: string
  readonly conversationId: string
  readonly kind: TraceKind
  readonly contentHash: Buffer
  readonly active: boolean
  readonly revision: number
  readonly vectorState: WriteState
  /** There is a vector, though it may be of an earlier revision. */
  readonly hasVector: boolean
  readonly textLength: number
  readonly windowLength: number
  readonly occurredAt: Date
}

/** All traces that ingest made of these conversations of a source, removed ones included. */
export async function findConversationTraces(
  db: Queryable,
  source: string,
  keys: readonly { readonly userId: string; readonly conversationId: string }[],
): Promise<StoredTrace[]> {
  if (keys.length === 0) return []
  const { rows } = await db.query<StoredTrace>(
    `select t.id, t.seq, t.user_id as "userId", t.conversation_id as "conversationId", t.kind,
            t.content_hash as "contentHash", t.state = 'active' as active, t.revision,
            t.vector_state as "vectorState",
            (t.vector_state = 'written' or exists (
              select from memoir.memory_embedding e where e.trace_id = t.id and e.user_id = t.user_id)) as "hasVector",
            t.text_length as "textLength", t.window_length as "windowLength", t.occurred_at as "occurredAt"
       from unnest($1::uuid[], $2::text[]) as k(user_id, conversation_id)
       join memoir.memory_trace t on t.user_id = k.user_id and t.conversation_id = k.conversation_id
      where t.source = $3 and t.kind in ('episode', 'message')`,
    [keys.map((k) => k.userId), keys.map((k) => k.conversationId), source],
  )
  return rows
}

export interface TraceWrite {
  readonly id: string
  readonly userId: string
  readonly kind: TraceKind
  readonly role: string | null
  readonly content: string
  readonly contentHash: Buffer
  readonly language: string
  readonly conversationId: string
  readonly source: string
  /** JSON object. */
  readonly meta: string
  readonly occurredAt: Date
  readonly textLength: number
  readonly windowLength: number
  /** 0..1 */
  readonly salience: number
  /** `off` for what is found by its words alone. */
  readonly vectorState: Extract<WriteState, 'written' | 'off'>
}

export interface WrittenTrace {
  readonly id: string
  readonly seq: number
  readonly revision: number
}

/** Keeps the text that stands now, before another takes its place. */
export async function keepRevisions(
  tx: Queryable,
  jobId: string,
  ids: readonly string[],
): Promise<void> {
  await tx.query(
    `insert into memoir.memory_revision (trace_id, revision, user_id, content, content_hash, meta, job_id, valid_from, fields)
     select t.id, t.revision, t.user_id, t.content, t.content_hash, t.meta, $1::uuid, t.updated_at, ${HIDDEN_SINCE}
       from memoir.memory_trace t
      where t.id = any($2::uuid[])
     on conflict (trace_id, revision) do nothing`,
    [jobId, ids],
  )
}

/**
 * Inserts traces, or gives existing ones a new revision; the text that stood before is kept in `memory_revision`.
 * Vectors are written in the same transaction, so they count as written here.
 */
export async function upsertTraces(
  tx: Queryable,
  jobId: string,
  writes: readonly TraceWrite[],
): Promise<WrittenTrace[]> {
  if (writes.length === 0) return []
  await keepRevisions(
    tx,
    jobId,
    writes.map((w) => w.id),
  )
  const { rows } = await tx.query<WrittenTrace>(
    `insert into memoir.memory_trace as t
       (id, user_id, kind, role, content, content_hash, language, conversation_id, source, meta, occurred_at,
        text_length, window_length, salience, vector_state, vector_revision, searchable_at)
     select w.*, case w.vector_state when 'written' then 1 else 0 end, now()
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[],
                   $9::text[], $10::jsonb[], $11::timestamptz[], $12::int[], $13::int[], $14::real[], $15::text[])
         as w (id, user_id, kind, role, content, content_hash, language, conversation_id, source, meta, occurred_at,
               text_length, window_length, salience, vector_state)
     on conflict (id) do update
       set role = excluded.role, content = excluded.content, content_hash = excluded.content_hash,
           language = excluded.language, meta = excluded.meta, occurred_at = excluded.occurred_at,
           text_length = excluded.text_length, window_length = excluded.window_length, salience = excluded.salience,
           revision = t.revision + 1, vector_state = excluded.vector_state,
           vector_revision = case excluded.vector_state when 'written' then t.revision + 1 else 0 end,
           state = 'active', deleted_at = null, updated_at = now(), searchable_at = now()
       where t.user_id = excluded.user_id
     returning id, seq, revision`,
    [
      writes.map((w) => w.id),
      writes.map((w) => w.userId),
      writes.map((w) => w.kind),
      writes.map((w) => w.role),
      writes.map((w) => w.content),
      writes.map((w) => w.contentHash),
      writes.map((w) => w.language),
      writes.map((w) => w.conversationId),
      writes.map((w) => w.source),
      writes.map((w) => w.meta),
      writes.map((w) => w.occurredAt),
      writes.map((w) => w.textLength),
      writes.map((w) => w.windowLength),
      writes.map((w) => w.salience),
      writes.map((w) => w.vectorState),
    ],
  )
  return rows
}

/** The length of the window around messages that stayed the same while a neighbour changed. */
export async function updateWindowLengths(
  tx: Queryable,
  windows: readonly { readonly id: string; readonly windowLength: number }[],
): Promise<void> {
  if (windows.length === 0) return
  await tx.query(
    `update memoir.memory_trace t set window_length = w.window_length
       from unnest($1::uuid[], $2::int[]) as w(id, window_length)
      where t.id = w.id`,
    [windows.map((w) => w.id), windows.map((w) => w.windowLength)],
  )
}

/** How long a memory and its window are, in lexemes. */
export async function saveTextLengths(
  tx: Queryable,
  texts: readonly {
    readonly id: string
    readonly language: string
    readonly textLength: number
    readonly windowLength: number
  }[],
): Promise<void> {
  await tx.query(
    `update memoir.memory_trace t
        set text_length = w.text_length, window_length = w.window_length, language = w.language
       from unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) as w(id, language, text_length, window_length)
      where t.id = w.id`,
    [
      texts.map((w) => w.id),
      texts.map((w) => w.language),
      texts.map((w) => w.textLength),
      texts.map((w) => w.windowLength),
    ],
  )
}

/** Marks traces whose vectors are written in this transaction. @returns ids of those that are still at that revision */
export async function markVectorsWritten(
  tx: Queryable,
  traces: readonly { readonly id: string; readonly userId: string; readonly revision: number }[],
): Promise<Set<string>> {
  if (traces.length === 0) return new Set()
  const { rows } = await tx.query<{ id: string }>(
    `update memoir.memory_trace t
        set vector_state = 'written', vector_revision = w.revision, searchable_at = coalesce(t.searchable_at, now())
       from unnest($1::uuid[], $2::uuid[], $3::int[]) as w(id, user_id, revision)
      where t.id = w.id and t.user_id = w.user_id and t.revision = w.revision
      returning t.id`,
    [traces.map((t) => t.id), traces.map((t) => t.userId), traces.map((t) => t.revision)],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Says of traces at these revisions that they were to have a vector and have none. */
export async function markVectorless(
  tx: Queryable,
  traces: readonly { readonly id: string; readonly userId: string; readonly revision: number }[],
): Promise<void> {
  await tx.query(
    `update memoir.memory_trace t
        set vector_state = 'failed', vector_revision = 0, searchable_at = coalesce(t.searchable_at, now())
       from unnest($1::uuid[], $2::uuid[], $3::int[]) as w(id, user_id, revision)
      where t.id = w.id and t.user_id = w.user_id and t.revision = w.revision`,
    [traces.map((t) => t.id), traces.map((t) => t.userId), traces.map((t) => t.revision)],
  )
}

/** Takes traces out of sight; the rows stay and may be restored. What is derived from them goes separately. */
export async function softDeleteTraces(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `update memoir.memory_trace
        set state = 'deleted', deleted_at = now(), updated_at = now(), revision = revision + 1,
            vector_state = 'off', searchable_at = null, text_length = 0, window_length = 0
      where id = any($1::uuid[]) and state <> 'deleted'`,
    [ids],
  )
}

/** Removes traces with their revisions, sources and vectors. */
export async function removeTraces(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(`delete from memoir.memory_trace where id = any($1::uuid[])`, [ids])
}
