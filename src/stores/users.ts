import type { Page } from '../domain/job.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Queryable } from './database.ts'

/** Users of a namespace as operators see them. */
export interface UserInfo {
  readonly user_id: string
  readonly memories: number
  readonly episodes: number
  readonly in_graph: number
  readonly last_active_at: string | null
}

export interface UserFilter {
  readonly namespaceId: string
  /** Only this user, by surrogate uuid. */
  readonly userId?: string
  /** Only this user, by the caller's own id. */
  readonly externalId?: string
  /** Counts only what lies in these scopes, and leaves out users who have nothing there. */
  readonly scopes?: readonly string[]
  readonly limit: number
  readonly cursor?: string
}

interface UserRow extends Omit<UserInfo, 'last_active_at'> {
  readonly last_active_at: Date | null
}

/** By the caller's own id. */
export async function listUsers(db: Queryable, filter: UserFilter): Promise<Page<UserInfo>> {
  const after = filter.cursor === undefined ? null : (decodeCursor(filter.cursor, 1)[0] ?? null)
  const { rows } = await db.query<UserRow>(
    filter.scopes === undefined ? ALL_COUNTS : SCOPED_COUNTS,
    [
      filter.namespaceId,
      filter.userId ?? null,
      after,
      filter.limit + 1,
      filter.externalId ?? null,
      ...(filter.scopes === undefined ? [] : [filter.scopes]),
    ],
  )
  const last = rows.length > filter.limit ? rows[filter.limit - 1] : undefined
  return {
    items: rows.slice(0, filter.limit).map((row) => ({
      ...row,
      last_active_at: row.last_active_at?.toISOString() ?? null,
    })),
    next_cursor: last ? encodeCursor([last.user_id]) : null,
  }
}

/** From the counters that every write keeps, less what the graph still has to be told: that is few, and found by its index. */
const ALL_COUNTS = `
  select u.external_id as user_id, u.trace_count as memories, u.episode_count as episodes,
         u.trace_count - (
           select count(*) from memoir.memory_trace t
            where t.user_id = u.id and t.graph_state in ('pending', 'failed') and t.state = 'active') as in_graph,
         u.last_active_at
    from memoir.memory_user u
   where u.namespace_id = $1::uuid and u.erased_at is null
     and ($2::uuid is null or u.id = $2::uuid)
     and ($3::text is null or u.external_id > $3)
     and ($5::text is null or u.external_id = $5)
   order by u.external_id
   limit $4`

/** Counted anew: the counters know nothing of scopes. A graph state of `off` says that the record itself is the node. */
const SCOPED_COUNTS = `
  select u.external_id as user_id, count(*) as memories, count(*) filter (where t.kind = 'episode') as episodes,
         count(*) filter (where t.graph_state in ('written', 'off')) as in_graph, max(t.occurred_at) filter (where t.occurred_at <= now()) as last_active_at
    from memoir.memory_user u
    join memoir.memory_trace t on t.user_id = u.id and t.state = 'active' and t.scope = any($6::text[])
   where u.namespace_id = $1::uuid and u.erased_at is null
     and ($2::uuid is null or u.id = $2::uuid)
     and ($3::text is null or u.external_id > $3)
     and ($5::text is null or u.external_id = $5)
   group by u.external_id
   order by u.external_id
   limit $4`
