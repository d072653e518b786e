import type { TraceKind, WriteState } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'
import type { WrittenMemory } from '../memories/memory-writes.ts'

/** Memories that come out of a file: written with all that the file says, once; what stands is left as it is. */

export interface ImportedWrite {
  readonly id: string
  readonly importedId: string
  readonly kind: TraceKind
  readonly role: string | null
  readonly scope: string
  readonly collection: string | null
  readonly content: string
  readonly summary: string | null
  readonly category: string | null
  readonly contentHash: Buffer
  readonly language: string
  readonly tags: readonly string[]
  readonly externalId: string | null
  readonly sessionId: string | null
  readonly conversationId: string | null
  readonly importance: number | null
  readonly salience: number
  readonly source: string | null
  readonly meta: Readonly<Record<string, unknown>>
  readonly occurredAt: string
  readonly knownAt: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly expiresAt: string | null
  readonly state: 'active' | 'superseded'
  /** As the file calls it; it is made the memory's own id once that is there. */
  readonly supersededBy: string | null
  readonly supersededAt: string | null
  readonly revision: number
  readonly vectorState: WriteState
  readonly model: string | null
  readonly promptVersion: string | null
}

export interface KnownMemory {
  readonly id: string
  readonly importedId: string | null
  readonly externalId: string | null
}

/** What stands under any of these ids, in whatever state. */
export async function findKnown(
  tx: Queryable,
  {
    userId,
    ids,
    importedIds,
    externalIds,
  }: {
    userId: string
    ids: readonly string[]
    importedIds: readonly string[]
    externalIds: readonly string[]
  },
): Promise<KnownMemory[]> {
  const { rows } = await tx.query<KnownMemory>(
    `select id, imported_id as "importedId", external_id as "externalId" from memoir.memory_trace
      where user_id = $1::uuid
        and (id = any($2::uuid[]) or imported_id = any($3::uuid[]) or external_id = any($4::text[]))`,
    [userId, ids, importedIds, externalIds],
  )
  return rows
}

/** Memories by the ids that their file gives them. */
export async function findImported(
  tx: Queryable,
  userId: string,
  importedIds: readonly string[],
): Promise<Map<string, { readonly id: string; readonly revision: number }>> {
  const { rows } = await tx.query<{ id: string; importedId: string; revision: number }>(
    `select id, imported_id as "importedId", revision from memoir.memory_trace
      where user_id = $1::uuid and imported_id = any($2::uuid[])`,
    [userId, importedIds],
  )
  return new Map(rows.map(({ importedId, ...row }) => [importedId, row]))
}

const RECORD = `json_to_recordset($2::json) as w(
  id uuid, "importedId" uuid, kind text, role text, scope text, collection text, content text, summary text, category text,
  "contentHash" text, language text, tags text[], "externalId" text, "sessionId" text, "conversationId" text, importance int, salience real,
  source text, meta jsonb, "occurredAt" timestamptz, "knownAt" timestamptz, "createdAt" timestamptz, "updatedAt" timestamptz,
  "expiresAt" timestamptz, state text, "supersededBy" uuid, "supersededAt" timestamptz, revision int, "vectorState" text,
  model text, "promptVersion" text)`

/** In the order given. The user's row must be locked. */
export async function insertImported(
  tx: Queryable,
  userId: string,
  writes: readonly ImportedWrite[],
): Promise<WrittenMemory[]> {
  if (writes.length === 0) return []
  const given = writes.map((write) => ({
    ...write,
    contentHash: write.contentHash.toString('hex'),
  }))
  const { rows } = await tx.query<WrittenMemory>(
    `insert into memoir.memory_trace
       (user_id, id, imported_id, kind, role, scope, collection, content, summary, category, content_hash, language, tags, external_id, session_id,
        conversation_id, importance, salience, source, meta, occurred_at, known_at, created_at, updated_at, expires_at, state,
        superseded_by, superseded_at, revision, vector_state, model, prompt_version)
     select $1::uuid, w.id, w."importedId", w.kind, w.role, w.scope, w.collection, w.content, w.summary, w.category,
            decode(w."contentHash", 'hex'), w.language, w.tags, w."externalId", w."sessionId", w."conversationId", w.importance,
            w.salience, w.source, w.meta, w."occurredAt", w."knownAt", w."createdAt", w."updatedAt", w."expiresAt", w.state,
            w."supersededBy", w."supersededAt", w.revision, w."vectorState", w.model, w."promptVersion"
       from ${RECORD}
     on conflict do nothing
     returning id, seq, revision`,
    [userId, JSON.stringify(given)],
  )
  return rows
}

/** What stood before its file was read is known by the file's id from now on. */
export async function adoptImported(
  tx: Queryable,
  userId: string,
  pairs: readonly { readonly id: string; readonly importedId: string }[],
): Promise<void> {
  await tx.query(
    `update memoir.memory_trace t set imported_id = w.imported_id
       from unnest($2::uuid[], $3::uuid[]) as w(id, imported_id)
      where t.user_id = $1::uuid and t.id = w.id and t.imported_id is null`,
    [userId, pairs.map(({ id }) => id), pairs.map(({ importedId }) => importedId)],
  )
}

/** Pointers to memories that came later, by the ids of these. */
export async function pointToImported(
  tx: Queryable,
  userId: string,
  importedIds: readonly string[],
): Promise<void> {
  await tx.query(
    `update memoir.memory_trace t set superseded_by = n.id
       from memoir.memory_trace n
      where n.user_id = $1::uuid and n.imported_id = any($2::uuid[]) and n.id <> n.imported_id
        and t.user_id = $1::uuid and t.superseded_by = n.imported_id`,
    [userId, importedIds],
  )
}

export interface ImportedRevision {
  readonly id: string
  readonly revision: number
  readonly content: string
  readonly contentHash: string
  readonly meta: Readonly<Record<string, unknown>>
  readonly fields: Readonly<Record<string, unknown>>
  readonly validFrom: string
  readonly validTo: string
}

/** What memories were before; one that is known is left as it is. @returns those that are new */
export async function insertRevisions(
  tx: Queryable,
  userId: string,
  revisions: readonly ImportedRevision[],
): Promise<readonly Pick<ImportedRevision, 'id' | 'revision'>[]> {
  if (revisions.length === 0) return []
  const { rows } = await tx.query<Pick<ImportedRevision, 'id' | 'revision'>>(
    `insert into memoir.memory_revision (trace_id, revision, user_id, content, content_hash, meta, fields, valid_from, valid_to)
     select w.id, w.revision, $1::uuid, w.content, decode(w."contentHash", 'hex'), w.meta, w.fields, w."validFrom", w."validTo"
       from json_to_recordset($2::json) as w(
              id uuid, revision int, content text, "contentHash" text, meta jsonb, fields jsonb, "validFrom" timestamptz,
              "validTo" timestamptz)
      where exists (select from memoir.memory_trace t
                     where t.id = w.id and t.user_id = $1::uuid and t.revision > w.revision and t.state <> 'deleted')
     on conflict (trace_id, revision) do nothing
     returning trace_id as id, revision`,
    [userId, JSON.stringify(revisions)],
  )
  return rows
}
