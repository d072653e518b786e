import { expect, test } from 'vitest'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, findDisagreements, seed } from '../support/ingest.ts'
import { createMemoryWorld } from '../support/memory-world.ts'

const suite = hasPostgres ? test : test.skip

const ALL = { MEMORY_HEADS: 'entity,situation' }
const LISBON = 'Maya met Herr Roth in Lisbon about the boiler.'

async function headsOf(db: Database): Promise<Record<string, string[]>> {
  const { rows } = await db.query<{ id: string; heads: string[] }>(
    `select e.trace_id as id, array_agg(e.head order by e.head) as heads from memoir.memory_embedding e
       join memoir.memory_trace t on t.id = e.trace_id and t.revision = e.revision group by 1`,
  )
  return Object.fromEntries(rows.map(({ id, heads }) => [id, heads]))
}

const everything = ['entity', 'semantic', 'situation']

suite('a memory has a vector of each head, is one hit, and tells the share of each', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db, { env: ALL })
  const id = await world.remember(LISBON)
  const plain = await world.remember('the tea was cold again')
  await world.remember('Quinces are boiled down for the winter.')

  expect(await headsOf(store.db)).toMatchObject({
    [id]: everything,
    [plain]: ['semantic', 'situation'],
  })
  expect(await findDisagreements(store.db)).toEqual([])
  const { hits } = await world.ask('Who was in Lisbon?', { k: 10 })
  expect(hits.filter((hit) => hit.id === id)).toHaveLength(1)
  expect(Object.keys(hits[0]?.heads ?? {}).toSorted()).toEqual(everything)
  const by = async (...heads: ('semantic' | 'entity' | 'situation')[]) =>
    Object.keys((await world.ask('Who was in Lisbon?', { heads })).hits[0]?.heads ?? {})
  expect(await by('semantic')).toEqual(['semantic'])
  expect(await by('semantic', 'entity')).toEqual(['semantic', 'entity'])
  expect(await by('entity')).toEqual(['entity'])
})

suite('heads follow the text and the time, and go with the memory', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db, { env: ALL })
  const id = await world.remember(LISBON)
  const vectorOf = async (head: string) => {
    const { rows } = await store.db.query<{ vec: string }>(
      `select vec::text as vec from memoir.memory_embedding where trace_id = $1 and head = $2`,
      [id, head],
    )
    return rows[0]?.vec
  }
  const then = await vectorOf('situation')
  await world.change(id, { occurredAt: new Date('2024-02-29T10:00:00Z') })
  expect(await vectorOf('situation')).not.toBe(then)
  await world.change(id, { content: 'the tea was cold again' })
  expect(await headsOf(store.db)).toEqual({ [id]: ['semantic', 'situation'] })
  expect(await vectorOf('entity')).toBeUndefined()
  expect(await findDisagreements(store.db)).toEqual([])

  const narrow = await createMemoryWorld(store.db)
  await narrow.change(id, { content: LISBON })
  expect(await headsOf(store.db)).toEqual({ [id]: ['semantic'] })
  expect(await findDisagreements(store.db)).toEqual([])

  await world.change(id, { content: `${LISBON} Again.` })
  expect(await headsOf(store.db)).toEqual({ [id]: everything })
  await world.remove(id)
  expect(await headsOf(store.db)).toEqual({})
  await world.restore(id)
  expect(await headsOf(store.db)).toEqual({ [id]: everything })
  await world.forget({ ids: [id] })
  expect(await headsOf(store.db)).toEqual({})
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('facts have them too, messages have the one of what they say', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, [
    {
      id: 'c1',
      messages: [
        { content: 'I moved to Lisbon with my sister Ruth in May.' },
        { content: 'How nice!' },
        { content: 'The flat has a view of the sea.' },
        { content: 'Lovely.' },
      ],
    },
  ])
  const fixture = await createIngestFixture(store.db, { env: ALL })
  await fixture.run({ extract: 'rules' })
  const { rows } = await store.db.query<{ kind: string; heads: string }>(
    `select distinct t.kind, array_to_string(array(
              select e.head from memoir.memory_embedding e where e.trace_id = t.id order by 1), ',') as heads
       from memoir.memory_trace t where t.vector_state = 'written' order by t.kind, heads`,
  )
  expect(rows.filter(({ kind }) => kind === 'fact')).toEqual([
    { kind: 'fact', heads: everything.join(',') },
    // "The flat has a view of the sea." names nothing.
    { kind: 'fact', heads: 'semantic,situation' },
  ])
  expect(rows.filter(({ kind }) => kind === 'message')).toEqual([
    { kind: 'message', heads: 'semantic' },
  ])
  expect(await findDisagreements(store.db)).toEqual([])
})
