import type { Queryable } from './database.ts'

/** What a namespace took in and how that went, a day. Days on which nothing happened are left out. */
export interface DayActivity {
  /** ISO 8601, UTC. */
  readonly day: string
  /** Memories that came, apart from episodes. */
  readonly memories: number
  /** From acceptance until it was searchable, of posted sessions and of memories that were stored one by one; null when there were none. */
  readonly lag_ms: { readonly p50: number; readonly p95: number } | null
  /** Jobs that failed and stand so. */
  readonly failures: number
}

interface JobsRow {
  readonly id: string
  readonly day: string
  readonly failures: number
  readonly p50: number | null
  readonly p95: number | null
}

interface MemoriesRow {
  readonly id: string
  readonly day: string
  readonly memories: number
}

/** The earliest day first, by namespace. */
export async function activityOf(
  db: Queryable,
  ids: readonly string[],
  days: number,
): Promise<Map<string, DayActivity[]>> {
  const [memories, jobs] = await Promise.all([
    memoriesByDay(db, ids, days),
    jobsByDay(db, ids, days),
  ])
  return new Map(
    ids.map((id) => [
      id,
      joined(
        memories.filter((row) => row.id === id),
        jobs.filter((row) => row.id === id),
      ),
    ]),
  )
}

function joined(memories: readonly MemoriesRow[], jobs: readonly JobsRow[]): DayActivity[] {
  const days = new Set([...memories, ...jobs].map(({ day }) => day))
  return [...days].toSorted().map((day) => {
    const job = jobs.find((row) => row.day === day)
    const { p50 = null, p95 = null, failures = 0 } = job ?? {}
    return {
      day,
      memories: memories.find((row) => row.day === day)?.memories ?? 0,
      lag_ms: p50 === null || p95 === null ? null : { p50, p95 },
      failures,
    }
  })
}

async function memoriesByDay(
  db: Queryable,
  ids: readonly string[],
  days: number,
): Promise<MemoriesRow[]> {
  const { rows } = await db.query<MemoriesRow>(
    `select u.namespace_id as id, (t.created_at at time zone 'utc')::date::text as day, count(*) as memories
       from memoir.memory_user u
       join memoir.memory_trace t on t.user_id = u.id
      where u.namespace_id = any($1::uuid[]) and u.erased_at is null and t.state = 'active' and t.kind <> 'episode'
        and t.created_at >= ((now() at time zone 'utc')::date - $2::int + 1)::timestamp at time zone 'utc'
      group by 1, 2`,
    [ids, days],
  )
  return rows
}

async function jobsByDay(db: Queryable, ids: readonly string[], days: number): Promise<JobsRow[]> {
  const { rows } = await db.query<JobsRow>(
    `select namespace_id as id, (created_at at time zone 'utc')::date::text as day,
            count(*) filter (where state = 'failed') as failures,
            percentile_cont(0.5) within group (order by lag) as p50, percentile_cont(0.95) within group (order by lag) as p95
       from (
         select namespace_id, created_at, state,
                case when state = 'succeeded' and kind in ('memory', 'session')
                     then round(extract(epoch from finished_at - created_at) * 1000)::float8 end as lag
           from memoir.job
          where namespace_id = any($1::uuid[])
            and created_at >= ((now() at time zone 'utc')::date - $2::int + 1)::timestamp at time zone 'utc'
       ) worked
      group by 1, 2`,
    [ids, days],
  )
  return rows
}
