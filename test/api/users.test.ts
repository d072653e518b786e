import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

test.skipIf(!hasPostgres)('users are listed with their counts, page by page', async () => {
  await using memoir = await createApiFixture()
  for (const name of ['cara', 'ann', 'bob']) await memoir.user(name)
  await memoir.user('ann', 'acme')
  await memoir.db.query(
    `update memoir.memory_user set trace_count = 5, episode_count = 1, last_active_at = '2026-03-01T09:00:00Z'
      where external_id = 'ann'`,
  )

  const one = await memoir.send('/v1/users?limit=2')
  const two = await memoir.send(`/v1/users?limit=2&cursor=${one.json.next_cursor}`)

  expect(one.json.items[0]).toEqual({
    user_id: 'ann',
    memories: 5,
    episodes: 1,
    in_graph: 5,
    last_active_at: '2026-03-01T09:00:00.000Z',
  })
  expect(one.json.items[1]).toMatchObject({ user_id: 'bob', memories: 0, last_active_at: null })
  expect(two.json).toMatchObject({ items: [{ user_id: 'cara' }], next_cursor: null })
  expect((await memoir.send('/v1/users?cursor=made-up')).status).toBe(400)
  expect((await memoir.send('/v1/users?limit=0')).json.error.details.field).toBe('limit')
})

test.skipIf(!hasPostgres)('a key with scopes counts what lies in them', async () => {
  await using memoir = await createApiFixture()
  const ann = await memoir.user('ann')
  await memoir.user('bob')
  await memoir.db.query(
    `insert into memoir.memory_trace (id, user_id, kind, scope, content, content_hash, occurred_at, state, graph_state)
     select gen_random_uuid(), $1, kind, scope, 'x', 'x', at::timestamptz, state, graph
       from (values ('message', 'work', '2026-03-01Z', 'active', 'off'),
                    ('episode', 'work', '2026-03-02Z', 'active', 'pending'),
                    ('message', 'work', '2026-03-03Z', 'deleted', 'off'),
                    ('message', 'home', '2026-03-04Z', 'active', 'off')) v (kind, scope, at, state, graph)`,
    [ann],
  )
  const key = await memoir.key({ role: 'reader', scopes: ['work'] })

  const { json } = await memoir.send('/v1/users', { key })

  expect(json.items).toEqual([
    {
      user_id: 'ann',
      memories: 2,
      episodes: 1,
      in_graph: 1,
      last_active_at: '2026-03-02T00:00:00.000Z',
    },
  ])
})
