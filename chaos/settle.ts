import { setTimeout as sleep } from 'node:timers/promises'
import { Client as Postgres } from 'pg'
import { openClient } from './ask.ts'
import type { Expected } from './expected.ts'
import type { World } from './world.ts'

/** Waits until all that was accepted has ended; what then still goes on is for the auditor to say. */

const SETTLED_WITHIN_MS = 600_000
const LOOK_EVERY_MS = 1_000
/** Nothing moved in so many looks, one after the other: what is parked stays so. */
const QUIET_LOOKS = 3

export async function settle(
  { api, direct }: World,
  expected: Expected,
  withinMs = SETTLED_WITHIN_MS,
): Promise<boolean> {
  const client = openClient(api)
  const postgres = new Postgres({ connectionString: direct.postgres })
  await postgres.connect()
  try {
    if (!(await quiet(postgres, withinMs))) return false
    // As an operator would: what failed for want of a server is tried again, and the source is read to its end.
    for (const id of await failedJobs(postgres)) {
      await client.ask({ method: 'POST', path: `/v1/jobs/${id}/retry` })
    }
    if (!(await quiet(postgres, withinMs))) return false
    const body = { extract: 'rules' }
    const answer = await client.ask({ method: 'POST', path: '/v1/backfills', body })
    const job = answer?.body['job']
    if (typeof job === 'string') expected.jobs.set(job, null)
    return await quiet(postgres, withinMs)
  } finally {
    await postgres.end()
  }
}

const UNFINISHED = `
  select (select count(*) from memoir.job where finished_at is null)
       + (select count(*) from memoir.graph_removal)
       + (select count(*) from memoir.memory_trace where state = 'active' and graph_state = 'pending') as n`

async function quiet(postgres: Postgres, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs
  for (let looks = 0; looks < QUIET_LOOKS;) {
    const { rows } = await postgres.query<{ n: string }>(UNFINISHED)
    looks = rows[0]?.n === '0' ? looks + 1 : 0
    if (Date.now() > until) return false
    await sleep(LOOK_EVERY_MS)
  }
  return true
}

async function failedJobs(postgres: Postgres): Promise<string[]> {
  const { rows } = await postgres.query<{ id: string }>(
    `select id from memoir.job where state = 'failed' and error->>'code' <> 'suppressed_user'`,
  )
  return rows.map(({ id }) => id)
}
