import { expect, test } from 'vitest'
import { readFileOf, readPath } from './read-file.ts'
import { fixture, readAll } from './vendor-exports.ts'

test('facts of Zep that ended are left out, whoever is named after the list', async () => {
  const { said: told, users, leftOut } = await readPath(fixture('zep-ended.json'))
  expect(told).toEqual({ 'zep/priya': ['Priya lives in Cardiff.', 'Priya runs a bakery.'] })
  expect({ users, leftOut }).toEqual({ users: ['priya'], leftOut: { ended: 1 } })
})

test('edges and facts of other clients end too, and what has no end holds', async () => {
  const fact = (uuid: string, over: object) => ({
    uuid,
    fact: `Fact ${uuid}.`,
    episodes: ['e-1'],
    ...over,
  })
  const edges = [
    fact('a', { invalidAt: '2025-01-01T00:00:00Z' }),
    fact('b', { expired_at: 1_700_000_000 }),
    fact('c', { invalid_at: 'never', expired_at: 0 }),
    fact('d', { invalid_at: '9999-01-01T00:00:00Z' }),
  ]
  const wrapped = { edges, user: { user_id: 'priya' } }
  for (const given of [wrapped, [wrapped], { ...wrapped, edges: [...edges, null] }]) {
    const { said: told, leftOut } = await readAll(given)
    expect(told).toEqual({ 'zep/priya': ['Fact c.', 'Fact d.'] })
    expect(leftOut).toEqual({ ended: 2 })
  }
  const lines = edges.map((edge) => JSON.stringify({ ...edge, userId: 'priya' })).join('\r\n\r\n')
  const { said: told } = await readFileOf(lines, { name: 'facts.jsonl' })
  expect(told).toEqual({ 'zep/priya': ['Fact c.', 'Fact d.'] })
})

const memory = (id: string, over = {}) => ({
  id,
  memory: `Memory ${id}.`,
  user_id: 'ann',
  created_at: '2026-03-01T10:00:00Z',
  ...over,
})

test('memories in pages, by user and in several lists of one file all come', async () => {
  const page = (...ids: string[]) => ({ results: ids.map((id) => memory(id)), next: null })
  const both = { 'mem0/ann': ['Memory a.', 'Memory b.', 'Memory c.'] }
  expect((await readAll([page('a', 'b'), page('c')])).said).toEqual(both)
  const lines = [page('a', 'b'), page('c')].map((each) => JSON.stringify(each)).join('\n')
  expect((await readFileOf(lines, { name: 'pages.jsonl' })).said).toEqual(both)
  const two = { memories: [memory('a'), memory('b')], results: [memory('c')], relations: [] }
  expect((await readAll(two)).said).toEqual(both)
  const byUser = [
    { user_id: 'bob', memories: [memory('a', { user_id: null }), { id: 'b', text: 'Memory b.' }] },
  ]
  expect((await readAll(byUser)).said).toEqual({ 'mem0/bob': ['Memory a.', 'Memory b.'] })
})

test('the export of OpenMemory is known, and what was deleted there stays out', async () => {
  const own = (id: string, state: string, over = {}) => ({
    id,
    user_id: 'u-1',
    app_id: 'app-1',
    content: `Memory ${id}.`,
    metadata: {},
    state,
    created_at: '2026-03-01T10:00:00+00:00',
    deleted_at: null,
    category_ids: [],
    ...over,
  })
  const given = {
    apps: [{ id: 'app-1', name: 'openmemory', is_active: true }],
    memories: [
      own('a', 'active'),
      own('b', 'deleted'),
      own('c', 'paused'),
      own('d', 'active', { deleted_at: '2026-03-02T10:00:00Z' }),
    ],
    status_history: [{ id: 'h', memory_id: 'b', old_state: 'active', new_state: 'deleted' }],
    user: { id: 'u-1', user_id: 'priya', name: null },
  }
  const {
    format,
    said: told,
    leftOut,
  } = await readFileOf(JSON.stringify(given), { name: 'memories.json' })
  expect(format).toBe('mem0')
  expect(told).toEqual({ 'mem0/priya': ['Memory a.', 'Memory c.'] })
  expect(leftOut).toEqual({ deleted: 2 })
  const lines = given.memories
    .map((each) =>
      JSON.stringify({ ...each, user_id: undefined, app: 'openmemory', categories: ['x'] }),
    )
    .join('\n')
  const again = await readFileOf(lines, { name: 'memories.jsonl' })
  expect(again.said).toEqual({ 'mem0/maya': ['Memory a.', 'Memory c.'] })
})
