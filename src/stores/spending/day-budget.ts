import type { Queryable } from '../database.ts'

/** What a namespace may spend on model vendors in a day (UTC), and what it has. */

export interface DayBudget {
  /** US dollars; null when the namespace has none of its own. */
  readonly perDay: number | null
  /** US dollars since midnight. */
  readonly spentToday: number
  /** When the next day begins. */
  readonly resetsAt: Date
}

export async function findDayBudget(db: Queryable, namespaceId: string): Promise<DayBudget | null> {
  const { rows } = await db.query<DayBudget>(
    `select n.budget_per_day::float8 as "perDay", coalesce(d.dollars, 0)::float8 as "spentToday",
            (date_trunc('day', now() at time zone 'utc') + interval '1 day') at time zone 'utc' as "resetsAt"
       from memoir.namespace n
       left join memoir.day_spending d on d.namespace_id = n.id and d.day = (now() at time zone 'utc')::date
      where n.id = $1::uuid`,
    [namespaceId],
  )
  return rows[0] ?? null
}

/** @param perDay null leaves it to the installation's */
export async function setDayBudget(
  db: Queryable,
  { namespaceId, perDay }: { namespaceId: string; perDay: number | null },
): Promise<void> {
  await db.query(`update memoir.namespace set budget_per_day = $2::numeric where id = $1::uuid`, [
    namespaceId,
    perDay,
  ])
}

/**
 * Lets jobs go on that the day's budget held and no longer does: the day turned, or it was raised.
 * @param dayBudget US dollars where a namespace has none of its own; null is without limit
 * @returns the ids of the jobs
 */
export async function resumeWithinDayBudget(
  db: Queryable,
  dayBudget: number | null,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `update memoir.job j set control = 'resume'
       from memoir.namespace n
       left join memoir.day_spending d on d.namespace_id = n.id and d.day = (now() at time zone 'utc')::date
      where n.id = j.namespace_id and j.state = 'paused' and j.control is null and j.error->>'budget' = 'day'
        and coalesce(d.dollars, 0) < coalesce(n.budget_per_day, $1::numeric, 'infinity')
      returning j.id`,
    [dayBudget],
  )
  return rows.map(({ id }) => id)
}
