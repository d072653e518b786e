import type { Page } from '../../domain/job.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'
import type { PostReach } from './session-queue.ts'

/** What came of posted transcripts, from the posts up: facts, summaries and the posts themselves, with what links them. */

export const HIERARCHY_TYPES = ['discrete', 'summary', 'raw'] as const
export type HierarchyType = (typeof HIERARCHY_TYPES)[number]

export interface HierarchyLink {
  /** One of the types above, or the type of an edge. */
  readonly type: string
  readonly id: string
}

export interface HierarchyItem {
  readonly type: HierarchyType
  readonly id: string
  readonly session_id: string | null
  readonly user_id: string
  readonly content: string
  readonly created_at: string
  readonly links: readonly HierarchyLink[]
}

export interface HierarchyFilter extends PostReach {
  readonly externalUserId?: string | undefined
  readonly sessionId?: string | undefined
  readonly types: readonly HierarchyType[]
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

interface Row extends Omit<HierarchyItem, 'created_at' | 'links'> {
  readonly created_at: Date
  readonly at: string
  readonly owner: string
  readonly session: string | null
}

/** A transcript may be megabytes: its beginning says which one it is. */
const RAW_TURNS = 50
const RAW_CHARS = 4_000

const LATER = `($5::timestamptz is null or x.created_at >= $5) and ($6::timestamptz is null or x.created_at < $6)
  and ($7::timestamptz is null or (x.created_at, x.id) < ($7::timestamptz, $8::uuid))`
const WHOSE = `u.namespace_id = $1::uuid and u.erased_at is null and ($3::uuid is null or u.id = $3::uuid)
  and ($9::text is null or u.external_id = $9)`

const MEMORIES = `
  select case x.kind when 'fact' then 'discrete' else 'summary' end as type, x.id, x.session_id, u.external_id as user_id, x.content,
         x.created_at, u.id as owner, null::uuid as session
    from memoir.memory_trace x join memoir.memory_user u on u.id = x.user_id
   where ${WHOSE} and ($2::text is null or x.collection = $2) and ($4::text is null or x.session_id = $4)
     and x.kind = any(array(select case t when 'discrete' then 'fact' else t end from unnest($10::text[]) as t))
     and x.state = 'active' and (x.expires_at is null or x.expires_at > now()) and ${LATER}
   order by x.created_at desc, x.id desc
   limit $11`

const POSTS = `
  select 'raw' as type, x.id, x.session_id, x.user_id,
         (select left(string_agg(concat(coalesce(t.turn->>'name', t.turn->>'role'), ': ', left(t.turn->>'content', ${RAW_CHARS})),
                                 E'\\n' order by t.position), ${RAW_CHARS})
            from jsonb_array_elements(jsonb_path_query_array(x.turns, '$[0 to ${RAW_TURNS - 1}]')) with ordinality as t(turn, position)) as content,
         x.created_at, x.owner, x.session
    from (
      select x.id, s.session_id, u.external_id as user_id, x.turns, x.created_at, u.id as owner, x.session
        from (select r.*, r.queued_at as created_at from memoir.raw_session r
               where r.namespace_id = $1::uuid and ($2::text is null or r.collection = $2)) as x
        join memoir.session s on s.id = x.session and s.user_id = x.user_id
        join memoir.memory_user u on u.id = x.user_id
       where ${WHOSE} and 'raw' = any($10::text[]) and ($4::text is null or s.session_id = $4) and ${LATER}
       order by x.created_at desc, x.id desc
       limit $11) as x`

/** Newest first. */
export async function listHierarchy(
  db: Queryable,
  filter: HierarchyFilter,
): Promise<Page<HierarchyItem>> {
  const { limit, cursor } = filter
  const [at, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, 2)
  const { rows } = await db.query<Row>(
    `select y.*, y.created_at::text as at
       from ((${MEMORIES}) union all (${POSTS})) as y
      order by y.created_at desc, y.id desc
      limit $11`,
    [
      filter.namespaceId,
      filter.collection ?? null,
      filter.userId ?? null,
      filter.sessionId ?? null,
      filter.from ?? null,
      filter.to ?? null,
      at,
      id,
      filter.externalUserId ?? null,
      filter.types,
      limit + 1,
    ],
  )
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  const links = await linksOf(db, shown)
  return {
    items: shown.map(({ at: _at, owner: _owner, session: _session, ...row }) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      links: links.get(row.id) ?? [],
    })),
    next_cursor: last ? encodeCursor([last.at, last.id]) : null,
  }
}

/** An item with more of them is a hub, and a list of it helps nobody. */
const MAX_LINKS = 100

/** Facts to the posts' sessions they rest on and back, summaries to the facts of their session, and every other edge of a memory. */
async function linksOf(
  db: Queryable,
  rows: readonly Row[],
): Promise<Map<string, readonly HierarchyLink[]>> {
  if (rows.length === 0) return new Map()
  const { rows: found } = await db.query<{ item: string; links: HierarchyLink[] }>(
    `with shown as (
       select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[]) as t(type, id, owner, session)
     ), places as (
       select i.id, i.type, i.owner, s.id as session, s.summary_trace_id as summary
         from shown i
         join memoir.session s on s.user_id = i.owner and (s.id = i.session or s.summary_trace_id = i.id)
     ), linked as (
       select i.id as item, 'raw' as type, r.id
         from shown i
         join memoir.memory_source m on i.type = 'discrete' and m.trace_id = i.id and m.user_id = i.owner
         join memoir.session s on s.user_id = i.owner and s.session_id = m.session_id and starts_with(m.message_id, s.id::text)
         join memoir.raw_session r on r.session = s.id and r.user_id = i.owner
       union select i.id, 'summary', s.summary_trace_id
         from shown i
         join memoir.memory_source m on i.type = 'discrete' and m.trace_id = i.id and m.user_id = i.owner
         join memoir.session s on s.user_id = i.owner and s.session_id = m.session_id and starts_with(m.message_id, s.id::text)
        where s.summary_trace_id is not null
       union select p.id, 'discrete', m.trace_id
         from places p
         join memoir.session s on s.id = p.session and s.user_id = p.owner
         join memoir.memory_source m on m.user_id = p.owner and m.session_id = s.session_id and starts_with(m.message_id, s.id::text)
         join memoir.memory_trace t on t.id = m.trace_id and t.user_id = p.owner and t.kind = 'fact' and t.state = 'active'
       union select p.id, 'summary', p.summary from places p where p.type = 'raw' and p.summary is not null
       union select p.id, 'raw', r.id
         from places p join memoir.raw_session r on r.session = p.session and r.user_id = p.owner where p.type = 'summary'
       union select i.id, e.type, e.dst from shown i join memoir.memory_edge e on e.src = i.id and e.user_id = i.owner and e.ended_at is null and e.type <> 'summarizes'
       union select i.id, e.type, e.src from shown i join memoir.memory_edge e on e.dst = i.id and e.user_id = i.owner and e.ended_at is null and e.type <> 'summarizes'
     ), numbered as (
       select *, row_number() over (partition by item order by type, id) as place from linked
     )
     select item, jsonb_agg(jsonb_build_object('type', type, 'id', id) order by type, id) as links
       from numbered where place <= ${MAX_LINKS} group by item`,
    [
      rows.map((row) => row.type),
      rows.map((row) => row.id),
      rows.map((row) => row.owner),
      rows.map((row) => row.session),
    ],
  )
  return new Map(found.map(({ item, links }) => [item, links]))
}
