import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createProviderFetch } from '../../src/providers/provider-guard.ts'
import { createReranker } from '../../src/providers/reranker.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { createMemoryWorld } from '../support/memory-world.ts'
import { createRecallFixture } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

const LIFE = ['The blue key opens the cellar.', 'The red key opens the safe.', 'A key is a key.']

async function judged(timeoutMs = 5_000) {
  const store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  for (const content of LIFE) await world.remember(content)
  const vendor = await startFakeVendor()
  const reranker = createReranker({
    baseUrl: vendor.url,
    model: 'judge',
    key: 'secret',
    fetch: createProviderFetch({ allowPrivate: true }),
  })
  const log = pino({ level: 'silent' })
  const ask = await createRecallFixture(store.db, { judge: { reranker, timeoutMs, log } })
  return {
    vendor,
    ask,
    async [Symbol.asyncDispose]() {
      await vendor.close()
      await store[Symbol.asyncDispose]()
    },
  }
}

const prefers = (vendor: FakeVendor, word: string) =>
  vendor.answerRerank((document) => (document.includes(word) ? 7.5 : -3))

suite('a reranking model puts first what it finds to answer best', async () => {
  await using world = await judged()
  for (const word of ['safe', 'cellar', 'A key']) {
    prefers(world.vendor, word)
    const { hits, degraded } = await world.ask('which key?', { k: 1 })
    expect(hits).toHaveLength(1)
    expect(hits[0]?.content).toContain(word)
    expect(hits[0]?.scores.rerank).toBe(1)
    expect(degraded).toEqual([])
  }
  const [request] = world.vendor.requests
  expect(request?.path).toBe('/v1/rerank')
  expect(request?.headers.authorization).toBe('Bearer secret')
  expect(request?.body).toMatchObject({ model: 'judge', query: 'which key?', top_n: 3 })
})

suite('one that fails, hangs or answers nonsense changes nothing, and recall says so', async () => {
  await using world = await judged(300)
  const plain = await world.ask('which key?', { without: ['rerank'] })
  expect(plain.degraded).toEqual([])
  const troubles = [
    () => world.vendor.failNext(1, { status: 500 }),
    () => world.vendor.hangNext(1),
    () => world.vendor.resetNext(1),
    () => world.vendor.failNext(1, { status: 200, body: 'not JSON' }),
    () =>
      world.vendor.failNext(1, {
        status: 200,
        body: { results: [{ index: 0, relevance_score: 1 }] },
      }),
  ]
  for (const trouble of troubles) {
    trouble()
    const { hits, degraded } = await world.ask('which key?')
    expect(degraded).toEqual(['rerank'])
    expect(hits.map(({ id, score }) => [id, score])).toEqual(
      plain.hits.map(({ id, score }) => [id, score]),
    )
  }
})

suite('nobody is asked about a single hit or none', async () => {
  await using world = await judged()
  expect((await world.ask('which key?', { userId: 'stranger' })).hits).toEqual([])
  expect(world.vendor.requests).toEqual([])
})
