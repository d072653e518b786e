import { expect, test } from 'vitest'
import type { Database } from '../../src/stores/database.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip

const AT = '2026-03-01T09:00:00.000Z'

function conversation(id: string, over: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    user_id: 'ann',
    title: 'Lake',
    created_at: AT,
    messages: [
      { id: `${id}-1`, role: 'user', content: 'We hiked to the lake.', created_at: AT },
      { id: `${id}-2`, role: 'assistant', content: 'How was it?', created_at: AT },
    ],
    ...over,
  }
}

async function stored(db: Database) {
  const { rows } = await db.query<{ row: string }>(
    `select concat_ws(' ', c.namespace, c.source, c.id, c.user_id, m.id, m.position) as row
       from memoir.conversations c
       join memoir.messages m
         on (m.namespace, m.source, m.conversation_id) = (c.namespace, c.source, c.id)
      order by 1`,
  )
  return rows.map(({ row }) => row)
}

suite('conversations are written into the namespace of the key', async () => {
  await using memoir = await createApiFixture()
  const key = await memoir.key({ role: 'service', namespace: 'acme' })
  const body = { conversations: [conversation('a'), conversation('b')] }
  const answer = await memoir.send('/v1/imports', { key, body })
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({
    conversations: 2,
    messages: 4,
    records: 0,
    left_out: 0,
    rejected: [],
  })
  expect(await stored(memoir.db)).toEqual([
    'acme main a ann a-1 0',
    'acme main a ann a-2 1',
    'acme main b ann b-1 0',
    'acme main b ann b-2 1',
  ])
})

suite('what is broken is listed with its reason, and the rest is written', async () => {
  await using memoir = await createApiFixture()
  const conversations = [
    'nonsense',
    conversation('a', { created_at: '0001-01-01T00:00:00Z' }),
    conversation('b', { colour: 'red' }),
    conversation('c', { user_id: undefined }),
    conversation('d', { messages: [] }),
    conversation('e'),
    conversation('e'),
    conversation('f', { messages: conversation('e').messages }),
  ]
  const { json } = await memoir.send('/v1/imports', { body: { conversations } })
  expect(json).toEqual({
    conversations: 1,
    messages: 2,
    records: 0,
    left_out: 0,
    rejected: [
      { index: 0, field: '', message: expect.stringContaining('object') as string },
      {
        index: 1,
        id: 'a',
        field: 'created_at',
        message: 'must lie between the years 1900 and 9999',
      },
      { index: 2, id: 'b', field: 'colour', message: 'unknown field' },
      { index: 3, id: 'c', field: 'user_id', message: expect.stringContaining('needed') as string },
      { index: 4, id: 'd', field: 'messages', message: expect.stringContaining('Too') as string },
      { index: 6, id: 'e', field: 'id', message: 'stands twice in this request' },
      { index: 7, id: 'f', field: 'messages.0.id', message: 'stands twice in this request' },
    ],
  })
})

suite('a conversation that comes in parts ends as one, in its order', async () => {
  await using memoir = await createApiFixture()
  const [first, second] = conversation('a').messages
  const part = (message: unknown, position: number, updated_at: string) => ({
    conversations: [
      conversation('a', { updated_at, messages: [{ ...(message as object), position }] }),
    ],
  })
  await memoir.send('/v1/imports', { body: part(second, 1, '2026-03-02T00:00:00Z') })
  await memoir.send('/v1/imports', { body: part(first, 0, '2026-03-01T12:00:00Z') })
  expect(await stored(memoir.db)).toEqual(['default main a ann a-1 0', 'default main a ann a-2 1'])
  const { rows } = await memoir.db.query<{ at: Date }>(
    'select updated_at as at from memoir.conversations',
  )
  expect(rows.map(({ at }) => at.toISOString())).toEqual(['2026-03-02T00:00:00.000Z'])
})

suite("a user's own key writes for that user and takes over nothing of others", async () => {
  await using memoir = await createApiFixture()
  await memoir.send('/v1/imports', { body: { conversations: [conversation('a')] } })
  const before = await stored(memoir.db)
  const bob = await memoir.key({ role: 'service', user: 'bob' })
  const own = conversation('b', { user_id: undefined })
  const conversations = [
    conversation('a', { user_id: 'bob' }),
    conversation('c', { user_id: 'bob', messages: conversation('a').messages }),
    conversation('d'),
    own,
  ]
  const { json } = await memoir.send('/v1/imports', { key: bob, body: { conversations } })
  expect(json).toMatchObject({ conversations: 1, messages: 2 })
  expect(json.rejected.map(({ id, field }: { id: string; field: string }) => [id, field])).toEqual([
    ['a', 'id'],
    ['c', 'messages.0.id'],
    ['d', 'user_id'],
  ])
  expect(await stored(memoir.db)).toEqual([
    ...before,
    'default main b bob b-1 0',
    'default main b bob b-2 1',
  ])
})

suite('an idempotency key gives the same answer, and none to another body', async () => {
  await using memoir = await createApiFixture()
  const headers = { 'idempotency-key': 'k-1' }
  const body = { conversations: [conversation('a'), 'broken'] }
  const first = await memoir.send('/v1/imports', { headers, body })
  await memoir.db.query('delete from memoir.conversations')
  const again = await memoir.send('/v1/imports', { headers, body })
  expect(again.json).toEqual(first.json)
  expect(await stored(memoir.db)).toEqual([])
  const other = { conversations: [conversation('b')] }
  expect((await memoir.send('/v1/imports', { headers, body: other })).status).toBe(409)
})

suite('what no backfill would read is refused', async () => {
  await using memoir = await createApiFixture({
    env: { SOURCE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
  })
  const body = { conversations: [conversation('a')] }
  const { status, json } = await memoir.send('/v1/imports', { body })
  expect([status, json.error.code]).toEqual([409, 'source_invalid'])
})

suite('two hundred and one conversations, and none, are refused', async () => {
  await using memoir = await createApiFixture()
  for (const count of [0, 201]) {
    const conversations = Array.from({ length: count }, (_, index) => conversation(`c-${index}`))
    const { status, json } = await memoir.send('/v1/imports', { body: { conversations } })
    expect([status, json.error.details.field]).toEqual([400, 'conversations'])
  }
})
