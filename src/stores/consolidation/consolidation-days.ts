import type { TraceKind } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'
import { vectorColumn } from '../spaces/vector-format.ts'
import type { Space } from '../spaces/spaces.ts'

/** What a day of a user holds. Episodes hold the same words as their messages, and summaries are made of the rest. */

export interface UserDay {
  readonly userId: string
  /** `YYYY-MM-DD` in the zone. */
  readonly day: string
  readonly zone: string
}

const KINDS = `('message', 'fact', 'note')`

/** Of a memory `t`: stands in the day. `$1` is the user, `$2` the day and `$3` the zone. */
export const OF_DAY = `t.user_id = $1::uuid and t.state = 'active' and t.kind in ${KINDS} and (t.expires_at is null or t.expires_at > now())
  and t.occurred_at >= ($2::date)::timestamp at time zone $3 and t.occurred_at < ($2::date + 1)::timestamp at time zone $3`

/** The same rows at the same revisions have the same one, in whatever order they come. */
const FINGERPRINT = `count(*) || ':' || coalesce(sum(hashtextextended(t.id::text || ':' || t.revision, 0)::numeric), 0)`

export interface DayTrace {
  readonly id: string
  readonly revision: number
  readonly kind: TraceKind
  readonly role: string | null
  readonly name: string | null
  readonly content: string
  readonly scope: string
  readonly collection: string | null
  readonly language: string
  readonly salience: number
  readonly occurredAt: Date
  /** Expires one day, or is the caller's own under an id of theirs: neither retired nor retold. */
  readonly expires: boolean
  readonly named: boolean
  /** What it relates was extracted already. */
  readonly extracted: boolean
}

export interface Day {
  readonly ids: readonly string[]
  readonly fingerprint: string
  /** The most salient ones, in order of time. */
  readonly traces: readonly DayTrace[]
}

/** More of one day is not read word by word. */
const MAX_READ = 1_500

export async function readDay(db: Queryable, day: UserDay): Promise<Day> {
  const values = [day.userId, day.day, day.zone]
  const { rows: all } = await db.query<{ ids: string[] | null; fingerprint: string }>(
    `select array_agg(t.id order by t.id) as ids, ${FINGERPRINT} as fingerprint from memoir.memory_trace t where ${OF_DAY}`,
    values,
  )
  const { rows: traces } = await db.query<DayTrace>(
    `select * from (
       select t.id, t.revision, t.kind, t.role, t.meta ->> 'name' as name, t.content, t.scope, t.collection, t.language,
              t.salience, t.occurred_at as "occurredAt", t.expires_at is not null as expires,
              t.external_id is not null as named,
              t.kind = 'fact' or exists (
                select from memoir.ingested_conversation i
                 where i.user_id = t.user_id and i.source = t.source and i.conversation_id = t.conversation_id and i.extracted <> 'none'
              ) as extracted
         from memoir.memory_trace t
        where ${OF_DAY}
        order by t.salience desc, t.seq limit ${MAX_READ}) x
      order by x."occurredAt", x.id`,
    values,
  )
  return { ids: all[0]?.ids ?? [], fingerprint: all[0]?.fingerprint ?? '0:0', traces }
}

/** Of the memories that a plan was made of, those that stand in the day. */
export async function fingerprintOf(
  db: Queryable,
  day: UserDay,
  ids: readonly string[],
): Promise<string> {
  const { rows } = await db.query<{ fingerprint: string }>(
    `select ${FINGERPRINT} as fingerprint from memoir.memory_trace t where ${OF_DAY} and t.id = any($4::uuid[])`,
    [day.userId, day.day, day.zone, ids],
  )
  return rows[0]?.fingerprint ?? '0:0'
}

export interface Tiers {
  readonly downshift: readonly string[]
  readonly dropHeads: readonly { readonly id: string; readonly heads: readonly string[] }[]
}

/** What of the day's vectors is hot though the day is long past, and which heads memories of little weight have too many. */
export async function readTiers(
  db: Queryable,
  day: UserDay,
  { hotDays, lowSalience }: { hotDays: number; lowSalience: number },
): Promise<Tiers> {
  const { rows } = await db.query<{ id: string; hot: boolean; heads: string[] | null }>(
    `select t.id,
            bool_or(e.tier = 'hot') and ($2::date + 1)::timestamp at time zone $3 <= now() - make_interval(days => $4::int) as hot,
            array_agg(distinct e.head) filter (where e.head <> 'semantic' and t.salience < $5::real) as heads
       from memoir.memory_trace t join memoir.memory_embedding e on e.trace_id = t.id and e.user_id = t.user_id
      where ${OF_DAY}
      group by t.id order by t.id`,
    [day.userId, day.day, day.zone, hotDays, lowSalience],
  )
  return {
    downshift: rows.filter(({ hot }) => hot).map(({ id }) => id),
    dropHeads: rows.flatMap(({ id, heads }) => (heads === null ? [] : [{ id, heads }])),
  }
}

export interface NearPair {
  readonly one: string
  readonly other: string
  readonly cosine: number
}

/** Pairs of these memories that are close by meaning. */
export async function nearPairs(
  db: Queryable,
  {
    userId,
    space,
    ids,
    cosine,
  }: { userId: string; space: Space; ids: readonly string[]; cosine: number },
): Promise<NearPair[]> {
  const { column } = vectorColumn(space)
  const { rows } = await db.query<NearPair>(
    `with own as materialized (
       select e.trace_id as id, e.seq, e.${column} as vec from memoir.memory_embedding e
        where e.user_id = $1::uuid and e.space_id = $2::int and e.head = 'semantic' and e.trace_id = any($3::uuid[]))
     select a.id as one, b.id as other, (1 - (a.vec <=> b.vec))::float as cosine
       from own a join own b on b.seq > a.seq
      where 1 - (a.vec <=> b.vec) >= $4::float
      order by cosine desc, one, other
      limit ${MAX_PAIRS}`,
    [userId, space.id, ids, cosine],
  )
  return rows
}

const MAX_PAIRS = 500

export interface DueDay {
  readonly day: string
  /** The day before today. */
  readonly latest: boolean
}

/**
 * Days that ended and hold something else than their last run left, or whose vectors have aged since: the day before today first, and
 * of the older ones the oldest.
 */
export async function findDueDays(
  db: Queryable,
  {
    userId,
    zone,
    hotDays,
    share,
    limit,
    model,
    version,
  }: {
    userId: string
    zone: string
    hotDays: number
    /** Of the user's memories that one run may retire: one that the guard stopped is tried again once it fits. */
    share: number
    limit: number
    model: string
    version: string
  },
): Promise<DueDay[]> {
  const { rows } = await db.query<DueDay>(
    `with days as (
       select (t.occurred_at at time zone $2)::date as day, ${FINGERPRINT} as fingerprint
         from memoir.memory_trace t
        where t.user_id = $1::uuid and t.state = 'active' and t.kind in ${KINDS} and (t.expires_at is null or t.expires_at > now())
        group by 1),
     due as (
       select d.day from days d
         left join lateral (
           select r.leaves, r.model, r.version, r.state, r.guard from memoir.consolidation_run r
            where r.user_id = $1::uuid and r.day = d.day and not r.dry_run and r.leaves is not null
            order by coalesce(r.undone_at, r.applied_at, r.planned_at) desc limit 1) last on true
        where d.day < (now() at time zone $2)::date and (
          last.leaves is null or last.leaves <> d.fingerprint
          or (last.state <> 'undone' and (last.model, last.version) is distinct from ($6, $7))
          or (last.state = 'guard' and (last.guard->>'retired')::float <= $5::float * (
                select u.trace_count from memoir.memory_user u where u.id = $1::uuid)
              and (last.guard->>'retired')::float <= ${DAY_SHARE} * (last.guard->>'of_day')::float)
          or ((d.day + 1)::timestamp at time zone $2 <= now() - make_interval(days => $3::int) and last.state <> 'undone' and exists (
                select from memoir.memory_trace t join memoir.memory_embedding e on e.trace_id = t.id and e.user_id = t.user_id
                 where t.user_id = $1::uuid and t.state = 'active' and t.kind in ${KINDS} and e.tier = 'hot'
                   and t.occurred_at >= d.day::timestamp at time zone $2 and t.occurred_at < (d.day + 1)::timestamp at time zone $2))))
     select day::text as day, day = (now() at time zone $2)::date - 1 as latest from (
       (select day from due where day = (now() at time zone $2)::date - 1)
       union (select day from due where day < (now() at time zone $2)::date - 1 order by day limit $4)) chosen
      order by latest desc, day`,
    [userId, zone, hotDays, limit, share, model, version],
  )
  return rows
}

/** Of a day's memories at most so many are retired by one run. */
export const DAY_SHARE = 0.2

/** Users of a namespace who have memories, by id. */
export async function usersAfter(
  db: Queryable,
  { namespaceId, after, limit }: { namespaceId: string; after: string | null; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from memoir.memory_user
      where namespace_id = $1::uuid and erased_at is null and trace_count > 0 and ($2::uuid is null or id > $2::uuid)
      order by id limit $3`,
    [namespaceId, after, limit],
  )
  return rows.map(({ id }) => id)
}

/** How many memories a user has. */
export async function countMemories(db: Queryable, userId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select trace_count::float as n from memoir.memory_user where id = $1::uuid`,
    [userId],
  )
  return rows[0]?.n ?? 0
}
