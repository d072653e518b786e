import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { expect, test, vi } from 'vitest'
import type { MemoirEvent } from '../../src/domain/event.ts'
import { deleteOldEvents } from '../../src/stores/events/events.ts'
import { createApiFixture, type ApiFixture } from '../api/api-fixture.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createMemoryWorld } from '../support/memory-world.ts'

const suite = hasPostgres ? test : test.skip

async function eventsOf(memoir: ApiFixture, query = '', key?: string): Promise<MemoirEvent[]> {
  const events: MemoirEvent[] = []
  for (let cursor = ''; ;) {
    const more = cursor === '' ? '' : `&cursor=${cursor}`
    const { status, json } = await memoir.send(
      `/v1/events?limit=200${query}${more}`,
      key === undefined ? {} : { key },
    )
    expect(status).toBe(200)
    events.push(...json.items)
    if (json.next_cursor === null) return events
    cursor = json.next_cursor
  }
}

const told = (events: readonly MemoirEvent[]) =>
  events.map(({ type, data }) => `${type} ${data.kind ?? ''} ${data.memory_id ?? ''}`.trim())

/** A row as ingest writes it, in the shortest form. */
const INSERT = `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
  values ($1, $2, 'message', 'x', 'x', now())`

suite('what happens to memories is told in order, by ids and kinds alone', async () => {
  await using memoir = await createApiFixture()
  const world = await createMemoryWorld(memoir.db)
  const tea = await world.remember('Ada drinks green tea', { kind: 'fact' })
  const coffee = await world.remember('Ada drinks coffee', { kind: 'fact', user: 'ada' })
  await world.change(tea, { content: 'Ada drinks white tea' })
  await world.supersede(tea, coffee)
  await world.remove(coffee)
  await world.restore(coffee)
  await world.remove(coffee, true)

  const events = await eventsOf(memoir, '&types=memory.created,memory.updated')
  expect(told(events)).toEqual([
    `memory.created fact ${tea}`,
    `memory.created fact ${coffee}`,
    `memory.updated fact ${tea}`,
  ])
  expect(events[0]).toEqual({
    id: expect.any(String),
    type: 'memory.created',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    user_id: 'ada',
    data: { memory_id: tea, kind: 'fact' },
    cursor: expect.any(String),
  })
  expect(told(await eventsOf(memoir, '&types=memory.superseded'))).toEqual([
    `memory.superseded fact ${tea}`,
    // Coffee came back, and with it what it had taken the place of.
    `memory.superseded fact ${tea}`,
  ])
  const rest = told(await eventsOf(memoir, '&types=memory.forgotten&types=memory.restored'))
  expect(rest).toEqual([
    // What coffee had taken the place of holds again while it is away.
    `memory.restored fact ${tea}`,
    `memory.forgotten fact ${coffee}`,
    `memory.restored fact ${coffee}`,
    `memory.restored fact ${tea}`,
    `memory.forgotten fact ${coffee}`,
  ])
  expect(JSON.stringify(await eventsOf(memoir))).not.toMatch(/tea|coffee/)
})

suite('what forget takes is told, and what it leaves is not', async () => {
  await using memoir = await createApiFixture()
  const world = await createMemoryWorld(memoir.db)
  const lake = await world.remember('We hiked to the lake', { kind: 'note' })
  await world.remember('We ate figs', { kind: 'note' })
  await world.forget({ ids: [lake], dryRun: false })
  expect(told(await eventsOf(memoir, '&types=memory.forgotten'))).toEqual([
    `memory.forgotten note ${lake}`,
  ])
})

suite(
  'ends of jobs are told with the code of a failure, and nothing of a cancelled one',
  async () => {
    await using memoir = await createApiFixture()
    const failed = await memoir.job({ user: 'ann', state: 'running' })
    await memoir.db.query(
      `update memoir.job set state = 'failed', error = '{"code":"vendor_busy","message":"words","step":"s"}' where id = $1`,
      [failed],
    )
    const done = await memoir.job()
    await memoir.job({ state: 'cancelled' })
    expect(await eventsOf(memoir)).toEqual([
      expect.objectContaining({
        type: 'job.failed',
        user_id: 'ann',
        data: { job_id: failed, kind: 'backfill', code: 'vendor_busy' },
      }),
      expect.objectContaining({
        type: 'job.succeeded',
        user_id: null,
        data: { job_id: done, kind: 'backfill' },
      }),
    ])
  },
)

suite(
  'a reader that waits at the end misses nothing of transactions that end out of order',
  async () => {
    await using memoir = await createApiFixture()
    const user = await memoir.user('ann')
    const open = async () => {
      const client = new Client({ connectionString: memoir.services.config.DATABASE_URL })
      await client.connect()
      await client.query('begin')
      return client
    }
    const [slow, quick] = [await open(), await open()]
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()]
    await slow.query(INSERT, [first, user])
    await quick.query(INSERT, [second, user])
    await quick.query('commit')

    const before = await eventsOf(memoir)
    expect(before.map(({ data }) => data.memory_id)).toEqual([second])
    await slow.query(INSERT, [third, user])
    await slow.query('commit')
    const after = await eventsOf(memoir, `&cursor=${before[0]?.cursor ?? ''}`)
    expect(after.map(({ data }) => data.memory_id)).toEqual([first, third])
    expect(new Set((await eventsOf(memoir)).map(({ cursor }) => cursor)).size).toBe(3)
    await Promise.all([slow.end(), quick.end()])
  },
)

suite(
  'many writers and readers at once: every reader sees every event once, in one order',
  async () => {
    await using memoir = await createApiFixture()
    const users = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => await memoir.user(name)),
    )
    let writing = true
    const write = async (user: string) => {
      for (let n = 0; n < 40; n += 1) {
        await memoir.db.transaction(async (tx) => {
          await tx.query(INSERT, [randomUUID(), user])
          if (n % 5 === 0) await tx.query('select pg_sleep(0.01)')
          await tx.query(INSERT, [randomUUID(), user])
        })
      }
    }
    const follow = async () => {
      const seen: string[] = []
      let cursor = ''
      for (let last = false; ;) {
        const { json } = await memoir.send(`/v1/events?limit=7${cursor}`)
        const items: MemoirEvent[] = json.items
        seen.push(...items.map(({ id }) => id))
        if (items.length > 0) cursor = `&cursor=${items.at(-1)?.cursor ?? ''}`
        if (items.length === 0 && last) return seen
        last = !writing
      }
    }
    const readers = [follow(), follow()]
    await Promise.all(users.map(write))
    writing = false
    const [one = [], other = []] = await Promise.all(readers)
    expect(one).toHaveLength(320)
    expect(new Set(one).size).toBe(320)
    expect(other).toEqual(one)
  },
)

suite('keys hear of what they reach: a user’s, scopes, a namespace', async () => {
  await using memoir = await createApiFixture()
  const world = await createMemoryWorld(memoir.db)
  const mine = await world.remember('mine', { user: 'ann', scope: 'work' })
  const home = await world.remember('home', { user: 'ann', scope: 'home' })
  await world.remember('theirs', { user: 'bob', scope: 'work' })
  await memoir.job({ user: 'ann' })
  await memoir.job()

  const ann = await memoir.key({ role: 'reader', user: 'ann' })
  expect((await eventsOf(memoir, '', ann)).map(({ user_id }) => user_id)).toEqual([
    'ann',
    'ann',
    'ann',
  ])
  const work = await memoir.key({ role: 'reader', user: 'ann', scopes: ['work'] })
  expect(told(await eventsOf(memoir, '', work))).toEqual([expect.stringContaining(mine)])
  expect(JSON.stringify(await eventsOf(memoir, '', work))).not.toContain(home)
  const rival = await memoir.key({ role: 'service', namespace: 'rival' })
  expect(await eventsOf(memoir, '', rival)).toEqual([])
})

suite('what is no cursor and what is no type is refused by name', async () => {
  await using memoir = await createApiFixture()
  for (const cursor of ['x', 'WyItMSJd', 'WyIxIiwiMiJd', 'WyJhIl0']) {
    const { status, json } = await memoir.send(`/v1/events?cursor=${cursor}`)
    expect([status, json.error.message]).toEqual([400, expect.stringContaining('cursor')])
  }
  const { status, json } = await memoir.send('/v1/events?types=memory.created,nothing')
  expect([status, json.error.message]).toEqual([400, expect.stringContaining('types')])
})

suite(
  'a stream tells what happens as it happens, and goes on after the last that was heard',
  async () => {
    await using memoir = await createApiFixture()
    const world = await createMemoryWorld(memoir.db)
    const first = await world.remember('first', { kind: 'note' })
    const leaving = new AbortController()
    const listen = async (headers: Record<string, string>) => {
      const key = await memoir.key({ role: 'reader' })
      const response = await memoir.app.request('/v1/events', {
        headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
        signal: leaving.signal,
      })
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
      const heard = { text: '' }
      void (async () => {
        for await (const chunk of response.body ?? []) heard.text += new TextDecoder().decode(chunk)
      })().catch(() => undefined)
      return heard
    }
    const heard = await listen({})
    await vi.waitUntil(() => heard.text.includes(first))
    const second = await world.remember('second', { kind: 'note' })
    await vi.waitUntil(() => heard.text.includes(second), 5_000)
    const [id = ''] = /(?<=id: )\S+/.exec(heard.text) ?? []
    expect(heard.text).toMatch(/^event: memory\.created$/m)

    const again = await listen({ 'last-event-id': id })
    await vi.waitUntil(() => again.text.includes(second), 5_000)
    expect(again.text).not.toContain(first)
    leaving.abort()
  },
)

suite('a stream ends when its key is revoked', async () => {
  await using memoir = await createApiFixture()
  const key = await memoir.key({ role: 'reader' })
  const response = await memoir.app.request('/v1/events', {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
  })
  await memoir.db.query('update memoir.api_key set revoked_at = now()')
  expect(await response.text()).not.toContain('memory.')
})

suite(
  'events of an erased user go with the user; that it was erased is told without a name',
  async () => {
    await using memoir = await createApiFixture({ env: { ERASE_WAIT_SECONDS: '0' } })
    const world = await createMemoryWorld(memoir.db)
    await world.remember('Ann lives by the lake', { user: 'ann' })
    await world.remember('Bob eats figs', { user: 'bob' })
    await memoir.job({ user: 'ann', state: 'running' })
    const { json } = await memoir.send('/v1/users/ann', { method: 'DELETE' })

    // From the moment of the request, before any row went.
    const events = await eventsOf(memoir)
    expect(events.filter(({ user_id }) => user_id === 'ann')).toEqual([
      expect.objectContaining({ type: 'user.erased', data: { erasure_id: json.id } }),
    ])
    const failed = events.filter(({ type }) => type === 'job.failed')
    expect(failed.map(({ user_id, data }) => [user_id, data.code])).toEqual([
      [null, 'suppressed_user'],
      [null, 'suppressed_user'],
    ])
    expect(events.some(({ user_id }) => user_id === 'bob')).toBe(true)
  },
)

suite('old events go', async () => {
  await using test = await createTestDatabase()
  const world = await createMemoryWorld(test.db)
  await world.remember('one')
  const old = `update memoir.memory_event set created_at = now() - interval '31 days'`
  const { rowCount } = await test.db.query(old)
  await world.remember('two')
  expect(await deleteOldEvents(test.db, { days: 30, limit: 500 })).toBe(rowCount)
  const { rows } = await test.db.query('select 1 from memoir.memory_event')
  expect(rows.length).toBeGreaterThan(0)
})
