import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import type { Database } from '../../src/stores/database.ts'
import { answerOf, requestOf } from '../api/api-fixture.ts'
import { environment } from '../support/chaos.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { startProcess } from '../support/processes.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const CLIENTS = 20
const SESSIONS = 5
const POSTS = 5
const KILLS = 10
const KILL_GAP_MS = 5_000
const KILL_JITTER_MS = 3_000
const DONE_WITHIN_MS = 10 * 60_000

/** What a client has said in a session by its `count`th post; all of one user begin with the same fact. */
function transcript(session: number, count: number): string {
  const turns = Array.from(
    { length: count },
    (_, n) =>
      `User: ${n === 0 ? 'I live in Berlin.' : `My friend number ${session}-${n} works at a bakery.`}\nAssistant: I see.`,
  )
  return turns.join('\n')
}

type Post = (body: unknown, key: string) => Promise<number>

/** Posts session after session, each post two or three times under one key, as clients do that lost the answer. */
async function beClient(client: number, post: Post): Promise<void> {
  for (let session = 0; session < SESSIONS; session += 1) {
    for (let count = 1; count <= POSTS; count += 1) {
      const body = {
        user_id: `user-${client}`,
        session_id: `session-${session}`,
        transcript: transcript(session, count),
      }
      const key = `${client}-${session}-${count}`
      const both = await Promise.all([post(body, key), post(body, key)])
      const again = both.includes(202) && both.includes(409) ? [await post(body, key)] : []
      expect([...both, ...again]).toContain(202)
    }
  }
}

suite(
  'five hundred posts of twenty clients, repeated, and ten kill -9 of the worker: each is processed once and in order',
  { timeout: 15 * 60_000 },
  async () => {
    await using store = await createTestDatabase()
    const env = environment(store.url, inject('temporalAddress'))
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    const app = createApp(services, { principal: localAdmin })
    const post: Post = async (body, key) => {
      const request = requestOf({ body, headers: { 'idempotency-key': key } })
      return (await answerOf(await app.request('/v1/sessions', request))).status
    }
    let worker = startProcess('worker', env)
    try {
      const clients = Promise.all(
        Array.from({ length: CLIENTS }, async (_, client) => await beClient(client, post)),
      )
      for (let kill = 0; kill < KILLS; kill += 1) {
        // The moment of a kill is the test's input, not something it waits for.
        await pause(KILL_GAP_MS + Math.random() * KILL_JITTER_MS)
        await worker.kill()
        worker = startProcess('worker', env)
      }
      await clients
      await vi.waitUntil(async () => (await countOpen(store.db)) === 0, {
        timeout: DONE_WITHIN_MS,
        interval: 500,
      })
      await expectOnceAndInOrder(store.db)
    } finally {
      await worker.kill()
      await services.close()
    }
  },
)

async function countOpen(db: Database): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*) as open from memoir.job where state in ('queued', 'running', 'paused')`,
  )
  return rows[0]?.open ?? 0
}

async function expectOnceAndInOrder(db: Database): Promise<void> {
  const { rows: posts } = await db.query(
    `select count(*) as posts, count(*) filter (where status = 'processed') as processed, count(distinct job_id) as jobs,
            count(*) filter (where first_new = (number - 1) * 2) as extended,
            (select count(*) from memoir.job) as accepted
       from memoir.raw_session`,
  )
  const all = CLIENTS * SESSIONS * POSTS
  expect(posts).toEqual([{ posts: all, processed: all, jobs: all, extended: all, accepted: all }])
  const { rows: late } = await db.query(
    `select from memoir.raw_session earlier join memoir.raw_session later using (session)
      where earlier.number < later.number and earlier.processed_at > later.started_at`,
  )
  expect(late).toHaveLength(0)
  const { rows: twice } = await db.query(
    `select content from memoir.memory_trace where kind = 'fact' and state = 'active' group by user_id, content having count(*) > 1`,
  )
  expect(twice).toEqual([])
  const { rows: shared } = await db.query(
    `select t.user_id, count(distinct m.session_id) as sessions
       from memoir.memory_trace t join memoir.memory_source m on m.trace_id = t.id
      where t.kind = 'fact' and t.state = 'active' and t.content like '%Berlin%'
      group by t.user_id`,
  )
  expect(shared.map(({ sessions }) => sessions)).toEqual(
    Array.from({ length: CLIENTS }, () => SESSIONS),
  )
  const { rows: days } = await db.query(
    'select sum(processed)::int as processed, sum(errors)::int as errors from memoir.processing_stats',
  )
  expect(days).toEqual([{ processed: all, errors: 0 }])
  expect(await findDisagreements(db)).toEqual([])
}
