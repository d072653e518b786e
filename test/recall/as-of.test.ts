import { expect, test } from 'vitest'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoryWorld, type MemoryWorld } from '../support/memory-world.ts'

const suite = hasPostgres ? test : test.skip

/** A moment of the database, later than all that was written before and earlier than all that follows. */
async function now(db: Awaited<ReturnType<typeof createTestDatabase>>['db']): Promise<Date> {
  const { rows } = await db.query<{ at: Date }>(
    `select clock_timestamp() as at from pg_catalog.pg_sleep(0.005)`,
  )
  await db.query(`select pg_catalog.pg_sleep(0.005)`)
  return rows[0]?.at ?? new Date()
}

const contents = async (asked: ReturnType<MemoryWorld['ask']>) =>
  (await asked).hits.map(({ content }) => content)

suite(
  'what gave way is shown only when it is asked for, and says what it gave way to',
  async () => {
    await using store = await createTestDatabase()
    const world = await createMemoryWorld(store.db)
    const old = await world.remember('Ada lives in Lisbon.', { kind: 'fact' })
    const by = await world.remember('Ada lives in Porto now.', { kind: 'fact' })
    await world.supersede(old, by)

    expect(await contents(world.ask('Where does Ada live?'))).toEqual(['Ada lives in Porto now.'])
    const { hits } = await world.ask('Where does Ada live?', { includeSuperseded: true, hops: 2 })
    expect(hits.map(({ id }) => id).toSorted()).toEqual([old, by].toSorted())
    expect(hits.find(({ id }) => id === old)).toMatchObject({
      state: 'superseded',
      superseded_by: by,
    })
    const scoped = { includeSuperseded: true, scopes: ['work'] }
    expect(await contents(world.ask('Where does Ada live?', scoped))).toEqual([])
  },
)

suite('as of a moment there is what was known then, in the words that stood then', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  const before = await now(store.db)
  const home = await world.remember('Ada lives in Lisbon.', { kind: 'fact' })
  const key = await world.remember('The spare key hangs behind the boiler.')
  const then = await now(store.db)
  await world.change(key, {
    content: 'Nothing is hidden anywhere in the cellar.',
    tags: ['cellar'],
  })
  await world.change(key, { content: 'A lamp stands in the cellar.', tags: [] })
  const moved = await world.remember('Ada lives in Porto now.', { kind: 'fact' })
  await world.supersede(home, moved)

  expect(await contents(world.ask('Where does Ada live?', { asOf: before }))).toEqual([])
  expect(await contents(world.ask('Where does Ada live?', { asOf: then }))).toEqual([
    'Ada lives in Lisbon.',
  ])
  const { hits } = await world.ask('Where is the spare key behind the boiler?', { asOf: then })
  expect(hits[0]).toMatchObject({
    id: key,
    content: 'The spare key hangs behind the boiler.',
    revision: 1,
    tags: [],
  })
  expect(await contents(world.ask('lamp in the cellar', { asOf: then }))).not.toContain(
    'A lamp stands in the cellar.',
  )
  expect(await contents(world.ask('cellar', { asOf: then, tags: ['cellar'] }))).toEqual([])
  expect(await contents(world.ask('Where is the spare key behind the boiler?'))).not.toContain(
    hits[0]?.content,
  )
  const both = { asOf: await now(store.db), includeSuperseded: true, kinds: ['fact'] as const }
  expect((await contents(world.ask('Where does Ada live?', both))).toSorted()).toEqual([
    'Ada lives in Lisbon.',
    'Ada lives in Porto now.',
  ])
})

suite(
  'what was deleted or forgotten since comes back for no moment, and neither does what a scope hides now',
  async () => {
    await using store = await createTestDatabase()
    const world = await createMemoryWorld(store.db)
    const deleted = await world.remember('The safe opens with the blue key.')
    const forgotten = await world.remember('The safe opens with the red key.')
    const hidden = await world.remember('The safe opens with the green key.')
    await world.remember('The safe opens with the old key.', {
      expiresAt: new Date(Date.now() + 200),
    })
    const then = await now(store.db)
    await world.remove(deleted)
    await world.forget({ ids: [forgotten] })
    await world.change(hidden, { scope: 'secret', content: 'The safe is gone.' })
    await store.db.query(`select pg_catalog.pg_sleep(0.25)`)

    const safe = async (scopes: readonly string[]) =>
      await contents(world.ask('Which key opens the safe?', { asOf: then, scopes, k: 10 }))
    expect(await safe(['personal'])).toEqual([])
    expect(await safe(['secret', 'personal'])).toEqual(['The safe opens with the green key.'])
  },
)

suite('a superseded memory that is restored is found again', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  const old = await world.remember('Ada lives in Lisbon.', { kind: 'fact' })
  const by = await world.remember('Ada lives in Porto now.', { kind: 'fact' })
  await world.supersede(old, by)
  await world.restore(old)
  expect(await findDisagreements(store.db)).toEqual([])
  expect(await contents(world.ask('Where does Ada live?', {}))).toHaveLength(2)
})

suite(
  'what was out of sight at a moment is not shown as of then, though it came back',
  async () => {
    await using store = await createTestDatabase()
    const world = await createMemoryWorld(store.db)
    const key = await world.remember('The spare key hangs behind the boiler.')
    const home = await world.remember('Ada keeps the spare key in Lisbon.', { kind: 'fact' })
    const moved = await world.remember('Ada keeps a bicycle in Porto now.', { kind: 'fact' })
    const shown = async (asOf: Date, more = {}) =>
      (await contents(world.ask('Where is the spare key?', { asOf, k: 10, ...more })))
        .filter((content) => content.includes('spare key'))
        .toSorted()
    const both = ['Ada keeps the spare key in Lisbon.', 'The spare key hangs behind the boiler.']

    const before = await now(store.db)
    await world.remove(key)
    await world.supersede(home, moved)
    const between = await now(store.db)
    await world.restore(key)
    await world.restore(home)
    const after = await now(store.db)
    await world.change(key, { content: 'The spare key hangs in the cellar.' })
    await world.remove(home)
    const again = await now(store.db)
    await world.restore(home)

    expect(await shown(before)).toEqual(both)
    expect(await shown(between)).toEqual([])
    expect(await shown(between, { includeSuperseded: true })).toEqual([both[0]])
    expect(await shown(after)).toEqual(both)
    expect(await shown(again)).toEqual(['The spare key hangs in the cellar.'])
  },
)
