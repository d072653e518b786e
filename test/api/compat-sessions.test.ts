import { expect, test, vi } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'
import { begin, fact, fail, succeed, summary } from './session-world.ts'

const suite = hasPostgres ? test : test.skip

const byId = (a: string, b: string) => a.localeCompare(b)

const path = (rest: string) => `/api/memory/chats/${rest}`
const store = async (memoir: ApiFixture, over: Readonly<Record<string, unknown>> = {}) =>
  await memoir.send(path('store_raw'), {
    body: { session_data: 'User: I live in Berlin.', session_id: 's1', ...over },
  })

suite('store_raw answers in the shape that clients know', async () => {
  await using memoir = await createApiFixture()
  const { status, json } = await store(memoir, { colour: 'ignored' })
  expect(status).toBe(202)
  expect(json).toEqual({
    success: true,
    raw_memory_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    queued_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    estimated_processing_time: '2-5 minutes',
    queue_position: 1,
    session_id: 's1',
    job: expect.any(String) as string,
  })
  expect((await store(memoir)).json).toEqual(json)
  expect((await store(memoir, { session_id: null })).json.queue_position).toBe(2)
})

suite('the user is whom the metadata names, else the key, else the name of the store', async () => {
  await using memoir = await createApiFixture()
  const bob = await memoir.key({ role: 'service', user: 'bob' })
  const data = { session_data: [{ role: 'human', content: 'hi', extra: 1 }, { content: 'a' }] }
  await memoir.send(path('store_raw'), { body: { ...data, metadata: { user_id: 'ann', mood: 1 } } })
  await memoir.send(path('store_raw'), { body: data })
  await memoir.send(path('store_raw'), { body: data, key: bob })
  const { rows } = await memoir.db.query(
    `select u.external_id as user, r.collection, r.metadata, r.turns->0->>'role' as role
       from memoir.raw_session r join memoir.memory_user u on u.id = r.user_id order by r.id`,
  )
  expect(rows).toEqual([
    { user: 'ann', collection: 'chats', metadata: { user_id: 'ann', mood: 1 }, role: 'user' },
    { user: 'chats', collection: 'chats', metadata: {}, role: 'user' },
    { user: 'bob', collection: 'chats', metadata: {}, role: 'user' },
  ])
})

suite('store_raw refuses what is wrong by its field', async () => {
  await using memoir = await createApiFixture()
  for (const [body, field] of [
    [{ session_data: undefined }, 'session_data'],
    [{ session_data: '' }, 'session_data'],
    [{ session_data: [{ role: 'user' }] }, 'session_data.0.content'],
    [{ session_data: 'a\u0000' }, 'session_data'],
    [{ metadata: { note: 'é'.repeat(8_200) } }, 'metadata'],
    [{ metadata: [] }, 'metadata'],
    [{ metadata: { user_id: 7 } }, 'metadata.user_id'],
  ] as const) {
    const { status, json } = await store(memoir, body)
    expect([field, status, json.error.details.field]).toEqual([field, 400, field])
  }
})

suite('processing_status counts what waits and names who works', async () => {
  await using memoir = await createApiFixture()
  const jobs: string[] = []
  for (const index of [0, 1, 2, 3]) {
    jobs.push((await store(memoir, { session_data: `User: ${index}` })).json.job)
  }
  await succeed(memoir, jobs[0] ?? '', 4)
  await fail(memoir, jobs[1] ?? '')
  await begin(memoir, jobs[2] ?? '')
  const worker = { identity: '1@here', last_seen: '2026-01-01T00:00:00.000Z' }
  const workers = vi.spyOn(memoir.services.posts, 'workers')
  const status = async (key?: string) =>
    (await memoir.send(path('processing_status'), key === undefined ? {} : { key })).json

  workers.mockResolvedValue([worker])
  const running = await status()
  expect(running).toMatchObject({ queue_size: 1, processing: 1, errors: 1, processed_today: 1 })
  expect(running).toMatchObject({ workers: [worker], status: 'running' })
  expect(running.average_seconds).toBeCloseTo(4, 0)
  expect(Date.parse(running.oldest_queued_at)).toBeGreaterThan(Date.now() - 60_000)

  const bob = await memoir.key({ role: 'reader', user: 'bob' })
  expect(await status(bob)).toEqual({
    queue_size: 0,
    processing: 0,
    errors: 0,
    oldest_queued_at: null,
    processed_today: 0,
    average_seconds: null,
    workers: [],
    status: 'idle',
    degraded: [],
  })
  workers.mockResolvedValue([])
  expect(await status()).toMatchObject({ status: 'stopped', degraded: [] })
})

suite('without Temporal nobody is seen to work', async () => {
  await using memoir = await createApiFixture()
  const { json } = await memoir.send(path('processing_status'))
  expect(json).toMatchObject({
    workers: [],
    status: 'stopped',
    degraded: ['temporal'],
    queue_size: 0,
  })
})

suite('the hierarchy links facts, the summary and posts, newest first, page by page', async () => {
  await using memoir = await createApiFixture()
  const stored = (await store(memoir)).json
  const first = await fact(memoir, { job: stored.job, content: 'Lives in Berlin.' })
  const second = await fact(memoir, { job: stored.job, content: 'Moved in May.' })
  const about = await summary(memoir, { job: stored.job, content: 'About Berlin.' })
  await memoir.db.query(
    `insert into memoir.memory_edge (src, dst, type, user_id) select $1, $2, 'refers', user_id from memoir.memory_trace where id = $1`,
    [second, first],
  )
  const { json } = await memoir.send(path('hierarchy'))
  expect(
    json.items.map(({ type, content }: { type: string; content: string }) => [type, content]),
  ).toEqual([
    ['summary', 'About Berlin.'],
    ['discrete', 'Moved in May.'],
    ['discrete', 'Lives in Berlin.'],
    ['raw', 'user: I live in Berlin.'],
  ])
  const links = new Map(
    json.items.map(({ id, links }: { id: string; links: { id: string }[] }) => [
      id,
      links.map((link) => link.id).toSorted(byId),
    ]),
  )
  const raw = stored.raw_memory_id
  expect(links.get(raw)).toEqual([first, second, about].toSorted(byId))
  expect(links.get(about)).toEqual([first, second, raw].toSorted(byId))
  expect(links.get(first)).toEqual([second, about, raw].toSorted(byId))

  const pages: string[] = []
  let cursor = ''
  do {
    const page = await memoir.send(path(`hierarchy?limit=1${cursor}`))
    pages.push(...page.json.items.map(({ id }: { id: string }) => id))
    cursor = page.json.next_cursor === null ? '' : `&cursor=${page.json.next_cursor}`
  } while (cursor !== '')
  expect(pages).toEqual(json.items.map(({ id }: { id: string }) => id))
})

suite('the hierarchy is narrowed by type, session and time', async () => {
  await using memoir = await createApiFixture()
  const { job } = (await store(memoir)).json
  await fact(memoir, { job, content: 'Lives in Berlin.' })
  await store(memoir, { session_id: 's2' })
  const types = async (query: string) => {
    const { json } = await memoir.send(path(`hierarchy?${query}`))
    return json.items.map(
      ({ type, session_id }: { type: string; session_id: string }) => `${type} ${session_id}`,
    )
  }
  expect(await types('memory_type=discrete')).toEqual(['discrete s1'])
  expect(await types('memory_type=raw')).toEqual(['raw s2', 'raw s1'])
  expect(await types('memory_type=summary')).toEqual([])
  expect(await types('session_id=s1')).toEqual(['discrete s1', 'raw s1'])
  expect(await types('end_date=2020-01-01')).toEqual([])
  expect(await types('start_date=2020-01-01&colour=ignored')).toHaveLength(3)
  for (const query of ['memory_type=odd', 'limit=0', 'limit=1001', 'start_date=soon']) {
    expect([query, (await memoir.send(path(`hierarchy?${query}`))).status]).toEqual([query, 400])
  }
})

suite('a session is shown under its store alone', async () => {
  await using memoir = await createApiFixture()
  await store(memoir)
  expect((await memoir.send(path('session/s1'))).json).toMatchObject({
    session_id: 's1',
    user_id: 'chats',
    status: 'queued',
    posts: [{ status: 'queued', processed_at: null, error: null }],
    summary: null,
    memories: [],
  })
  expect((await memoir.send('/api/memory/other/session/s1')).status).toBe(404)
})

suite('stats count what there is, and days as they were when posts ended', async () => {
  await using memoir = await createApiFixture()
  const done = (await store(memoir)).json.job
  await fact(memoir, { job: done, content: 'Lives in Berlin.' })
  await memoir.db.query('update memoir.raw_session set facts = 1')
  await succeed(memoir, done)
  await fail(memoir, (await store(memoir, { session_data: 'User: b' })).json.job)
  await store(memoir, { session_data: 'User: c' })
  const { json } = await memoir.send(path('stats'))
  expect(json).toMatchObject({
    discrete: 1,
    summaries: 0,
    raw: { queued: 1, processing: 0, processed: 1, error: 1 },
    per_day: [{ day: new Date().toISOString().slice(0, 10), processed: 1, errors: 1, facts: 1 }],
  })
  expect(json.storage_bytes).toBeGreaterThan('Lives in Berlin.'.length)
  const own = await memoir.key({ role: 'reader', user: 'chats' })
  const mine = (await memoir.send(path('stats'), { key: own })).json
  expect(mine.per_day).toMatchObject([{ processed: 1, errors: 1, facts: 1 }])
})

suite('cleanup deletes what was processed and nothing else', async () => {
  await using memoir = await createApiFixture()
  const jobs: string[] = []
  for (const index of [0, 1, 2]) {
    jobs.push((await store(memoir, { session_data: `User: ${index}` })).json.job)
  }
  await succeed(memoir, jobs[0] ?? '')
  await fail(memoir, jobs[1] ?? '')
  const kept = await fact(memoir, { job: jobs[0] ?? '', content: 'Lives in Berlin.' })
  await memoir.db.query(
    `update memoir.raw_session set queued_at = now() - interval '40 days',
            processed_at = case when processed_at is not null then now() - interval '40 days' end`,
  )
  const cleanUp = async (query = '', key?: string) =>
    (await memoir.send(path(`cleanup${query}`), { method: 'POST', ...(key ? { key } : {}) })).json
  const bob = await memoir.key({ role: 'service', user: 'bob' })
  const nothing = { deleted_raw: 0, deleted_sessions: 0, kept_unprocessed: 0, retention_days: 30 }
  expect(await cleanUp('', bob)).toEqual(nothing)
  expect(await cleanUp('?retention_days=50')).toEqual({ ...nothing, retention_days: 50 })
  expect(await cleanUp()).toEqual({ ...nothing, deleted_raw: 1, kept_unprocessed: 2 })
  const { json } = await memoir.send(path('session/s1'))
  expect(json.posts.map(({ status }: { status: string }) => status)).toEqual(['error', 'queued'])
  expect(json.memories).toMatchObject([{ id: kept }])
})
