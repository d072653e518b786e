import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip

interface Node {
  readonly id: string
  readonly type: string
  readonly kind: string
  readonly label: string
}

async function remember(
  { db, user }: ApiFixture,
  {
    content,
    day,
    scope = 'personal',
    of = 'ann',
  }: { content: string; day: number; scope?: string; of?: string },
): Promise<string> {
  const id = randomUUID()
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, scope, content, content_hash, occurred_at)
     values ($1, $2, 'fact', $3, $4, 'x', make_timestamptz(2026, 3, $5, 12, 0, 0))`,
    [id, await user(of), scope, content, day],
  )
  return id
}

async function link(
  { db, user }: ApiFixture,
  { src, dst, type }: { src: string; dst: string; type: string },
): Promise<void> {
  await db.query(
    `insert into memoir.memory_edge (src, dst, type, user_id, weight) values ($1, $2, $3, $4, 0.5)`,
    [src, dst, type, await user('ann')],
  )
}

async function entity({ db, user }: ApiFixture, value: string): Promise<string> {
  const id = randomUUID()
  await db.query(
    `insert into memoir.entity (id, user_id, type, value, normalized) values ($1, $2, 'place', $3, lower($3))`,
    [id, await user('ann'), value],
  )
  return id
}

/** Three memories of ann's, two of them in Graz, one at work in Linz; ben has his own. */
async function settle(memoir: ApiFixture) {
  const old = await remember(memoir, { content: 'Ann moved to Graz', day: 1 })
  const late = await remember(memoir, { content: 'Ann bought a cello in Graz', day: 3 })
  const work = await remember(memoir, { content: 'The office is in Linz', day: 2, scope: 'work' })
  await remember(memoir, { content: 'Ben is a diver', day: 2, of: 'ben' })
  const [graz, linz] = [await entity(memoir, 'Graz'), await entity(memoir, 'Linz')]
  for (const src of [old, late]) await link(memoir, { src, dst: graz, type: 'mentions' })
  await link(memoir, { src: work, dst: linz, type: 'mentions' })
  await link(memoir, { src: old, dst: late, type: 'same_topic' })
  await link(memoir, { src: late, dst: work, type: 'same_topic' })
  return { old, late, work, graz, linz }
}

const labels = (json: { nodes: Node[] }) => json.nodes.map(({ label }) => label)

suite('a user’s memories, what they name and the links between them can be drawn', async () => {
  await using memoir = await createApiFixture()
  const { old, late, graz } = await settle(memoir)

  const { status, json } = await memoir.send('/v1/graph?user_id=ann')

  expect([status, json.truncated]).toEqual([200, false])
  expect(labels(json)).toEqual([
    'Graz',
    'Linz',
    'Ann bought a cello in Graz',
    'The office is in Linz',
    'Ann moved to Graz',
  ])
  expect(json.nodes[2]).toEqual({
    id: late,
    type: 'memory',
    kind: 'fact',
    label: 'Ann bought a cello in Graz',
    occurred_at: '2026-03-03T12:00:00.000Z',
    salience: 1,
  })
  expect(json.nodes[0]).toMatchObject({
    id: graz,
    type: 'entity',
    kind: 'place',
    occurred_at: null,
  })
  expect(json.edges).toHaveLength(5)
  expect(json.edges).toContainEqual({ src: old, dst: late, type: 'same_topic', weight: 0.5 })
})

suite(
  'a limit shows the newest, says that there is more, and leaves no link without its ends',
  async () => {
    await using memoir = await createApiFixture()
    const { late, graz } = await settle(memoir)
    const { json } = await memoir.send('/v1/graph?user_id=ann&limit=1')
    expect(json.nodes.map(({ id }: Node) => id)).toEqual([graz, late])
    expect(json.edges).toEqual([{ src: late, dst: graz, type: 'mentions', weight: 0.5 }])
    expect(json.truncated).toBe(true)
    expect((await memoir.send('/v1/graph?user_id=ann&limit=1001')).status).toBe(400)
  },
)

suite(
  'relations of things come first, and what only follows is shown when it is asked for',
  async () => {
    await using memoir = await createApiFixture()
    const { old, late, graz, linz } = await settle(memoir)
    const newest = await remember(memoir, { content: 'Good morning', day: 9 })
    await link(memoir, { src: graz, dst: linz, type: 'near' })
    await link(memoir, { src: old, dst: late, type: 'next' })
    await link(memoir, { src: late, dst: newest, type: 'next' })
    const { json } = await memoir.send('/v1/graph?user_id=ann')
    const types = json.edges.map(({ type }: { type: string }) => type)
    expect(types).toEqual(['near', 'mentions', 'mentions', 'mentions', 'same_topic', 'same_topic'])
    // What names nothing is last, however new it is.
    expect(json.nodes.at(-1)).toMatchObject({ id: newest })
    const all = await memoir.send('/v1/graph?user_id=ann&sequence=true')
    expect(all.json.edges).toHaveLength(8)
  },
)

suite('outside a key’s scopes there are no memories, no names and no links', async () => {
  await using memoir = await createApiFixture()
  await settle(memoir)
  const key = await memoir.key({ role: 'reader', scopes: ['personal'] })
  const { json } = await memoir.send('/v1/graph?user_id=ann', { key })
  expect(labels(json)).toEqual(['Graz', 'Ann bought a cello in Graz', 'Ann moved to Graz'])
  expect(json.edges).toHaveLength(3)
  expect((await memoir.send('/v1/graph?user_id=ann&scope=work', { key })).json.nodes).toEqual([])
  expect((await memoir.send('/v1/graph?user_id=nobody', { key })).json).toEqual({
    nodes: [],
    edges: [],
    truncated: false,
  })
})
