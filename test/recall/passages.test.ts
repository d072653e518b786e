import { expect, test } from 'vitest'
import type { Embedder } from '../../src/providers/embedder.ts'
import { fillGaps } from '../../src/reembed/fill.ts'
import { findActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { openShadow, walkSpace } from '../../src/stores/spaces/reembed.ts'
import { passagesOf } from '../../src/text/passages.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed } from '../support/ingest.ts'
import { createRecallFixture } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

/** A model that reads the first 900 characters and knows three subjects by several words. */
const SUBJECTS = [/heron|bird/i, /harbour|port/i, /budget|money/i]
const short: Embedder = {
  identity: { provider: 'test', model: 'short', dimensions: 8, precision: 'fp16' },
  embed: async (texts) =>
    await Promise.resolve(
      texts.map((text) => {
        const read = text.slice(0, 900)
        const vec = Float32Array.from({ length: 8 }, (_, at) =>
          SUBJECTS[at]?.test(read) === true ? 1 : 0,
        )
        if (vec.every((value) => value === 0)) vec[7] = 1
        const length = Math.hypot(...vec)
        return vec.map((value) => value / length)
      }),
    ),
}

const paragraph = (text: string) => `${text} ${'And so it went on and on. '.repeat(24)}`.trim()
const LONG = [
  paragraph('The budget of the club was discussed first.'),
  paragraph('Then the roof of the house.'),
  paragraph('At last a heron was seen over the roof.'),
  paragraph('Nobody knew what to say.'),
].join('\n\n')

test('passages of a long text put together are the text, and a short one has none', () => {
  expect(passagesOf('Short.')).toEqual([])
  expect(passagesOf(LONG).join('')).toBe(LONG)
  expect(passagesOf(LONG).every((passage) => passage.length <= 800)).toBe(true)
  expect(passagesOf('a'.repeat(2_000_000)).length).toBe(500)
})

async function told(content: string) {
  const store = await createTestDatabase()
  const conversation = (text: string) => [
    {
      id: 'talk',
      messages: [
        { content: text },
        { content: 'Was it in the harbour, then?' },
        { content: 'The train was late again on Friday.' },
        { content: 'So was mine, by forty minutes.' },
      ],
    },
  ]
  const tell = async (text: string) => {
    await seed(store.db, conversation(text))
    await (await createIngestFixture(store.db, { embedder: short })).run()
  }
  await tell(content)
  const count = async () =>
    (await store.db.query<{ n: number }>('select count(*) as n from memoir.memory_passage')).rows[0]
      ?.n
  const ask = await createRecallFixture(store.db, { embedder: short })
  return { store, tell, count, ask }
}

suite('a long message is found by a passage of it, which is what the hit shows', async () => {
  const { store, count, ask } = await told(LONG)
  await using _ = store
  expect(await count()).toBe(passagesOf(LONG).length)

  const { hits } = await ask('birds', { k: 1 })
  expect(hits[0]).toMatchObject({ excerpt: true, scores: { vector: 1 } })
  expect(hits[0]?.content).toMatch(/^At last a heron/)
  expect(hits[0]?.content.length).toBeLessThanOrEqual(800)
  const { rows } = await store.db.query<{ content: string }>(
    'select content from memoir.memory_trace where id = $1',
    [hits[0]?.id],
  )
  expect(rows[0]?.content).toBe(LONG)

  const { hits: others } = await ask('harbour', { k: 1 })
  expect(others[0]?.excerpt).toBeUndefined()
})

suite('passages go with the text they are of', async () => {
  const { store, tell, count, ask } = await told(LONG)
  await using _ = store
  await tell('A heron, they said.')
  expect(await count()).toBe(0)
  expect((await ask('birds', { k: 1 })).hits[0]?.content).toBe('A heron, they said.')
  await tell(LONG)
  expect(await count()).toBe(passagesOf(LONG).length)
  await store.db.query('delete from memoir.memory_embedding')
  expect(await count()).toBe(0)
})

suite(
  'the built-in embedder makes no vectors of passages, and the words show the place',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, [
      {
        id: 'talk',
        messages: [LONG, 'Yes.', 'No, never.', 'A fine day.'].map((content) => ({ content })),
      },
    ])
    await (await createIngestFixture(store.db)).run()
    const { rows } = await store.db.query('select from memoir.memory_passage')
    expect(rows).toEqual([])
    const ask = await createRecallFixture(store.db)
    const { hits } = await ask('Where was the heron?', { k: 1 })
    expect(hits[0]).toMatchObject({ excerpt: true })
    expect(hits[0]?.content).toContain('heron')
    expect(hits[0]?.content.length).toBeLessThanOrEqual(1_000)
  },
)

suite('a space that is filled with another model gets the passages too', async () => {
  const { store, count } = await told(LONG)
  await using _ = store
  const { db } = store
  const before = await count()
  const from = await findActiveSpace(db)
  if (from === null) throw new Error('no space')
  const other: Embedder = { ...short, identity: { ...short.identity, model: 'other' } }
  const to = await db.transaction(
    async (tx) => await openShadow(tx, { from: from.id, wanted: other.identity }),
  )
  if (to === null) throw new Error('no shadow')
  const { config } = await createIngestFixture(db, { embedder: short })
  const context = { config, db, jobId: 'none', pair: { from, to }, maker: other }
  const gaps = async () => await walkSpace(db, { from, to }, { after: null, limit: 100 })
  const signal = AbortSignal.timeout(20_000)
  expect(await fillGaps({ ...context, signal }, await gaps())).toBeGreaterThan(0)
  expect(await count()).toBe(2 * (before ?? 0))
  await fillGaps({ ...context, signal }, await gaps())
  expect(await count()).toBe(2 * (before ?? 0))
})
