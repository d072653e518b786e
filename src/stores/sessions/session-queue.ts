import type { Queryable } from '../database.ts'

/** What of posted transcripts waits, and how long the work on one takes. */

/** Whose posts are meant: all of a namespace, of one of its collections, of one user (surrogate uuid). */
export interface PostReach {
  readonly namespaceId: string
  readonly collection?: string | undefined
  readonly userId?: string | undefined
}

const REACH = `r.namespace_id = $1::uuid and ($2::text is null or r.collection = $2) and ($3::uuid is null or r.user_id = $3::uuid)`
const reachOf = ({ namespaceId, collection, userId }: PostReach) => [
  namespaceId,
  collection ?? null,
  userId ?? null,
]

/** Posts that are not processed yet; with `until` those accepted by then. */
export async function countOpenPosts(
  db: Queryable,
  reach: PostReach,
  until?: Date,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from memoir.raw_session r
      where ${REACH} and r.status in ('queued', 'processing')
        and ($4::timestamptz is null or r.queued_at < $4::timestamptz + interval '1 millisecond')`,
    [...reachOf(reach), until ?? null],
  )
  return rows[0]?.count ?? 0
}

export interface Pace {
  /** From the first step to the last of one post. */
  readonly seconds: number
  /** How many were worked on at once; at least 1. */
  readonly atOnce: number
}

/** So many of the last processed posts tell how long the next will take. */
const MEASURED = 100

/** Null until anything of the namespace was processed. */
export async function measurePace(db: Queryable, namespaceId: string): Promise<Pace | null> {
  const { rows } = await db.query<{ seconds: number | null; at_once: number | null }>(
    `select avg(took) as seconds, greatest(1, sum(took) / nullif(extract(epoch from max(processed_at) - min(started_at)), 0))::float as at_once
       from (select processed_at, started_at, extract(epoch from processed_at - started_at)::float as took
               from memoir.raw_session
              where namespace_id = $1::uuid and status = 'processed' and started_at is not null
              order by processed_at desc
              limit $2) as last`,
    [namespaceId, MEASURED],
  )
  const [row] = rows
  return row?.seconds == null ? null : { seconds: row.seconds, atOnce: row.at_once ?? 1 }
}

export interface QueueStatus {
  readonly queued: number
  readonly processing: number
  readonly errors: number
  readonly oldestQueuedAt: Date | null
  readonly processedToday: number
  /** Of the last processed ones; null when there is none. */
  readonly averageSeconds: number | null
}

/** Days are those of UTC. */
const TODAY = `date_trunc('day', now() at time zone 'utc') at time zone 'utc'`

/** Each count has an index of its own, since most posts were processed long ago. */
export async function readQueueStatus(db: Queryable, reach: PostReach): Promise<QueueStatus> {
  const { rows } = await db.query<QueueStatus>(
    `select open.queued, open.processing, open.oldest as "oldestQueuedAt",
            (select count(*) from memoir.raw_session r where ${REACH} and r.status = 'error') as errors,
            (select count(*) from memoir.raw_session r
              where ${REACH} and r.status = 'processed' and r.processed_at >= ${TODAY}) as "processedToday",
            (select avg(took) from (
               select extract(epoch from r.processed_at - r.started_at)::float as took from memoir.raw_session r
                where ${REACH} and r.status = 'processed' and r.started_at is not null
                order by r.processed_at desc limit $4) as last) as "averageSeconds"
       from (select count(*) filter (where r.status = 'queued') as queued,
                    count(*) filter (where r.status = 'processing') as processing,
                    min(r.queued_at) filter (where r.status = 'queued') as oldest
               from memoir.raw_session r
              where ${REACH} and r.status in ('queued', 'processing')) as open`,
    [...reachOf(reach), MEASURED],
  )
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate without a row')
  return row
}

export interface DayCounts {
  /** YYYY-MM-DD in UTC. */
  readonly day: string
  readonly processed: number
  readonly errors: number
  readonly facts: number
  readonly superseded: number
  readonly summaries: number
  readonly average_seconds: number | null
}

/** As they were counted when posts came to their end, whatever was cleaned up since; newest first. */
export async function countDays(
  db: Queryable,
  { namespaceId, collection }: PostReach,
  days: number,
): Promise<DayCounts[]> {
  const { rows } = await db.query<DayCounts>(
    `select to_char(day, 'YYYY-MM-DD') as day, sum(processed)::int as processed, sum(errors)::int as errors,
            sum(facts)::int as facts, sum(superseded)::int as superseded, sum(summaries)::int as summaries,
            sum(seconds) / nullif(sum(processed), 0) as average_seconds
       from memoir.processing_stats
      where namespace_id = $1::uuid and ($2::text is null or collection = $2)
        and day > (now() at time zone 'utc')::date - $3::int
      group by day order by processing_stats.day desc`,
    [namespaceId, collection ?? null, days],
  )
  return rows
}

/** The same of one user alone, as far as posts are kept. */
export async function countDaysOfUser(
  db: Queryable,
  reach: PostReach,
  days: number,
): Promise<DayCounts[]> {
  const { rows } = await db.query<DayCounts>(
    `select to_char(r.processed_at at time zone 'utc', 'YYYY-MM-DD') as day,
            count(*) filter (where r.status = 'processed')::int as processed,
            count(*) filter (where r.status = 'error')::int as errors,
            coalesce(sum(r.facts) filter (where r.status = 'processed'), 0)::int as facts,
            coalesce(sum(r.superseded) filter (where r.status = 'processed'), 0)::int as superseded,
            count(*) filter (where r.status = 'processed' and s.summary_trace_id is not null)::int as summaries,
            avg(extract(epoch from r.processed_at - r.started_at)) filter (where r.status = 'processed')::float as average_seconds
       from memoir.raw_session r join memoir.session s on s.id = r.session and s.user_id = r.user_id
      where ${REACH} and r.processed_at > now() - make_interval(days => $4::int)
      group by 1 order by 1 desc`,
    [...reachOf(reach), days],
  )
  return rows
}

export interface CollectionSize {
  readonly discrete: number
  readonly summaries: number
  readonly queued: number
  readonly processing: number
  readonly processed: number
  readonly error: number
  readonly storage_bytes: number
}

/** Counted from the rows themselves; bytes are those of the texts. */
export async function measureCollection(db: Queryable, reach: PostReach): Promise<CollectionSize> {
  const { rows } = await db.query<CollectionSize>(
    `with posts as (
       select count(*) filter (where r.status = 'queued') as queued, count(*) filter (where r.status = 'processing') as processing,
              count(*) filter (where r.status = 'processed') as processed, count(*) filter (where r.status = 'error') as error,
              coalesce(sum(r.bytes::bigint), 0)::bigint as bytes
         from memoir.raw_session r where ${REACH}
     ), memories as (
       select count(*) filter (where t.kind = 'fact') as discrete, count(*) filter (where t.kind = 'summary') as summaries,
              coalesce(sum(octet_length(t.content)::bigint), 0)::bigint as bytes
         from memoir.memory_user u
         join memoir.memory_trace t on t.user_id = u.id and t.state = 'active' and t.kind in ('fact', 'summary')
        where u.namespace_id = $1::uuid and u.erased_at is null and ($2::text is null or t.collection = $2)
          and ($3::uuid is null or u.id = $3::uuid)
     )
     select m.discrete, m.summaries, p.queued, p.processing, p.processed, p.error, p.bytes + m.bytes as storage_bytes
       from posts p, memories m`,
    reachOf(reach),
  )
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate without a row')
  return row
}
