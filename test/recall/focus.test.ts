import { expect, test } from 'vitest'
import {
  createProcessFocus,
  createRedisFocus,
  type FocusBuffer,
} from '../../src/stores/recall/focus.ts'
import { openRedis } from '../../src/stores/redis.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createMemoryWorld } from '../support/memory-world.ts'

const suite = hasPostgres ? test : test.skip

const LIFE = [
  'Maya flew to Lisbon in May.',
  'The dog chews every slipper in the house.',
  'A new boiler was put in by Herr Roth.',
  'The choir sings in the old mill.',
  'Quinces are boiled down for the winter.',
]

async function world(focus: FocusBuffer) {
  const store = await createTestDatabase()
  const made = await createMemoryWorld(store.db, { focus })
  for (const content of LIFE) await made.remember(content)
  return { store, ...made }
}

const inProcess = () => createProcessFocus({ ttlSeconds: 60 })

suite('a question without a word of its own is about what was shown before', async () => {
  const { store, ask } = await world(inProcess())
  await using _ = store
  const first = await ask('Who put in the boiler?', { k: 1 })
  expect(first.hits[0]?.content).toContain('Herr Roth')

  const after = await ask('And why did they do that?', { k: 1 })
  expect(after.hits[0]).toMatchObject({ id: first.hits[0]?.id, scores: { focus: 1 } })
  const alone = await ask('And why did they do that?', { k: 5, without: ['focus'] })
  expect(alone.hits.every(({ scores }) => scores.focus === 0)).toBe(true)
})

suite(
  'a question that says what it means is answered as if nothing had been asked before',
  async () => {
    const { store, ask } = await world(inProcess())
    await using _ = store
    const question = 'Where does the choir sing on winter evenings?'
    const fresh = await ask(question, { without: ['focus'] })
    await ask('Who put in the boiler?', { k: 5 })
    const asked = await ask(question)
    expect(asked.hits.map(({ id, score }) => [id, score])).toEqual(
      fresh.hits.map(({ id, score }) => [id, score]),
    )
  },
)

suite('a threshold cuts what is only in focus', async () => {
  const { store, ask } = await world(inProcess())
  await using _ = store
  await ask('Who put in the boiler?', { k: 1 })
  expect((await ask('And why?', { threshold: 0.5 })).hits).toEqual([])
})

suite('what was taken away comes back by no focus, nor what a filter leaves out', async () => {
  const { store, ask, remove } = await world(inProcess())
  await using _ = store
  const shown = await ask('Who put in the boiler?', { k: 2 })
  await remove(shown.hits[0]?.id ?? '')
  const ids = (await ask('And why?', { k: 5 })).hits.map(({ id }) => id)
  expect(ids).toContain(shown.hits[1]?.id)
  expect(ids).not.toContain(shown.hits[0]?.id)
  expect((await ask('And why?', { scopes: ['work'] })).hits).toEqual([])
})

suite('only ids and hashes are noted', async () => {
  const focus = inProcess()
  const { store, ask } = await world(focus)
  await using _ = store
  const { hits } = await ask('Who put in the boiler?', { k: 2, sessionId: 'chat with my doctor' })
  expect(hits).toEqual([])
  const found = await ask('Who put in the boiler?', { k: 2 })
  const { rows } = await store.db.query<{ id: string }>(`select id from memoir.memory_user`)
  const noted = await focus.read(rows[0]?.id ?? '')
  expect(noted.traceIds).toEqual(found.hits.map(({ id }) => id))
  expect(JSON.stringify(noted)).not.toMatch(/boiler|doctor/)
})

suite('with Redis away recall answers without focus, and says so', async () => {
  const link = openRedis({ url: 'redis://127.0.0.1:1', onChange: () => undefined })
  const { store, ask } = await world(createRedisFocus(link, { ttlSeconds: 60 }))
  await using _ = store
  const { hits, degraded } = await ask('Who put in the boiler?', { k: 1 })
  link.close()
  expect(hits[0]?.content).toContain('Herr Roth')
  expect(degraded).toEqual(['focus'])
})

suite('a buffer that hangs costs one deadline, not an answer', async () => {
  const hanging: FocusBuffer = {
    ...inProcess(),
    read: async () => await new Promise(() => undefined),
  }
  const { store, ask } = await world(hanging)
  await using _ = store
  const { hits, degraded } = await ask('Who put in the boiler?', { k: 1 })
  expect(hits).toHaveLength(1)
  expect(degraded).toEqual(['focus'])
})
