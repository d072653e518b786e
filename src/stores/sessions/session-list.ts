import type { Page } from '../../domain/job.ts'
import { storedFailure } from '../../errors.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'
import type { PostReach } from './session-queue.ts'
import type { RawState } from './sessions.ts'

/** Sessions and their posts as callers see them. */

export interface PostInfo {
  readonly id: string
  readonly job: string
  readonly number: number
  readonly status: RawState
  readonly turns: number
  readonly facts: number
  readonly superseded: number
  readonly queued_at: string
  readonly processed_at: string | null
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface SessionInfo {
  readonly session_id: string
  readonly user_id: string
  readonly collection: string
  readonly status: RawState
  readonly post_count: number
  /** Posts that are still to be processed. */
  readonly open_count: number
  readonly created_at: string
  readonly updated_at: string
}

export interface SessionHead extends SessionInfo {
  /** Surrogate uuids. */
  readonly id: string
  readonly owner: string
  readonly summary: string | null
}

interface InfoRow extends Omit<SessionInfo, 'created_at' | 'updated_at'> {
  readonly created_at: Date
  readonly updated_at: Date
}

/** What is still to be done says more than what was, and a failure more than success; posts that were cleaned up were processed. */
const STATUS = `coalesce((
  select case when bool_or(r.status = 'processing') then 'processing' when bool_or(r.status = 'queued') then 'queued'
              when (array_agg(r.status order by r.number desc))[1] = 'error' then 'error' else 'processed' end
    from memoir.raw_session r where r.session = s.id and r.user_id = s.user_id), 'processed')`
const OPEN = `(select count(*)::int from memoir.raw_session r
  where r.session = s.id and r.user_id = s.user_id and r.status in ('queued', 'processing'))`
const INFO = `s.session_id, u.external_id as user_id, s.collection, ${STATUS} as status, s.posts as post_count, ${OPEN} as open_count,
  s.created_at, s.updated_at`
const REACH = `s.namespace_id = $1::uuid and ($2::text is null or s.collection = $2) and ($3::uuid is null or s.user_id = $3::uuid)
  and ($4::text is null or u.external_id = $4) and u.erased_at is null`

function present<Row extends InfoRow>(row: Row) {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export interface SessionFilter extends PostReach {
  /** The caller's own id. */
  readonly externalUserId?: string | undefined
  readonly sessionId?: string | undefined
  readonly status?: RawState | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Those that changed last come first. */
export async function listSessions(
  db: Queryable,
  filter: SessionFilter,
): Promise<Page<SessionInfo>> {
  const { namespaceId, collection, userId, externalUserId, status, limit, cursor } = filter
  const [at, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, 2)
  const { rows } = await db.query<InfoRow & { at: string; id: string }>(
    `select ${INFO}, s.updated_at::text as at, s.id
       from memoir.session s join memoir.memory_user u on u.id = s.user_id
      where ${REACH}
        and ($5::text is null or ${STATUS} = $5)
        and ($6::timestamptz is null or (s.updated_at, s.id) < ($6::timestamptz, $7::uuid))
        and ($9::text is null or s.session_id = $9)
      order by s.updated_at desc, s.id desc
      limit $8`,
    [
      namespaceId,
      collection ?? null,
      userId ?? null,
      externalUserId ?? null,
      status ?? null,
      at,
      id,
      limit + 1,
      filter.sessionId ?? null,
    ],
  )
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(({ at: _at, id: _id, ...row }) => present(row)),
    next_cursor: last ? encodeCursor([last.at, last.id]) : null,
  }
}

/** Sessions of that id, two at most: a second one says that the first may not be meant. */
export async function findSessions(
  db: Queryable,
  {
    namespaceId,
    collection,
    userId,
    externalUserId,
    sessionId,
  }: Omit<SessionFilter, 'limit' | 'cursor' | 'status'> & { readonly sessionId: string },
): Promise<SessionHead[]> {
  const { rows } = await db.query<InfoRow & Pick<SessionHead, 'id' | 'owner' | 'summary'>>(
    `select ${INFO}, s.id, s.user_id as owner,
            (select t.content from memoir.memory_trace t
              where t.id = s.summary_trace_id and t.user_id = s.user_id and t.state = 'active') as summary
       from memoir.session s join memoir.memory_user u on u.id = s.user_id
      where ${REACH} and s.session_id = $5
      order by s.updated_at desc
      limit 2`,
    [namespaceId, collection ?? null, userId ?? null, externalUserId ?? null, sessionId],
  )
  return rows.map(present)
}

/** The latest ones; nobody reads more of one session. */
const POSTS_SHOWN = 1_000

/** In the order of acceptance. */
export async function listPosts(
  db: Queryable,
  { id, owner }: Pick<SessionHead, 'id' | 'owner'>,
): Promise<PostInfo[]> {
  const { rows } = await db.query<
    Omit<PostInfo, 'queued_at' | 'processed_at' | 'error'> & {
      readonly queued_at: Date
      readonly processed_at: Date | null
      readonly error: string | null
    }
  >(
    `select r.id, r.job_id as job, r.number, r.status, jsonb_array_length(r.turns) as turns, r.facts, r.superseded,
            r.queued_at, r.processed_at, r.error
       from memoir.raw_session r
      where r.session = $1::uuid and r.user_id = $2::uuid
      order by r.number desc
      limit ${POSTS_SHOWN}`,
    [id, owner],
  )
  return rows.toReversed().map((row) => ({
    ...row,
    queued_at: row.queued_at.toISOString(),
    processed_at: row.processed_at?.toISOString() ?? null,
    error: row.error === null ? null : storedFailure(row.error),
  }))
}
