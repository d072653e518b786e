import type { Queryable } from '../database.ts'
import { vectorColumn } from '../spaces/vector-format.ts'
import type { Space } from '../spaces/spaces.ts'

/** What a memory may have to do with others of its user: links, things that both name, nearness of meaning. One statement. */

export interface ConnectionQuery {
  readonly userId: string
  readonly traceId: string
  readonly scopes?: readonly string[]
  readonly kinds: readonly string[]
  /** Null while there are no vectors. */
  readonly space: Space | null
  /** Of each sort. */
  readonly limit: number
}

export interface ConnectionRow {
  readonly id: string
  readonly content: string
  /** Types of the links between the two. */
  readonly links: readonly string[]
  readonly linkWeight: number | null
  /** What both name, the rarest first. */
  readonly names: readonly string[]
  readonly nameWeight: number | null
  readonly cosine: number | null
}

/** An entity is looked up in so many memories; what more of them name tells nothing. */
const NAMED_BY = 200
/** A suggestion is read, not searched: the beginning tells what it is about. */
const SHOWN_CHARS = 1_000

export async function findConnections(
  db: Queryable,
  { userId, traceId, scopes, kinds, space, limit }: ConnectionQuery,
): Promise<ConnectionRow[]> {
  const { rows } = await db.query<ConnectionRow>(
    `with links as (
       select case when e.src = $2::uuid then e.dst else e.src end as id, array_agg(distinct e.type order by e.type) as types,
              max(e.weight)::float as weight
         from memoir.memory_edge e
        where e.user_id = $1::uuid and (e.src = $2::uuid or e.dst = $2::uuid) and e.ended_at is null and e.type <> 'mentions'
        group by 1 order by 3 desc limit $3),
     named as (
       select n.id, n.value, e.weight, m.src, count(*) over (partition by n.id) as known
         from memoir.memory_edge e
         join memoir.entity n on n.id = e.dst and n.user_id = e.user_id
         cross join lateral (
           select src from memoir.memory_edge
            where dst = n.id and user_id = $1::uuid and type = 'mentions' and ended_at is null and src <> $2::uuid
            limit ${NAMED_BY}) m
        where e.user_id = $1::uuid and e.src = $2::uuid and e.type = 'mentions' and e.ended_at is null),
     names as (
       -- The rarer a thing, the more it says that both name it; several say more than one.
       select src as id, array_agg(value order by known, value) as names,
              (1 - exp(sum(ln(greatest(1e-6, 1 - 0.9 * weight / (1 + ln(known)))))))::float as weight
         from named group by src order by 3 desc limit $3),
     near as (${nearest(space)})
     select t.id, left(t.content, ${SHOWN_CHARS}) as content, coalesce(l.types, '{}') as links, l.weight as "linkWeight",
            coalesce(n.names, '{}') as names, n.weight as "nameWeight", v.cosine
       from (select id from links union select id from names union select id from near) x
       join memoir.memory_trace t on t.id = x.id and t.user_id = $1::uuid and t.state = 'active' and t.kind = any($4::text[])
        and (t.expires_at is null or t.expires_at > now()) and ($5::text[] is null or t.scope = any($5::text[]))
       left join links l on l.id = x.id left join names n on n.id = x.id left join near v on v.id = x.id`,
    [userId, traceId, limit, kinds, scopes ?? null],
  )
  return rows
}

/** The space's number and width stand in the text of the statement, as in a question's. */
function nearest(space: Space | null): string {
  if (space === null) return 'select null::uuid as id, null::float as cosine where false'
  const { column, type } = vectorColumn(space)
  const vector = (alias: string) => `${alias}.${column}::${type}(${space.dimensions})`
  return `select o.trace_id as id, (1 - (${vector('o')} <=> ${vector('e')}))::float as cosine
       from memoir.memory_embedding e
       join memoir.memory_embedding o
         on o.user_id = e.user_id and o.space_id = e.space_id and o.head = e.head and o.trace_id <> e.trace_id
        and o.kind = any($4::text[])
       join memoir.memory_trace s on s.id = o.trace_id and s.user_id = o.user_id and s.state = 'active'
        and ($5::text[] is null or s.scope = any($5::text[]))
      where e.trace_id = $2::uuid and e.user_id = $1::uuid and e.space_id = ${space.id} and e.head = 'semantic'
      order by ${vector('o')} <=> ${vector('e')} limit $3`
}
