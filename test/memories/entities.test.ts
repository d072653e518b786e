import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

const WAIT = { prefer: 'wait=30' }

/** What memories name, and messages that are looked through. */
describe.skipIf(!hasPostgres || !hasTemporal)('entities and messages', () => {
  let memoir: MemoriesFixture
  beforeAll(async () => {
    memoir = await createMemoriesFixture()
  })
  afterAll(async () => {
    await memoir[Symbol.asyncDispose]()
  })

  test('entities are given or found, and one name is one entity however it is written', async () => {
    const given = await memoir.send('/v1/memories', {
      body: {
        user_id: 'eve',
        content: 'Dinner with Mr. John Doe in Berlin went well.',
        entities: [{ type: 'person', value: 'John Doe', confidence: 0.9 }],
      },
      headers: WAIT,
    })
    expect(given.json.entities).toEqual([
      {
        type: 'person',
        value: 'John Doe',
        normalized: 'john doe',
        confidence: 0.9,
        source: 'given',
      },
      expect.objectContaining({ type: 'place', normalized: 'berlin', source: 'rules' }),
    ])
    const silent = await memoir.send('/v1/memories', {
      body: { user_id: 'eve', content: 'Lunch with Mary in Paris.', extract_entities: false },
      headers: WAIT,
    })
    expect(silent.json.entities).toEqual([])
    const changed = await memoir.send(`/v1/memories/${silent.json.id}`, {
      method: 'PATCH',
      body: {
        content: 'Lunch with Mary in Rome.',
        entities: [{ type: 'person', value: 'Mr. JOHN DOE' }],
      },
      headers: WAIT,
    })
    const names = changed.json.entities.map(({ normalized }: { normalized: string }) => normalized)
    expect(names).toEqual(expect.arrayContaining(['john doe', 'mary', 'rome']))
    const { rows } = await memoir.db.query(
      `select n.value, n.aliases from memoir.entity n join memoir.memory_user u on u.id = n.user_id
        where u.external_id = 'eve' and n.normalized = 'john doe'`,
    )
    expect(rows).toEqual([{ value: 'John Doe', aliases: ['Mr. JOHN DOE'] }])
    await memoir.send(`/v1/memories/${given.json.id}`, { method: 'DELETE', headers: WAIT })
    const restored = await memoir.send(`/v1/memories/${given.json.id}/restore`, {
      method: 'POST',
      headers: WAIT,
    })
    expect(restored.json.entities).toEqual(given.json.entities)
  })

  test('a deletion for good with cascade takes entities along that nothing names any more', async () => {
    const entities = [
      { type: 'thing', value: 'Rosebud' },
      { type: 'person', value: 'Kane' },
    ]
    const first = await memoir.remember('Rosebud was a sled of Kane.', {
      user_id: 'orson',
      entities,
    })
    await memoir.remember('Kane died.', { user_id: 'orson', entities: [entities[1]] })
    await memoir.send(`/v1/memories/${first}?hard=true&cascade_graph=true`, {
      method: 'DELETE',
      headers: WAIT,
    })
    const { rows } = await memoir.db.query(
      `select n.normalized from memoir.entity n join memoir.memory_user u on u.id = n.user_id where u.external_id = 'orson'`,
    )
    expect(rows).toEqual([{ normalized: 'kane' }])
  })

  test('messages are looked through for what to remember unless told not to', async () => {
    const messages = [{ role: 'user', content: 'My name is Ida and I work at Siemens in Munich.' }]
    const { status, json } = await memoir.send('/v1/memories', {
      body: { user_id: 'ida', session_id: 'first', messages },
    })
    expect([status, json]).toMatchObject([202, { session_id: 'first', ids: [] }])
    expect((await memoir.send(`/v1/jobs/${json.job}`)).json).toMatchObject({
      kind: 'session',
      user_id: 'ida',
    })
    const refused = await memoir.send('/v1/memories', {
      body: { user_id: 'ida', scope: 'work', messages },
    })
    expect([refused.status, refused.json.error.details.field]).toEqual([400, 'scope'])
  })

  test('after all of that nothing in the store disagrees', async () => {
    expect(await findDisagreements(memoir.db)).toEqual([])
  })
})
