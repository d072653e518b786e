import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createApiFixture, requestOf, type ApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

async function fixture(): Promise<ApiFixture> {
  const memoir = await createApiFixture()
  open.push(memoir)
  return memoir
}

type Line = Record<string, unknown> & { readonly type: string }
const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

async function exported(memoir: ApiFixture, key?: string): Promise<Line[]> {
  const answer = await memoir.send('/v1/users/maya/export', key === undefined ? {} : { key })
  expect(answer.status).toBe(200)
  return linesOf(answer.text)
}

suite('an export holds what was remembered, and says that it is whole', async () => {
  const memoir = await fixture()
  const body = {
    user_id: 'maya',
    content: 'Maya keeps bees in Graz.',
    external_id: 'bees',
    scope: 'work',
    metadata: { place: 'roof' },
    occurred_at: '2026-03-01T09:00:00.000Z',
  }
  await memoir.send('/v1/memories', { body })

  const lines = await exported(memoir)

  expect(lines.map(({ type }) => type)).toEqual(['export', 'memory', 'end'])
  expect(lines[1]).toMatchObject(body)
})

suite('a key that is bound to scopes takes along what lies in them', async () => {
  const memoir = await fixture()
  for (const scope of ['work', 'personal']) {
    await memoir.send('/v1/memories', { body: { user_id: 'maya', content: `in ${scope}`, scope } })
  }
  const key = await memoir.key({ role: 'service', scopes: ['work'] })

  const lines = await exported(memoir, key)

  expect(lines.map(({ type, scope }) => scope ?? type)).toEqual(['export', 'work', 'end'])
})

suite('nobody of that name, or somebody who was erased, is not found', async () => {
  const memoir = await fixture()
  await memoir.send('/v1/memories', { body: { user_id: 'maya', content: 'something' } })
  await memoir.send('/v1/users/maya', { method: 'DELETE' })

  for (const name of ['nobody', 'maya']) {
    expect((await memoir.send(`/v1/users/${name}/export`)).status).toBe(404)
  }
})

suite('whoever reads slowly holds no connection, and only what they take is read', async () => {
  const memoir = await fixture()
  const userId = await memoir.user('maya')
  await memoir.db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), $1, 'note', repeat('x', 20000) || i, 'x', now() from generate_series(1, 1000) as i`,
    [userId],
  )
  const asked = vi.spyOn(memoir.db, 'query')
  const { body } = await memoir.app.request('/v1/users/maya/export', requestOf())
  if (body === null) throw new Error('there is no body')
  const reader = body.getReader()
  await reader.read()
  const { pool } = memoir.db
  const before = asked.mock.calls.length
  expect([pool.totalCount, pool.waitingCount]).toEqual([pool.idleCount, 0])
  // One page of fifty memories is two and a half chunks: no second page is read for the second chunk.
  await reader.read()
  expect(asked.mock.calls.length - before).toBeLessThan(4)

  let bytes = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length
    expect(read.value.length).toBeLessThan(200_000)
  }
  expect(bytes).toBeGreaterThan(19_000_000)
})

suite(
  'a long conversation comes in parts, to the microsecond and without a message twice',
  async () => {
    const memoir = await fixture()
    await memoir.user('maya')
    await memoir.db.query(
      `insert into memoir.conversations (id, user_id, created_at, updated_at) values ('c', 'maya', now(), now())`,
    )
    await memoir.db.query(
      `insert into memoir.messages (id, conversation_id, role, content, created_at)
     select 'm' || i, 'c', 'user', repeat('y', 5000), timestamptz '2026-03-01T09:00:00Z' + i * interval '1 microsecond'
       from generate_series(1, 230) as i`,
    )
    const parts = (await exported(memoir)).filter(({ type }) => type === 'conversation')
    const messages = parts.flatMap((part) =>
      z.array(z.object({ id: z.string() })).parse(part['messages']),
    )

    expect(parts.length).toBeGreaterThan(1)
    expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: 230 }, (_, i) => `m${i + 1}`))
  },
)
