import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip

async function spend(memoir: ApiFixture, namespace: string, rows: readonly string[]) {
  for (const row of rows) {
    await memoir.db.query(
      `insert into memoir.usage (namespace_id, day, model, purpose, requests, tokens, dollars)
       select $1, (now() at time zone 'utc')::date - ago, model, purpose, requests, tokens, dollars
         from (values ${row}) v (ago, model, purpose, requests, tokens, dollars)`,
      [await memoir.namespace(namespace)],
    )
  }
}

suite('counts what a namespace holds, works on and has spent', async () => {
  await using memoir = await createApiFixture()
  for (const name of ['ann', 'bob']) await memoir.user(name)
  await memoir.db.query(
    `update memoir.memory_user set trace_count = 5, episode_count = 2 where external_id = 'ann'`,
  )
  await memoir.db.query(
    `update memoir.memory_user set trace_count = 9, erased_at = now() where external_id = 'bob'`,
  )
  await memoir.job({ state: 'failed' })
  await memoir.job({ state: 'paused' })
  await memoir.job({ state: 'failed' })
  await spend(memoir, 'default', [
    `(0, 'text-embedding-3-small', 'embedding', 2, 1000000, 0.5::numeric)`,
    `(1, 'text-embedding-3-small', 'question', 3, 2000000, null::numeric)`,
    `(40, 'text-embedding-3-small', 'embedding', 1, 7, null::numeric)`,
  ])
  const today = new Date().toISOString().slice(0, 10)

  const { status, json } = await memoir.send('/v1/stats')

  expect(status).toBe(200)
  expect(json.items).toEqual([
    {
      namespace: 'default',
      users: 1,
      memories: 5,
      episodes: 2,
      jobs: { queued: 0, running: 0, paused: 1, succeeded: 0, failed: 2, cancelled: 0 },
      usage: [
        {
          day: today,
          model: 'text-embedding-3-small',
          purpose: 'embedding',
          requests: 2,
          tokens: 1_000_000,
          // What it cost then, whatever the price is now.
          cost: 0.5,
        },
        expect.objectContaining({ purpose: 'question', requests: 3, cost: 0.04 }),
      ],
      total: { requests: 5, tokens: 3_000_000, cost: 0.54 },
    },
  ])
  expect((await memoir.send('/v1/stats?days=60')).json.items[0].usage).toHaveLength(3)
  expect((await memoir.send('/v1/stats?days=0')).json.error.details.field).toBe('days')
})

suite('a cost is null where a price is not known, and so is the sum', async () => {
  await using memoir = await createApiFixture({ env: { EMBEDDING_PRICE: '9' } })
  await spend(memoir, 'default', [
    `(0, 'unheard-of', 'embedding', 1, 10, null::numeric)`,
    `(0, 'hashing-1', 'embedding', 1, 10, null::numeric)`,
  ])
  const [stats] = (await memoir.send('/v1/stats')).json.items
  expect(stats.usage.map(({ cost }: { cost: number | null }) => cost)).toEqual([0, null])
  expect(stats.total).toEqual({ requests: 2, tokens: 20, cost: null })
})

suite('says of each day what came, how soon it was searchable and what failed', async () => {
  await using memoir = await createApiFixture()
  const ann = await memoir.user('ann')
  await memoir.db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, created_at)
     select gen_random_uuid(), $1, kind, 'x', '', now(), now() - make_interval(days => ago)
       from (values ('note', 0), ('fact', 1), ('note', 1), ('episode', 1), ('note', 9)) v (kind, ago)`,
    [ann],
  )
  await memoir.db.query(
    `insert into memoir.job (id, namespace_id, kind, workflow_id, state, created_at, finished_at)
     select gen_random_uuid(), $1, kind, 'w', state, now() - interval '1 day', now() - interval '1 day' + make_interval(secs => took)
       from (values ('memory', 'succeeded', 1), ('session', 'succeeded', 3), ('sync', 'succeeded', 50), ('memory', 'failed', 90)) v (kind, state, took)`,
    [await memoir.namespace('default')],
  )
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)

  const { json } = await memoir.send('/v1/stats?activity=true&days=3')

  expect(json.items[0].activity).toEqual([
    { day: day(1), memories: 2, lag_ms: { p50: 2_000, p95: 2_900 }, failures: 1 },
    { day: day(0), memories: 1, lag_ms: null, failures: 0 },
  ])
  expect((await memoir.send('/v1/stats')).json.items[0]).not.toHaveProperty('activity')
})

suite('an administrator sees every namespace page by page, others their own', async () => {
  await using memoir = await createApiFixture()
  await memoir.user('ann', 'acme')
  await memoir.namespace('rival')
  const names = (answer: { json: { items: { namespace: string }[] } }) =>
    answer.json.items.map(({ namespace }) => namespace)

  const one = await memoir.send('/v1/stats?limit=2')
  expect(names(one)).toEqual(['acme', 'default'])
  const two = await memoir.send(`/v1/stats?limit=2&cursor=${one.json.next_cursor}`)
  expect([names(two), two.json.next_cursor]).toEqual([['rival'], null])
  const headers = { 'memoir-namespace': 'acme' }
  expect(names(await memoir.send('/v1/stats', { headers }))).toEqual(['acme'])

  const reader = await memoir.key({ role: 'reader', namespace: 'acme' })
  expect(names(await memoir.send('/v1/stats', { key: reader }))).toEqual(['acme'])
  const bound = await memoir.key({ role: 'reader', namespace: 'acme', user: 'ann' })
  expect((await memoir.send('/v1/stats', { key: bound })).status).toBe(404)
})

suite('the status names the parts it goes without', async () => {
  await using memoir = await createApiFixture()
  const reader = await memoir.key({ role: 'reader' })
  const ask = async () => (await memoir.send('/v1/status', { key: reader })).json
  expect(await ask()).toMatchObject({ status: 'healthy', degraded: [] })
  memoir.health['redis'] = { ok: false, detail: 'Redis does not answer' }
  expect(await ask()).toMatchObject({
    status: 'degraded',
    degraded: ['redis'],
    parts: { redis: { ok: false, detail: 'Redis does not answer' } },
  })
  memoir.health['postgres'] = { ok: false }
  expect(await ask()).toMatchObject({ status: 'unhealthy' })
})
