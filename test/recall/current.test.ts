import { expect, test } from 'vitest'
import { unit } from '../../src/domain/vectors.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed } from '../support/ingest.ts'
import { createRecallFixture, type AskOptions } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

/** Said one after the other, each in a conversation of its own. */
async function said(
  statements: readonly string[],
  ask: (
    contents: (query: string, options?: AskOptions) => Promise<readonly string[]>,
  ) => Promise<void>,
  embedder: Embedder = createHashingEmbedder({ dimensions: 128, precision: 'fp16' }),
): Promise<void> {
  await using store = await createTestDatabase()
  await seed(
    store.db,
    statements.map((content, month) => ({
      id: `c${month}`,
      messages: [{ content, at: `2026-0${month + 1}-10T10:00:00Z` }],
    })),
  )
  const env = { ETL_MIN_TURNS: '1' }
  await (await createIngestFixture(store.db, { embedder, env })).run()
  const recall = await createRecallFixture(store.db, { embedder })
  await ask(async (query, options = {}) =>
    (await recall(query, options)).hits.map(({ content }) => content),
  )
}

const HOMES = [
  'I live in Porto.',
  'The cat hates rain.',
  'Since May I live on the upper floors of a narrow house in Ghent.',
] as const

suite('of two statements that answer alike, the newer comes first', async () => {
  await said(HOMES, async (contents) => {
    expect((await contents('Where do I live?'))[0]).toBe(HOMES[2])
    const [first] = await contents('Where do I live?', { without: ['current'] })
    expect(first).toBe(HOMES[0])
  })
})

const MOVES: readonly (readonly [older: string, newer: string, question: string])[] = [
  [
    'I live in Ghent, in a small flat by the canal.',
    'I moved to Leuven yesterday, boxes everywhere.',
    'Where do I live?',
  ],
  ['Ich wohne in Jena am Fluss.', 'Ich bin gestern nach Halle gezogen.', 'Wo wohne ich?'],
]

suite.each(MOVES)(
  'what one person has one of at a time is the newer, in other words too: %s | %s',
  async (older, newer, question) => {
    await said([older, 'I live for music and I live for tea.', newer], async (contents) => {
      const order = await contents(question)
      expect(order.indexOf(newer)).toBeGreaterThanOrEqual(0)
      expect(order.indexOf(newer)).toBeLessThan(order.indexOf(older))
    })
  },
)

suite('a question about the past, or about a time, is answered by likeness alone', async () => {
  await said(HOMES, async (contents) => {
    expect((await contents('Where did I live before?'))[0]).toBe(HOMES[0])
    expect((await contents('Where do I live?', { asOf: new Date('2027-01-01') }))[0]).toBe(HOMES[0])
    expect((await contents('Where do I live?', { to: new Date('2027-01-01') }))[0]).toBe(HOMES[0])
  })
})

/** Statements that look alike and do not contradict each other: whatever answers stays where it was, however old it is. */
const APART: readonly (readonly [older: string, newer: string, question: string])[] = [
  ['I have a sister in Porto.', 'I have a brother in Porto.', 'Do I have a sister?'],
  ['I take my tea without sugar.', 'I take sugar in my coffee.', 'How do I take my tea?'],
  ['My cat is called Mustard.', "Next door's cat is called Pickle.", 'What is my cat called?'],
  ['Mi prima vive en Vigo.', 'Mi primo vive en Vigo, muy lejos.', '¿Dónde vive mi prima?'],
  ['Ich wohne in Jena.', 'Mein Chef wohnt in Halle an der Saale.', 'Wo wohne ich?'],
  ['أعمل في صيدلية.', 'زوجتي تعمل في صيدلية كبيرة.', 'أين أعمل؟'],
]

suite.each(APART)('%s | %s', async (older, newer, question) => {
  await said([older, newer], async (contents) => {
    const plain = await contents(question, { without: ['current'] })
    expect((await contents(question)).indexOf(older)).toBeLessThanOrEqual(plain.indexOf(older))
  })
})

suite('what an assistant said takes the place of nothing', async () => {
  await using store = await createTestDatabase()
  const embedder = createHashingEmbedder({ dimensions: 128, precision: 'fp16' })
  const later = 'You could live in Ghent, where you would live well and cheaply by the water.'
  await seed(store.db, [
    {
      id: 'c',
      messages: [
        { content: 'I live in Porto.', at: '2026-01-01T10:00:00Z' },
        { role: 'assistant', content: later, at: '2026-02-01T10:00:00Z' },
      ],
    },
  ])
  await (await createIngestFixture(store.db, { embedder, env: { ETL_MIN_TURNS: '1' } })).run()
  const recall = await createRecallFixture(store.db, { embedder })

  const { hits } = await recall('Where do I live?')

  expect(hits.map(({ content }) => content)).toEqual(['I live in Porto.', later])
})

/** Says by hand what texts mean: a share of each thing they are about. */
const meaning = (shares: Readonly<Record<string, readonly number[]>>): Embedder => ({
  identity: { provider: 'openai', model: 'by-hand', dimensions: 4, precision: 'fp32' },
  embed: (texts) =>
    Promise.resolve(texts.map((text) => unit(Float32Array.from(shares[text] ?? [0, 0, 0, 1])))),
})

const PHONES = ['My mobile number is 0151 5550 2284.', 'New SIM: 0176 5559 3310.'] as const

suite('two numbers of phones are of one matter, whatever they are called', async () => {
  const question = "What's my mobile number?"
  const near = meaning({
    [question]: [1, 0, 0, 0],
    [PHONES[0]]: [0.6, 0.6, 0.5, 0.1],
    [PHONES[1]]: [0.5, 0.6, 0.6, 0.1],
  })
  await said(
    PHONES,
    async (contents) => expect((await contents(question))[0]).toBe(PHONES[1]),
    near,
  )
})

const CARS = [
  'The Clio is gone, so no car for now.',
  'We bought a Volvo.',
  'I painted the fence.',
] as const

suite(
  'with a model, what lacks the words comes first where it means more, and only then',
  async () => {
    const question = 'What car have I got?'
    const near = meaning({
      [question]: [1, 0, 0, 0],
      [CARS[0]]: [0.4, 0.6, 0, 0.4],
      [CARS[1]]: [0.7, 0.4, 0.2, 0],
    })
    await said(CARS, async (contents) => expect((await contents(question))[0]).toBe(CARS[1]), near)

    const far = meaning({
      [question]: [1, 0, 0, 0],
      [CARS[0]]: [0.7, 0.4, 0.2, 0],
      [CARS[1]]: [0.4, 0.6, 0, 0.4],
    })
    await said(CARS, async (contents) => expect((await contents(question))[0]).toBe(CARS[0]), far)
  },
)
