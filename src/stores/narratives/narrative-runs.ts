import type { NarrativeFailure } from '../../domain/narrative.ts'
import type { Page } from '../../domain/job.ts'
import { storedFailure } from '../../errors.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'

/** Runs over the narratives of a namespace: whom each has in hand, and what became of them. */

export interface RunChoice {
  readonly jobId: string
  readonly namespaceId: string
  readonly minMemories: number
  /** Null chooses whoever has no fresh narrative; else those whose narrative is stale by then. */
  readonly staleBy: Date | null
}

/** Chooses the users of a run. Chosen again, after a retry, those that failed wait once more. */
export async function chooseUsers(db: Queryable, choice: RunChoice): Promise<void> {
  const { jobId, namespaceId, minMemories, staleBy } = choice
  await db.query(
    `insert into memoir.narrative_run as r (job_id, user_id)
     select $1::uuid, u.id
       from memoir.memory_user u left join memoir.user_narratives n on n.user_id = u.id
      where u.namespace_id = $2::uuid and u.erased_at is null and u.trace_count >= $3
        and case when $4::timestamptz is null
                 then n.narrative_content is null or n.state not in ('fresh', 'generating') or n.fresh_until <= now()
                 else n.narrative_content is not null and n.fresh_until <= $4::timestamptz end
     on conflict (job_id, user_id) do update
       set state = 'waiting', code = null, narrative_job = null, updated_at = now() where r.state = 'failed'`,
    [jobId, namespaceId, minMemories, staleBy],
  )
}

/**
 * Writes down what became of those that were asked. A job that waits for a person has failed as far as the run is concerned; one
 * whose row is gone is asked again, which does nothing when the narrative was made.
 */
export async function settleAsked(db: Queryable, jobId: string): Promise<void> {
  await db.query(
    `update memoir.narrative_run r
        set updated_at = now(),
            state = case when j.id is null then 'waiting'
                         when u.erased_at is not null then 'gone'
                         when j.state <> 'succeeded' then 'failed'
                         when n.made_by = j.id then 'made' else 'unchanged' end,
            code = case when j.state <> 'succeeded' and u.erased_at is null then coalesce(j.error->>'code', j.state) end
       from memoir.narrative_run asked
       join memoir.memory_user u on u.id = asked.user_id
       left join memoir.job j on j.id = asked.narrative_job and j.namespace_id = u.namespace_id
       left join memoir.user_narratives n on n.user_id = asked.user_id
      where asked.job_id = $1::uuid and asked.state = 'asked'
        and (j.id is null or j.state in ('succeeded', 'failed', 'cancelled') or j.error->>'code' in ('stuck', 'workflow_taken'))
        and r.job_id = asked.job_id and r.user_id = asked.user_id`,
    [jobId],
  )
}

/** The next so many that wait, without those who were erased meanwhile. */
export async function takeWaiting(
  db: Queryable,
  { jobId, atOnce }: { jobId: string; atOnce: number },
): Promise<string[]> {
  await db.query(
    `update memoir.narrative_run r set state = 'gone', updated_at = now()
       from memoir.memory_user u
      where r.job_id = $1::uuid and r.state = 'waiting' and u.id = r.user_id and u.erased_at is not null`,
    [jobId],
  )
  const { rows } = await db.query<{ userId: string }>(
    `select user_id as "userId" from memoir.narrative_run
      where job_id = $1::uuid and state = 'waiting'
      order by user_id
      limit greatest(0, $2 - (select count(*) from memoir.narrative_run where job_id = $1::uuid and state = 'asked'))`,
    [jobId, atOnce],
  )
  return rows.map(({ userId }) => userId)
}

export async function markAsked(
  db: Queryable,
  { jobId, userId, narrativeJob }: { jobId: string; userId: string; narrativeJob: string },
): Promise<void> {
  await db.query(
    `update memoir.narrative_run set state = 'asked', narrative_job = $3::uuid, updated_at = now()
      where job_id = $1::uuid and user_id = $2::uuid`,
    [jobId, userId, narrativeJob],
  )
}

export interface RunCounts {
  readonly total: number
  readonly made: number
  readonly unchanged: number
  readonly errors: number
  readonly left: number
}

export async function countRun(db: Queryable, jobId: string): Promise<RunCounts> {
  const { rows } = await db.query<RunCounts>(
    `select count(*)::int as total,
            count(*) filter (where state = 'made')::int as made,
            count(*) filter (where state in ('unchanged', 'gone'))::int as unchanged,
            count(*) filter (where state = 'failed')::int as errors,
            count(*) filter (where state in ('waiting', 'asked'))::int as left
       from memoir.narrative_run where job_id = $1::uuid`,
    [jobId],
  )
  return rows[0] ?? { total: 0, made: 0, unchanged: 0, errors: 0, left: 0 }
}

/** Those whose narrative could not be made, by their ids. */
export async function listRunFailures(
  db: Queryable,
  query: { namespaceId: string; id: string; limit: number; cursor?: string },
): Promise<Page<NarrativeFailure>> {
  const [after] = query.cursor === undefined ? [null] : decodeCursor(query.cursor, 1)
  const { rows } = await db.query<{ user: string; code: string | null; at: Date }>(
    `select u.external_id as "user", r.code, r.updated_at as at
       from memoir.narrative_run r join memoir.memory_user u on u.id = r.user_id
      where r.job_id = $1::uuid and u.namespace_id = $2::uuid and r.state = 'failed'
        and ($3::text is null or u.external_id > $3)
      order by u.external_id
      limit $4`,
    [query.id, query.namespaceId, after, query.limit + 1],
  )
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined
  return {
    items: rows.slice(0, query.limit).map(({ user, code, at }) => ({
      user_id: user,
      ...storedFailure(code),
      failed_at: at.toISOString(),
    })),
    next_cursor: last ? encodeCursor([last.user]) : null,
  }
}
