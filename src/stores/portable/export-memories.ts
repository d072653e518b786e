import type { Queryable } from '../database.ts'
import { MEMORY_COLUMNS, type MemoryRow } from '../memories/memories.ts'

/** What a user takes along of their memories, page after page. */

export interface ExportedMemoryRow extends MemoryRow {
  readonly external_id: string | null
  readonly language: string
  readonly model: string | null
  readonly prompt_version: string | null
  readonly superseded_at: Date | null
}

export interface MemoryPage {
  readonly userId: string
  /** Only these scopes; null is all. */
  readonly scopes: readonly string[] | null
  readonly after: number
  readonly limit: number
}

/** Whatever their state, the oldest first: what superseded one comes after it. */
export async function pageMemories(
  db: Queryable,
  { userId, scopes, after, limit }: MemoryPage,
): Promise<ExportedMemoryRow[]> {
  const { rows } = await db.query<ExportedMemoryRow>(
    `select ${MEMORY_COLUMNS}, t.external_id, t.language, t.model, t.prompt_version, t.superseded_at
       from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where t.user_id = $1::uuid and u.erased_at is null and t.seq > $2::bigint
        and ($3::text[] is null or t.scope = any($3::text[]))
      order by t.seq
      limit $4`,
    [userId, after, scopes, limit],
  )
  return rows
}

export interface RevisionPlace {
  readonly memory: string
  readonly revision: number
}

export interface ExportedRevision extends RevisionPlace {
  readonly content: string
  readonly content_hash: string
  readonly metadata: unknown
  readonly fields: unknown
  readonly valid_from: Date
  readonly valid_to: Date
}

/** What these memories were; what one was in a scope that is not to be seen is left out. */
export async function pageRevisions(
  db: Queryable,
  {
    userId,
    ids,
    scopes,
    after,
    limit,
  }: {
    userId: string
    ids: readonly string[]
    scopes: readonly string[] | null
    after: RevisionPlace | null
    limit: number
  },
): Promise<ExportedRevision[]> {
  const { rows } = await db.query<ExportedRevision>(
    `select r.trace_id as memory, r.revision, r.content, encode(r.content_hash, 'hex') as content_hash, r.meta as metadata,
            r.fields, r.valid_from, r.valid_to
       from memoir.memory_revision r
      where r.user_id = $1::uuid and r.trace_id = any($2::uuid[])
        and ($3::text[] is null or not r.fields ? 'scope' or r.fields->>'scope' = any($3::text[]))
        and ($4::uuid is null or (r.trace_id, r.revision) > ($4::uuid, $5::int))
      order by r.trace_id, r.revision
      limit $6`,
    [userId, ids, scopes, after?.memory ?? null, after?.revision ?? null, limit],
  )
  return rows
}

export interface SourcePlace {
  readonly memory: string
  /** As it is stored. */
  readonly key: string
}

export interface ExportedSource extends SourcePlace {
  readonly conversation_id: string | null
  readonly session_id: string | null
  /** Of a posted session: which collection it is in, and which of its turns. */
  readonly collection: string | null
  readonly turn: number | null
  readonly message_id: string | null
  readonly quote: string | null
}

/** What these memories rest on. */
export async function pageSources(
  db: Queryable,
  {
    userId,
    ids,
    after,
    limit,
  }: { userId: string; ids: readonly string[]; after: SourcePlace | null; limit: number },
): Promise<ExportedSource[]> {
  const { rows } = await db.query<ExportedSource>(
    `select m.trace_id as memory, m.message_id as key, m.conversation_id, m.session_id, s.collection,
            case when s.id is not null then split_part(m.message_id, ':', 2)::int end as turn,
            case when s.id is null then m.message_id end as message_id, m.quote
       from memoir.memory_source m
       left join memoir.session s
         on s.user_id = m.user_id and s.session_id = m.session_id and m.message_id ~ '^[0-9a-f-]{36}:[0-9]{1,9}$'
        and s.id::text = split_part(m.message_id, ':', 1)
      where m.user_id = $1::uuid and m.trace_id = any($2::uuid[])
        and ($3::uuid is null or (m.trace_id, m.message_id) > ($3::uuid, $4::text))
      order by m.trace_id, m.message_id
      limit $5`,
    [userId, ids, after?.memory ?? null, after?.key ?? null, limit],
  )
  return rows
}
