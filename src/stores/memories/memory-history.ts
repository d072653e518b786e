import type { Page } from '../../domain/job.ts'
import type { MemoryRevision } from '../../domain/memory.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'
import type { MemoryReach } from './memory-list.ts'
import type { MemoryFields } from './memory-writes.ts'

interface RevisionRow extends Omit<MemoryRevision, 'valid_from' | 'valid_to' | 'occurred_at'> {
  readonly occurred_at: Date
  readonly valid_from: Date
  readonly valid_to: Date | null
}

/** What a memory is and was, the newest first. What an older version of Memoir did not keep is null or empty. */
export async function listRevisions(
  db: Queryable,
  query: MemoryReach & { readonly limit: number; readonly cursor?: string },
): Promise<Page<MemoryRevision>> {
  const [before] = query.cursor === undefined ? [null] : decodeCursor(query.cursor, 1)
  const { rows } = await db.query<RevisionRow>(
    `with memory as (
       select t.* from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
        where t.id = $1::uuid and u.namespace_id = $2::uuid and u.erased_at is null)
     select revision, content, summary, tags, metadata, importance, scope, occurred_at, valid_from, valid_to from (
      select *, coalesce(lag(ended_at) over (order by revision), known_at) as valid_from, least(ended_at, hidden_at) as valid_to from (
       select m.revision, m.content, m.summary, m.tags, m.meta as metadata, m.importance, m.scope, m.occurred_at,
              null::timestamptz as ended_at, m.known_at, least(m.deleted_at, m.superseded_at) as hidden_at
         from memory m
       union all
       select r.revision, r.content, r.fields->>'summary',
              array(select jsonb_array_elements_text(coalesce(r.fields->'tags', '[]'::jsonb))), r.meta,
              (r.fields->>'importance')::int, coalesce(r.fields->>'scope', m.scope),
              coalesce((r.fields->>'occurred_at')::timestamptz, m.occurred_at), r.valid_to, m.known_at,
              least((r.fields->>'deleted_at')::timestamptz, (r.fields->>'superseded_at')::timestamptz)
         from memoir.memory_revision r join memory m on m.id = r.trace_id and m.user_id = r.user_id) as all_of_it) as intervals
      where $3::int is null or revision < $3::int
      order by revision desc
      limit $4`,
    [query.id, query.namespaceId, before, query.limit + 1],
  )
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
  return {
    items: rows.slice(0, query.limit).map((row) => ({
      ...row,
      occurred_at: row.occurred_at.toISOString(),
      valid_from: row.valid_from.toISOString(),
      valid_to: row.valid_to?.toISOString() ?? null,
    })),
    next_cursor: last ? encodeCursor([String(last.revision)]) : null,
  }
}

/** All that these memories were at that revision. */
export async function findRevisions(
  tx: Queryable,
  {
    userId,
    revisions,
  }: { userId: string; revisions: readonly { readonly id: string; readonly revision: number }[] },
): Promise<Map<string, MemoryFields & { readonly contentHash: Buffer }>> {
  const { rows } = await tx.query<MemoryFields & { contentHash: Buffer; id: string }>(
    `select r.trace_id as id, r.content, r.content_hash as "contentHash", r.meta, f.kind, f.role, f.scope, f.summary, f.tags,
            f.importance, f.salience, f.external_id as "externalId", f.session_id as "sessionId",
            f.conversation_id as "conversationId", f.occurred_at as "occurredAt", f.expires_at as "expiresAt"
       from unnest($2::uuid[], $3::int[]) as w(id, revision)
       join memoir.memory_revision r on r.trace_id = w.id and r.revision = w.revision
      cross join lateral jsonb_to_record(r.fields) as f(
        kind text, role text, scope text, summary text, tags text[], importance int, salience real, external_id text,
        session_id text, conversation_id text, occurred_at timestamptz, expires_at timestamptz)
      where r.user_id = $1::uuid and r.fields ? 'kind'`,
    [userId, revisions.map(({ id }) => id), revisions.map(({ revision }) => revision)],
  )
  return new Map(rows.map(({ id, ...fields }) => [id, fields]))
}
