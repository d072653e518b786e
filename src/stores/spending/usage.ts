import { MemoirError, SENTENCE } from '../../errors.ts'
import type { Database, Queryable } from '../database.ts'

/** What is spent on model vendors: counted before it is spent, so that a budget holds whatever dies in between. */

/**
 * `question` is what recall asks: counted and never refused. Tokens that language models write stand apart from those they read, since
 * they cost another price.
 */
export type Purpose = 'embedding' | 'question' | 'language' | 'language_output'

export interface Use {
  readonly purpose: Purpose
  readonly tokens: number
  /** US dollars; null when nobody knows the price. */
  readonly dollars: number | null
}

export interface Spending {
  readonly jobId: string
  readonly model: string
  /** The first one counts the request. */
  readonly uses: readonly Use[]
  /** What the job's budget pays for it: tokens of the embedding model, or as many as cost the same. */
  readonly charge: number
}

const sumOf = (uses: readonly Use[]) => uses.reduce((sum, { dollars }) => sum + (dollars ?? 0), 0)

/** The day (UTC, ISO 8601) that a request was counted for. */
export type SpendingDay = string

/**
 * Takes tokens from a job's budget and dollars from its namespace's day, and counts them: all or nothing, whoever else spends.
 * The job's budget is never exceeded; the day's only by the request that reaches it, else a small rest would hold up work for
 * which it is too little and yet not be spent.
 * @param dayBudget US dollars a day where the namespace has no budget of its own; null is without limit
 * @throws MemoirError `budget_reached`, with `details.budget` saying which: `job` or `day`
 */
export async function reserveTokens(
  db: Database,
  { jobId, model, uses, charge }: Spending,
  dayBudget: number | null,
): Promise<SpendingDay> {
  return await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ namespaceId: string }>(
      `update memoir.job set spent_tokens = spent_tokens + $2
        where id = $1::uuid and (budget_tokens is null or spent_tokens + $2 <= budget_tokens)
        returning namespace_id as "namespaceId"`,
      [jobId, charge],
    )
    const [job] = rows
    if (job === undefined) throw budgetReached('job')
    const { namespaceId } = job
    const day = await spendOnDay(tx, { namespaceId, dollars: sumOf(uses), dayBudget })
    if (day === null) throw budgetReached('day')
    await tx.query(
      `insert into memoir.usage as u (namespace_id, day, model, purpose, requests, tokens, dollars)
       select $1::uuid, $2::date, $3, w.purpose, (w.nth = 1)::int, w.tokens, w.dollars
         from unnest($4::text[], $5::bigint[], $6::numeric[]) with ordinality as w(purpose, tokens, dollars, nth)
       on conflict (namespace_id, day, model, purpose) do update
         set requests = u.requests + excluded.requests, tokens = u.tokens + excluded.tokens, dollars = u.dollars + excluded.dollars`,
      [
        namespaceId,
        day,
        model,
        uses.map(({ purpose }) => purpose),
        uses.map(({ tokens }) => tokens),
        uses.map(({ dollars }) => dollars),
      ],
    )
    return day
  })
}

function budgetReached(budget: 'job' | 'day'): MemoirError {
  return new MemoirError('budget_reached', SENTENCE.budget_reached, { details: { budget } })
}

interface DaySpending {
  readonly namespaceId: string
  readonly dollars: number
  readonly dayBudget: number | null
}

/** Waits for whoever spends of the same day, and then looks. @returns null when the day's budget is spent */
async function spendOnDay(
  tx: Queryable,
  { namespaceId, dollars, dayBudget }: DaySpending,
): Promise<SpendingDay | null> {
  const { rows } = await tx.query<{ day: string }>(
    `insert into memoir.day_spending as d (namespace_id, day, dollars)
     select n.id, (now() at time zone 'utc')::date, $2::numeric
       from memoir.namespace n
      where n.id = $1::uuid and ($2::numeric = 0 or coalesce(n.budget_per_day, $3::numeric, 'infinity') > 0)
     on conflict (namespace_id, day) do update set dollars = d.dollars + excluded.dollars
      where excluded.dollars = 0
         or d.dollars < (select coalesce(n.budget_per_day, $3::numeric, 'infinity') from memoir.namespace n where n.id = $1::uuid)
     returning day::text`,
    [namespaceId, dollars, dayBudget],
  )
  return rows[0]?.day ?? null
}

/** Gives back what a request that was refused or failed did not use. Locks in the order in which it was taken: job, day, usage. */
export async function refundTokens(
  db: Database,
  { jobId, model, uses, charge }: Spending,
  day: SpendingDay,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ namespaceId: string }>(
      `update memoir.job set spent_tokens = greatest(spent_tokens - $2, 0)
        where id = $1::uuid
        returning namespace_id as "namespaceId"`,
      [jobId, charge],
    )
    const [job] = rows
    if (job === undefined) return
    await tx.query(
      `update memoir.day_spending set dollars = greatest(dollars - $3::numeric, 0)
        where namespace_id = $1::uuid and day = $2::date`,
      [job.namespaceId, day, sumOf(uses)],
    )
    await tx.query(
      `update memoir.usage u
          set tokens = greatest(u.tokens - w.tokens, 0), dollars = u.dollars - least(u.dollars, coalesce(w.dollars, 0))
         from unnest($4::text[], $5::bigint[], $6::numeric[]) as w(purpose, tokens, dollars)
        where u.namespace_id = $1::uuid and u.day = $2::date and u.model = $3 and u.purpose = w.purpose`,
      [
        job.namespaceId,
        day,
        model,
        uses.map(({ purpose }) => purpose),
        uses.map(({ tokens }) => tokens),
        uses.map(({ dollars }) => dollars),
      ],
    )
  })
}

export interface Usage {
  readonly namespaceId: string
  readonly model: string
  readonly purpose: Purpose
  readonly requests: number
  readonly tokens: number
  /** US dollars; null when nobody knows the price. */
  readonly dollars: number | null
}

/** Counts for today what was spent without a job. At most one row a namespace, model and purpose. The day is locked first, as above. */
export async function countUsage(db: Database, rows: readonly Usage[]): Promise<void> {
  if (rows.length === 0) return
  const columns = [
    rows.map(({ namespaceId }) => namespaceId),
    rows.map(({ model }) => model),
    rows.map(({ purpose }) => purpose),
    rows.map(({ requests }) => requests),
    rows.map(({ tokens }) => tokens),
    rows.map(({ dollars }) => dollars),
  ]
  const spent = `unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::numeric[])
    as s(namespace_id, model, purpose, requests, tokens, dollars)`
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into memoir.day_spending as d (namespace_id, day, dollars)
       select namespace_id, (now() at time zone 'utc')::date, coalesce(sum(dollars), 0)
         from ${spent} group by namespace_id order by namespace_id
       on conflict (namespace_id, day) do update set dollars = d.dollars + excluded.dollars`,
      columns,
    )
    await tx.query(
      `insert into memoir.usage as u (namespace_id, day, model, purpose, requests, tokens, dollars)
       select namespace_id, (now() at time zone 'utc')::date, model, purpose, requests, tokens, dollars
         from ${spent} order by namespace_id, model, purpose
       on conflict (namespace_id, day, model, purpose) do update
         set requests = u.requests + excluded.requests, tokens = u.tokens + excluded.tokens, dollars = u.dollars + excluded.dollars`,
      columns,
    )
  })
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

/** Deletes the counts of days so long ago, and what namespaces spent in them. @returns how many went */
export async function deleteOldUsage(
  db: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  const { rows } = await db.query<{ deleted: number }>(
    `with counted as (
       delete from memoir.usage where ctid = any(array(
         select ctid from memoir.usage where day < (now() at time zone 'UTC')::date - $1::int
          limit $2 for update skip locked))
       returning 1
     ), spent as (
       delete from memoir.day_spending where day < (now() at time zone 'UTC')::date - $1::int
     )
     select count(*) as deleted from counted`,
    [days, limit],
  )
  return rows[0]?.deleted ?? 0
}
