import { JOB_STATES, type JobState, type Page } from '../domain/job.ts'
import { activityOf, type DayActivity } from './activity.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Queryable } from './database.ts'

/** What a namespace holds, works on and has spent, as its operators see it. */
export interface NamespaceStats {
  readonly namespace: string
  readonly users: number
  readonly memories: number
  readonly episodes: number
  readonly jobs: Readonly<Record<JobState, number>>
  readonly usage: readonly UsageOfDay[]
  /** Only when it was asked for. */
  readonly activity?: readonly DayActivity[]
}

export interface UsageOfDay {
  /** ISO 8601, UTC. */
  readonly day: string
  readonly model: string
  readonly purpose: string
  readonly requests: number
  readonly tokens: number
  /** US dollars; null when the price was not known. */
  readonly dollars: number | null
}

export interface StatsFilter {
  /** Undefined is every namespace. */
  readonly namespaceId?: string
  /** How many days of usage, today included. */
  readonly days: number
  /** Whether the days are to be told of one by one, which reads every memory and job of them. */
  readonly activity: boolean
  readonly limit: number
  readonly cursor?: string
}

interface NamespaceRow {
  readonly id: string
  readonly namespace: string
  readonly users: number
  readonly memories: number
  readonly episodes: number
}

/** By the namespaces' names. */
export async function listStats(db: Queryable, filter: StatsFilter): Promise<Page<NamespaceStats>> {
  const [after = null] = filter.cursor === undefined ? [] : decodeCursor(filter.cursor, 1)
  const { rows } = await db.query<NamespaceRow>(
    `select n.id, n.name as namespace, count(u.id) as users,
            coalesce(sum(u.trace_count), 0)::bigint as memories, coalesce(sum(u.episode_count), 0)::bigint as episodes
       from memoir.namespace n
       left join memoir.memory_user u on u.namespace_id = n.id and u.erased_at is null
      where ($1::uuid is null or n.id = $1::uuid) and ($2::text is null or n.name > $2)
      group by n.id
      order by n.name
      limit $3`,
    [filter.namespaceId ?? null, after, filter.limit + 1],
  )
  const shown = rows.slice(0, filter.limit)
  const ids = shown.map(({ id }) => id)
  const [jobs, usage, activity] = await Promise.all([
    countJobs(db, ids),
    usageOf(db, ids, filter.days),
    filter.activity ? activityOf(db, ids, filter.days) : undefined,
  ])
  const last = rows.length > filter.limit ? shown.at(-1) : undefined
  return {
    items: shown.map(({ id, ...counts }) => ({
      ...counts,
      jobs: jobs.get(id) ?? noJobs(),
      usage: usage.get(id) ?? [],
      ...(activity === undefined ? {} : { activity: activity.get(id) ?? [] }),
    })),
    next_cursor: last ? encodeCursor([last.namespace]) : null,
  }
}

function noJobs(): Record<JobState, number> {
  return { queued: 0, running: 0, paused: 0, succeeded: 0, failed: 0, cancelled: 0 }
}

async function countJobs(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, Record<JobState, number>>> {
  const { rows } = await db.query<{ id: string; state: JobState; jobs: number }>(
    `select namespace_id as id, state, count(*) as jobs
       from memoir.job where namespace_id = any($1::uuid[]) group by namespace_id, state`,
    [ids],
  )
  const counts = new Map<string, Record<JobState, number>>()
  for (const { id, state, jobs } of rows) {
    const of = counts.get(id) ?? noJobs()
    if (JOB_STATES.includes(state)) of[state] = jobs
    counts.set(id, of)
  }
  return counts
}

/** The latest day first. */
async function usageOf(
  db: Queryable,
  ids: readonly string[],
  days: number,
): Promise<Map<string, UsageOfDay[]>> {
  const { rows } = await db.query<UsageOfDay & { id: string }>(
    `select namespace_id as id, day::text, model, purpose, requests, tokens, dollars::float8
       from memoir.usage
      where namespace_id = any($1::uuid[]) and day > (now() at time zone 'utc')::date - $2::int
      order by day desc, model, purpose`,
    [ids, days],
  )
  const usage = new Map<string, UsageOfDay[]>()
  for (const { id, ...row } of rows) usage.set(id, [...(usage.get(id) ?? []), row])
  return usage
}
