import { expect, test } from 'vitest'
import type { Database } from '../../src/stores/database.ts'
import { countInStores } from '../../src/stores/graph/store-counts.ts'
import { countVectorsBehind } from '../../src/stores/server-facts.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import {
  createIngestFixture,
  findDisagreements,
  seed,
  type SeedConversation,
} from '../support/ingest.ts'
import { createRecallFixture } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

const MOVED = 'Yes, I moved to Lisbon in May, with the dog.'
const chat = (last = 'Thanks, bye!'): SeedConversation => ({
  id: 'c1',
  messages: [
    { role: 'assistant', content: 'Hello! How did the move go?' },
    { role: 'user', content: MOVED },
    { role: 'assistant', content: 'Great!' },
    { role: 'user', content: last },
  ],
})

async function statesOf(db: Database): Promise<Record<string, string>> {
  const { rows } = await db.query<{ content: string; state: string }>(
    `select t.content, t.vector_state || ' ' || (select count(*) from memoir.memory_embedding e where e.trace_id = t.id) as state
       from memoir.memory_trace t where t.kind = 'message' and t.state = 'active' order by t.occurred_at`,
  )
  return Object.fromEntries(rows.map(({ content, state }) => [content, state]))
}

const forced = { force: true }

suite(
  'thanks and the like get no vector, are found by their words, and nothing is missing',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, [chat()])
    const fixture = await createIngestFixture(store.db)

    await fixture.run()

    expect(await statesOf(store.db)).toEqual({
      'Hello! How did the move go?': 'written 1',
      [MOVED]: 'written 1',
      'Great!': 'off 0',
      'Thanks, bye!': 'off 0',
    })
    expect(await findDisagreements(store.db)).toEqual([])
    const { namespaceId } = fixture
    const counts = await countInStores(store.db, { namespaceId, backend: 'postgres' })
    expect(counts).toMatchObject({ memories: 5, vectors: 5 })
    expect(await countVectorsBehind(store.db)).toEqual({ pending: 0, failed: 0 })
    const recall = await createRecallFixture(store.db)
    const { hits } = await recall('thanks bye', { k: 10 })
    expect(hits.map(({ content }) => content)).toContain('Thanks, bye!')
  },
)

suite(
  'a message that comes to say something gets a vector, one that no longer does loses it',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, [chat()])
    const fixture = await createIngestFixture(store.db)
    await fixture.run()

    await seed(store.db, [chat('Remember that the piano comes on the 9th.')])
    await fixture.run()
    expect(await statesOf(store.db)).toMatchObject({
      'Remember that the piano comes on the 9th.': 'written 1',
    })
    expect(await findDisagreements(store.db)).toEqual([])

    await seed(store.db, [chat()])
    await fixture.run()
    expect(await statesOf(store.db)).toMatchObject({ 'Thanks, bye!': 'off 0' })
    expect(await findDisagreements(store.db)).toEqual([])
  },
)

suite(
  'another threshold holds for what is written from then on; a forced run brings the rest',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, [chat()])
    await (await createIngestFixture(store.db)).run()
    const all = await createIngestFixture(store.db, {
      env: { MEMORY_SALIENCE_WRITE_THRESHOLD: '0' },
    })

    expect(await all.run()).toMatchObject({ skipped: 1 })
    expect(await statesOf(store.db)).toMatchObject({ 'Great!': 'off 0' })

    expect(await all.run({ job: { ...(await all.newJob()), ...forced } })).toMatchObject({
      updated: 1,
    })
    expect(new Set(Object.values(await statesOf(store.db)))).toEqual(new Set(['written 1']))
    expect(await findDisagreements(store.db)).toEqual([])

    const few = await createIngestFixture(store.db)
    await few.run({ job: { ...(await few.newJob()), ...forced } })
    expect(await statesOf(store.db)).toMatchObject({ 'Great!': 'off 0', [MOVED]: 'written 1' })
    expect(await findDisagreements(store.db)).toEqual([])
  },
)
