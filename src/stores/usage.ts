import type { Queryable } from './database.ts'

/** What is spent on model vendors: counted before it is spent, so that a budget holds whatever dies in between. */

/** Tokens that language models write stand apart from those they read, since they cost another price. */
export type UsagePurpose = 'embedding' | 'language' | 'language_output'

export interface Spending {
  readonly jobId: string
  readonly model: string
  /** The first one counts the request. */
  readonly uses: readonly { readonly purpose: UsagePurpose; readonly tokens: number }[]
  /** What the budget pays for it: tokens of the embedding model, or as many as cost the same. */
  readonly charge: number
}

/** Takes tokens from a job's budget and counts them for the day, in one statement. @returns false when they do not fit any more */
export async function reserveTokens(db: Queryable, spending: Spending): Promise<boolean> {
  const { rowCount } = await db.query(
    `with reserved as (
       update memoir.job set spent_tokens = spent_tokens + $2
        where id = $1::uuid and (budget_tokens is null or spent_tokens + $2 <= budget_tokens)
       returning namespace_id)
     insert into memoir.usage as u (namespace_id, day, model, purpose, requests, tokens)
     select r.namespace_id, (now() at time zone 'utc')::date, $3, w.purpose, (w.nth = 1)::int, w.tokens
       from reserved r, unnest($4::text[], $5::bigint[]) with ordinality as w(purpose, tokens, nth)
     on conflict (namespace_id, day, model, purpose) do update
       set requests = u.requests + excluded.requests, tokens = u.tokens + excluded.tokens`,
    parametersOf(spending),
  )
  return rowCount === spending.uses.length
}

/** Gives back what a request that was refused or failed did not use. */
export async function refundTokens(db: Queryable, spending: Spending): Promise<void> {
  await db.query(
    `with refunded as (
       update memoir.job set spent_tokens = greatest(spent_tokens - $2, 0)
        where id = $1::uuid
       returning namespace_id)
     update memoir.usage u set tokens = greatest(u.tokens - w.tokens, 0)
       from refunded r, unnest($4::text[], $5::bigint[]) as w(purpose, tokens)
      where u.namespace_id = r.namespace_id and u.day = (now() at time zone 'utc')::date and u.model = $3 and u.purpose = w.purpose`,
    parametersOf(spending),
  )
}

function parametersOf({ jobId, model, uses, charge }: Spending) {
  return [
    jobId,
    charge,
    model,
    uses.map(({ purpose }) => purpose),
    uses.map(({ tokens }) => tokens),
  ]
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
