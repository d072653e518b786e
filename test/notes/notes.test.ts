import { expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createMemoriesFixture, type MemoriesFixture } from '../memories/memories-fixture.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

interface Connection {
  readonly id: string
  readonly content: string
  readonly why: string
  readonly weight: number
}

const WAIT = { prefer: 'wait=30' }

const note = async (
  fixture: MemoriesFixture,
  body: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = WAIT,
) => await fixture.send('/v1/notes', { body: { user_id: 'maya', ...body }, headers })

const connectionsOf = async ({ send }: MemoriesFixture, id: string): Promise<Connection[]> =>
  (await send(`/v1/notes/${id}/connections`)).json.items

suite('a note comes with what it has to do with others, and why', async () => {
  await using fixture = await createMemoriesFixture({ EMBEDDING_DIM: '256' })
  const { remember } = fixture
  const graz = { entities: [{ type: 'place', value: 'Graz' }], extract_entities: false }
  const named = await remember('The concert hall smelled of wax', graz)
  const alike = await remember('I rehearse cello every tuesday evening', {
    extract_entities: false,
  })
  await remember('Tax forms are due in march', { extract_entities: false })
  await remember('A secret cello rehearsal every tuesday', {
    scope: 'work',
    extract_entities: false,
  })

  const { status, json } = await note(fixture, {
    content: 'We rehearse cello on tuesday evenings',
    ...graz,
  })

  expect([status, json.kind, json.user_id]).toEqual([201, 'note', 'maya'])
  const connections: Connection[] = json.connections
  const byId = new Map(connections.map((connection) => [connection.id, connection]))
  expect(byId.get(named)).toMatchObject({
    why: 'both name Graz',
    content: expect.stringContaining('wax'),
  })
  expect(byId.get(alike)).toMatchObject({ why: 'says something similar' })
  expect(connections.map(({ content }) => content)).not.toContain('Tax forms are due in march')
  expect(connections.every(({ weight }) => weight > 0 && weight <= 1)).toBe(true)
  expect(connections.map(({ weight }) => weight)).toEqual(
    connections.map(({ weight }) => weight).toSorted((one, other) => other - one),
  )
  expect(await connectionsOf(fixture, json.id)).toEqual(connections)
})

suite('what is deleted, expired or of somebody else is never suggested', async () => {
  await using fixture = await createMemoriesFixture({ EMBEDDING_DIM: '256' })
  const { remember, send, db } = fixture
  const content = 'Maya waters the olive tree on the balcony'
  const gone = await remember(`${content} daily`)
  const expired = await remember(`${content} weekly`)
  await remember(`${content} too`, { user_id: 'noah' })
  await send(`/v1/memories/${gone}`, { method: 'DELETE', headers: WAIT })
  await db.query(
    `update memoir.memory_trace set expires_at = now() - interval '1 day' where id = $1`,
    [expired],
  )

  expect((await note(fixture, { content })).json.connections).toEqual([])
})

suite('a key of one scope is suggested nothing of another', async () => {
  await using fixture = await createMemoriesFixture({ EMBEDDING_DIM: '256' })
  const { remember, send } = fixture
  await remember('The merger closes on friday', { scope: 'work' })
  const own = await remember('The merger of two clubs closes on friday')
  const { json: key } = await send('/v1/keys', {
    body: { name: 'own', role: 'reader', user_id: 'maya', scopes: ['personal'] },
  })
  const { json } = await note(fixture, { content: 'The merger closes on friday, they say' })
  expect(json.connections).toHaveLength(2)

  const seen = await send(`/v1/notes/${json.id}/connections`, { key: key.key })

  expect(seen.json.items.map(({ id }: Connection) => id)).toEqual([own])
})

suite('the same key and body again is the same note; without waiting its job answers', async () => {
  await using fixture = await createMemoriesFixture()
  const keyed = { 'idempotency-key': 'one' }
  const first = await note(fixture, { content: 'Buy oat milk' }, keyed)
  const again = await note(fixture, { content: 'Buy oat milk' }, keyed)
  const other = await note(fixture, { content: 'Buy rye flour' }, keyed)
  expect([first.status, again.json.id, other.status]).toEqual([202, first.json.id, 409])
  await fixture.memoir.until(first.json.job, 'succeeded')
  expect((await fixture.send(`/v1/memories/${first.json.id}`)).json).toMatchObject({ kind: 'note' })
  expect((await note(fixture, { content: 'x', kind: 'fact' })).status).toBe(400)
  const nobody = '0199a7b0-0000-7000-8000-000000000001'
  expect((await fixture.send(`/v1/notes/${nobody}/connections`)).status).toBe(404)
})
