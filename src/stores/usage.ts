import type { Queryable } from './database.ts'

/** What is spent on model vendors: counted before it is spent, so that a budget holds whatever dies in between. */

export interface Spending {
  readonly jobId: string
  readonly model: string
  readonly purpose: 'embedding'
  readonly tokens: number
}

/** Takes tokens from a job's budget and counts them for the day, in one statement. @returns false when they do not fit any more */
export async function reserveTokens(db: Queryable, spending: Spending): Promise<boolean> {
  const { jobId, model, purpose, tokens } = spending
  const { rowCount } = await db.query(
    `with reserved as (
       update memoir.job set spent_tokens = spent_tokens + $2
        where id = $1::uuid and (budget_tokens is null or spent_tokens + $2 <= budget_tokens)
       returning namespace_id)
     insert into memoir.usage as u (namespace_id, day, model, purpose, requests, tokens)
     select namespace_id, (now() at time zone 'utc')::date, $3, $4, 1, $2 from reserved
     on conflict (namespace_id, day, model, purpose) do update
       set requests = u.requests + 1, tokens = u.tokens + excluded.tokens`,
    [jobId, tokens, model, purpose],
  )
  return rowCount === 1
}

/** Gives back what a request that was refused or failed did not use. */
export async function refundTokens(db: Queryable, spending: Spending): Promise<void> {
  const { jobId, model, purpose, tokens } = spending
  await db.query(
    `with refunded as (
       update memoir.job set spent_tokens = greatest(spent_tokens - $2, 0)
        where id = $1::uuid
       returning namespace_id)
     update memoir.usage u set tokens = greatest(u.tokens - $2, 0)
       from refunded r
      where u.namespace_id = r.namespace_id and u.day = (now() at time zone 'utc')::date and u.model = $3 and u.purpose = $4`,
    [jobId, tokens, model, purpose],
  )
}

/** Raises (or lowers) what an unfinished job may spend; null lifts the limit. */
export async function setBudget(
  db: Queryable,
  { jobId, tokens }: { jobId: string; tokens: number | null },
): Promise<void> {
  await db.query(
    `update memoir.job set budget_tokens = $2::bigint
      where id = $1::uuid and state in ('queued', 'running', 'paused')`,
    [jobId, tokens],
  )
}
