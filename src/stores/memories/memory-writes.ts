import type { TraceKind, WriteState } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'

/** Memories that are written one by one, not taken out of conversations: the record alone, what is derived from it goes separately. */

/** What a caller can say of a memory. */
export interface MemoryFields {
  readonly kind: TraceKind
  readonly role: string | null
  readonly scope: string
  readonly content: string
  readonly summary: string | null
  readonly tags: readonly string[]
  readonly importance: number | null
  readonly salience: number
  readonly externalId: string | null
  readonly sessionId: string | null
  readonly conversationId: string | null
  readonly meta: Readonly<Record<string, unknown>>
  readonly occurredAt: Date
  readonly expiresAt: Date | null
}

export interface MemoryWrite extends MemoryFields {
  readonly id: string
  readonly userId: string
  readonly contentHash: Buffer
  readonly vectorState: WriteState
  /** Of a new row: where its revisions begin; 1 unless they began before. */
  readonly revision?: number
}

export interface WrittenMemory {
  readonly id: string
  readonly seq: number
  readonly revision: number
}

/** The columns of a write as one JSON text: a list of rows with lists in them does not fit into arrays of columns. */
const RECORD = `json_to_recordset($1::json) as w(
  id uuid, user_id uuid, kind text, role text, scope text, content text, summary text, tags text[], importance int,
  salience real, external_id text, session_id text, conversation_id text, meta jsonb, occurred_at timestamptz,
  expires_at timestamptz, content_hash text, vector_state text, revision int)`

function recordOf(write: MemoryWrite) {
  return {
    id: write.id,
    user_id: write.userId,
    kind: write.kind,
    role: write.role,
    scope: write.scope,
    content: write.content,
    summary: write.summary,
    tags: write.tags,
    importance: write.importance,
    salience: write.salience,
    external_id: write.externalId,
    session_id: write.sessionId,
    conversation_id: write.conversationId,
    meta: write.meta,
    occurred_at: write.occurredAt.toISOString(),
    expires_at: write.expiresAt?.toISOString() ?? null,
    content_hash: write.contentHash.toString('hex'),
    vector_state: write.vectorState,
    revision: write.revision ?? 1,
  }
}

/** New memories, in the order given. */
export async function insertMemories(
  tx: Queryable,
  writes: readonly MemoryWrite[],
): Promise<WrittenMemory[]> {
  if (writes.length === 0) return []
  const { rows } = await tx.query<WrittenMemory>(
    `insert into memoir.memory_trace
       (id, user_id, kind, role, scope, content, summary, tags, importance, salience, external_id, session_id,
        conversation_id, meta, occurred_at, expires_at, content_hash, vector_state, revision)
     select w.id, w.user_id, w.kind, w.role, w.scope, w.content, w.summary, w.tags, w.importance, w.salience,
            w.external_id, w.session_id, w.conversation_id, w.meta, w.occurred_at, w.expires_at,
            decode(w.content_hash, 'hex'), w.vector_state, w.revision
       from ${RECORD}
     returning id, seq, revision`,
    [JSON.stringify(writes.map(recordOf))],
  )
  return rows
}

/** A memory as it stands, locked for the rest of the transaction. */
export interface StandingMemory extends MemoryFields, WrittenMemory {
  readonly userId: string
  readonly contentHash: Buffer
  readonly textLength: number
  readonly windowLength: number
  readonly state: string
  readonly deletedAt: Date | null
  readonly vectorState: WriteState
  readonly vectorRevision: number
}

const STANDING = `t.id, t.seq, t.revision, t.user_id as "userId", t.state, t.deleted_at as "deletedAt", t.kind, t.role, t.scope,
  t.content, t.summary, t.tags, t.importance, t.salience, t.external_id as "externalId", t.session_id as "sessionId",
  t.conversation_id as "conversationId", t.meta, t.occurred_at as "occurredAt", t.expires_at as "expiresAt",
  t.content_hash as "contentHash", t.text_length as "textLength", t.window_length as "windowLength",
  t.vector_state as "vectorState", t.vector_revision as "vectorRevision"`

/** These memories of a user, in order of id; the user's row is locked first by whoever writes. */
export async function lockMemories(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<StandingMemory[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<StandingMemory>(
    `select ${STANDING} from memoir.memory_trace t
      where t.user_id = $1::uuid and t.id = any($2::uuid[])
      order by t.id
        for update`,
    [userId, ids],
  )
  return rows
}

/** The same without a lock: they may be different a moment later. */
export async function findStanding(
  db: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<StandingMemory[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<StandingMemory>(
    `select ${STANDING} from memoir.memory_trace t where t.user_id = $1::uuid and t.id = any($2::uuid[])`,
    [userId, ids],
  )
  return rows
}

/** Those that callers know under these ids of their own. */
export async function lockByExternalIds(
  tx: Queryable,
  { userId, externalIds }: { userId: string; externalIds: readonly string[] },
): Promise<StandingMemory[]> {
  if (externalIds.length === 0) return []
  const { rows } = await tx.query<StandingMemory>(
    `select ${STANDING} from memoir.memory_trace t
      where t.user_id = $1::uuid and t.external_id = any($2::text[])
      order by t.id
        for update`,
    [userId, externalIds],
  )
  return rows
}

/**
 * Since when a memory `t` was out of sight, where it was: kept with the revision that ends when it comes back, so that recall as of
 * the time between does not show it.
 */
export const HIDDEN_SINCE = `jsonb_strip_nulls(jsonb_build_object(
              'deleted_at', case when t.state = 'deleted' then t.deleted_at end, 'superseded_at', t.superseded_at,
              'superseded_by', t.superseded_by))`

/** Keeps what stands now as a revision of the past. */
export async function archiveMemories(
  tx: Queryable,
  { userId, ids, jobId }: { userId: string; ids: readonly string[]; jobId: string },
): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `insert into memoir.memory_revision (trace_id, revision, user_id, content, content_hash, meta, job_id, valid_from, fields)
     select t.id, t.revision, t.user_id, t.content, t.content_hash, t.meta, $3::uuid, t.updated_at,
            jsonb_build_object('kind', t.kind, 'role', t.role, 'scope', t.scope, 'summary', t.summary, 'tags', t.tags,
              'importance', t.importance, 'salience', t.salience, 'external_id', t.external_id,
              'session_id', t.session_id, 'conversation_id', t.conversation_id, 'occurred_at', t.occurred_at,
              'expires_at', t.expires_at) || ${HIDDEN_SINCE}
       from memoir.memory_trace t
      where t.user_id = $1::uuid and t.id = any($2::uuid[])
     on conflict (trace_id, revision) do nothing`,
    [userId, ids, jobId],
  )
}

/** Another text or other fields for memories that are locked: a new revision, active again if it was not. */
export async function rewriteMemories(
  tx: Queryable,
  writes: readonly MemoryWrite[],
): Promise<WrittenMemory[]> {
  if (writes.length === 0) return []
  const { rows } = await tx.query<WrittenMemory>(
    `update memoir.memory_trace t
        set kind = w.kind, role = w.role, scope = w.scope, content = w.content, summary = w.summary, tags = w.tags,
            importance = w.importance, salience = w.salience,
            salience_written = case when w.salience = t.salience then t.salience_written end, external_id = w.external_id, session_id = w.session_id,
            conversation_id = w.conversation_id, meta = w.meta, occurred_at = w.occurred_at, expires_at = w.expires_at,
            content_hash = decode(w.content_hash, 'hex'), vector_state = w.vector_state,
            vector_revision = case when w.vector_state = 'written' then t.revision + 1 else t.vector_revision end,
            revision = t.revision + 1, state = 'active', deleted_at = null, superseded_by = null, superseded_at = null,
            updated_at = now()
       from ${RECORD}
      where t.id = w.id and t.user_id = w.user_id
     returning t.id, t.seq, t.revision`,
    [JSON.stringify(writes.map(recordOf))],
  )
  return rows
}

/** Takes memories out of sight, as another revision, so that nothing that is under way for them is written any more. */
export async function markDeleted(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<{ readonly id: string; readonly revision: number }[]> {
  const { rows } = await tx.query<{ id: string; revision: number }>(
    `update memoir.memory_trace
        set state = 'deleted', deleted_at = now(), updated_at = now(), revision = revision + 1, vector_state = 'off',
            vector_revision = 0, searchable_at = null, text_length = 0, window_length = 0
      where user_id = $1::uuid and id = any($2::uuid[])
     returning id, revision`,
    [userId, ids],
  )
  return rows
}

/** Removes memories with their revisions, sources and vectors. */
export async function removeMemories(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<void> {
  await tx.query(
    `delete from memoir.memory_trace where user_id = $1::uuid and id = any($2::uuid[])`,
    [userId, ids],
  )
}
