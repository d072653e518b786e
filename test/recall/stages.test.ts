import { expect, test } from 'vitest'
import type { Embedder } from '../../src/providers/embedder.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed } from '../support/ingest.ts'
import { createRecallFixture } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

const TALK = [
  ['Ines', 'I started a pottery course on Monday.'],
  ['Tom', 'A pottery course, how nice. I bake bread.'],
  ['Ines', 'Rye or wheat?'],
  ['Tom', 'Only rye, with caraway.'],
  ['Ines', 'The train to Graz was late again.'],
  ['Tom', 'It always is.'],
] as const

/** A model that knows three things and finds every other text unlike them. */
const SUBJECTS = ['pottery', 'rye', 'train']
const meaning: Embedder = {
  identity: { provider: 'test', model: 'meaning', dimensions: 8, precision: 'fp16' },
  embed: async (texts) =>
    await Promise.resolve(
      texts.map((text) => {
        const vec = new Float32Array(8)
        for (const [at, subject] of SUBJECTS.entries()) {
          if (text.toLowerCase().includes(subject)) vec[at] = 1
        }
        if (vec.every((value) => value === 0)) vec[7] = 1
        const length = Math.hypot(...vec)
        return vec.map((value) => value / length)
      }),
    ),
}

async function overheard(db: Database, embedder?: Embedder) {
  await seed(db, [{ id: 'talk', messages: TALK.map(([, content]) => ({ content, role: 'user' })) }])
  for (const [index, [name]] of TALK.entries()) {
    await db.query('update memoir.messages set name = $2 where id = $1', [`talk/${index}`, name])
  }
  const given = embedder === undefined ? {} : { embedder }
  await (await createIngestFixture(db, given)).run()
  return await createRecallFixture(db, given)
}

suite('a question that names one of two prefers what that one said', async () => {
  await using store = await createTestDatabase()
  const ask = await overheard(store.db)

  const spoken = async (query: string, without?: readonly ['speaker']) =>
    (await ask(query, { k: 1, ...(without ? { without } : {}) })).hits[0]?.metadata['name']

  expect(await spoken('What did Tom say about the pottery course?')).toBe('Tom')
  expect(await spoken('What did Ines say about the pottery course?')).toBe('Ines')
  const both = await spoken('What did Ines and Tom say about the pottery course?')
  expect(await spoken('What did Tom say about the pottery course?', ['speaker'])).toBe(both)
})

suite('neighbours lend their likeness, and a hit names the edges it came by', async () => {
  await using store = await createTestDatabase()
  const ask = await overheard(store.db, meaning)

  const { hits } = await ask('the railway train', { k: 3, hops: 1 })
  const lent = hits.find(({ content }) => content === 'It always is.')
  expect(lent?.scores.graph).toBeGreaterThan(0)
  expect(lent?.via).toMatchObject([{ type: 'next', weight: 1, dst: lent?.id, src: hits[0]?.id }])

  const alone = await ask('the railway train', { k: 6, hops: 0 })
  expect(alone.hits.every(({ via, scores }) => via.length === 0 && scores.graph === 0)).toBe(true)
})

suite('two hops reach further than one', async () => {
  await using store = await createTestDatabase()
  const ask = await overheard(store.db, meaning)
  await store.db.query(`delete from memoir.memory_posting`)
  await store.db.query(
    `delete from memoir.memory_embedding e using memoir.memory_trace t where t.id = e.trace_id and t.content not like '%train%'`,
  )
  const reached = async (hops: number) =>
    (await ask('train', { k: 10, hops })).hits.map(({ content }) => content).toSorted()

  expect(await reached(0)).toEqual(['The train to Graz was late again.'])
  expect(await reached(1)).toEqual([
    'It always is.',
    'Only rye, with caraway.',
    'The train to Graz was late again.',
  ])
  expect(await reached(2)).toHaveLength(4)
})

suite('no edge leads to what is deleted or another user’s', async () => {
  await using store = await createTestDatabase()
  const ask = await overheard(store.db, meaning)
  await store.db.query(
    `update memoir.memory_trace set state = 'deleted' where content = 'It always is.'`,
  )
  const { hits } = await ask('train', { k: 10, hops: 2 })
  expect(hits.map(({ content }) => content)).not.toContain('It always is.')
})

suite('a stage that is left out takes no part', async () => {
  await using store = await createTestDatabase()
  const ask = await overheard(store.db, meaning)

  const scores = async (...without: ('vectors' | 'words' | 'hops')[]) =>
    (await ask('rye', { k: 1, without })).hits[0]?.scores

  expect(await scores()).toMatchObject({
    vector: 1,
    text: expect.closeTo(1, 1),
    graph: expect.any(Number),
  })
  expect(await scores('vectors')).toMatchObject({ vector: 0, text: expect.closeTo(1, 1), graph: 0 })
  expect(await scores('words')).toMatchObject({ vector: 1, text: 0 })
  expect(await scores('hops')).toMatchObject({ graph: 0 })
})
