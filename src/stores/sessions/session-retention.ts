import type { Queryable } from '../database.ts'
import type { PostReach } from './session-queue.ts'

/** Posts that were kept long enough. What was made of them stays, and so do posts that are still to be processed. */

/** Undefined is every namespace: for the daily run alone. */
export type CleanReach = PostReach | null

const REACH = `($1::uuid is null or r.namespace_id = $1::uuid) and ($2::text is null or r.collection = $2)
  and ($3::uuid is null or r.user_id = $3::uuid)`
const reachOf = (reach: CleanReach) => [
  reach?.namespaceId ?? null,
  reach?.collection ?? null,
  reach?.userId ?? null,
]

export interface OldPosts {
  readonly status: 'processed' | 'error'
  readonly days: number
  readonly limit: number
}

/**
 * Deletes posts that came to their end so many days ago, with the answers that models gave to their jobs. A post that is being
 * retried is no longer of that status and stays. @returns how many went
 */
export async function deleteOldPosts(
  db: Queryable,
  reach: CleanReach,
  { status, days, limit }: OldPosts,
): Promise<number> {
  const { rows } = await db.query<{ deleted: number }>(
    `with old as (
       select r.id from memoir.raw_session r
        where ${REACH} and r.status = $4 and r.processed_at < now() - make_interval(days => $5::int)
        order by r.processed_at
        limit $6
        for update skip locked
     ), gone as (
       delete from memoir.raw_session r using old where r.id = old.id returning r.job_id
     ), answers as (
       delete from memoir.model_answer a using gone where a.job_id = gone.job_id
     )
     select count(*) as deleted from gone`,
    [...reachOf(reach), status, days, limit],
  )
  return rows[0]?.deleted ?? 0
}

/** Deletes sessions that nothing was posted to for so long, and whose posts are gone. @returns how many went */
export async function deleteOldSessions(
  db: Queryable,
  reach: CleanReach,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `with old as (
       select r.id from memoir.session r
        where ${REACH} and r.updated_at < now() - make_interval(days => $4::int)
          and not exists (select from memoir.raw_session p where p.session = r.id)
        order by r.updated_at
        limit $5
        for update skip locked
     )
     delete from memoir.session s using old where s.id = old.id`,
    [...reachOf(reach), days, limit],
  )
  return rowCount ?? 0
}

/** Posts as old that stay, since they were not processed. */
export async function countKept(db: Queryable, reach: CleanReach, days: number): Promise<number> {
  const { rows } = await db.query<{ kept: number }>(
    `select count(*) as kept from memoir.raw_session r
      where ${REACH} and r.status <> 'processed' and r.queued_at < now() - make_interval(days => $4::int)`,
    [...reachOf(reach), days],
  )
  return rows[0]?.kept ?? 0
}

const LAST_RUN = 'session_retention'
/** What the row says while a run is under way, and after it. */
const [RUNNING, DONE] = ['running', 'done']
/** A run takes minutes: one that has not ended by then died. */
const LEASE = '1 hour'

/** Takes the day's run, unless it was done within a day or somebody is at it. @returns whether it is ours */
export async function claimRetention(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into memoir.setting as s (name, value, updated_at) values ($1, convert_to($2, 'UTF8'), now())
     on conflict (name) do update set value = excluded.value, updated_at = now()
       where s.updated_at < now() - case s.value when convert_to($3, 'UTF8') then interval '1 day' else interval '${LEASE}' end`,
    [LAST_RUN, RUNNING, DONE],
  )
  return rowCount === 1
}

export async function finishRetention(db: Queryable): Promise<void> {
  await db.query(
    `update memoir.setting set value = convert_to($2, 'UTF8'), updated_at = now() where name = $1`,
    [LAST_RUN, DONE],
  )
}
