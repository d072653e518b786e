import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createEstimate } from '../../src/ingest/estimate.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { costOf } from '../../src/providers/prices.ts'
import { createPostgresSource } from '../../src/sources/postgres-source.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed, talk } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

suite('an estimate is at least what taking in really counts, and close to it', async () => {
  await using store = await createTestDatabase()
  await seed(
    store.db,
    Array.from({ length: 20 }, (_, index) => talk(`c${index}`, 'harbours', 12)),
  )
  const config = loadConfig({ EMBEDDING_PRICE: '1000' })
  const estimate = createEstimate(config, {
    sourceOf: async () =>
      await Promise.resolve(createPostgresSource(config, store.db, () => undefined)),
    embedder: createHashingEmbedder({ dimensions: 64, precision: 'fp16' }),
  })

  const { conversations, tokens, cost } = await estimate('any')
  const real = await (await createIngestFixture(store.db)).run()

  expect(conversations).toBe(20)
  expect(tokens / real.tokens).toBeGreaterThanOrEqual(1)
  expect(tokens / real.tokens).toBeLessThan(1.3)
  expect(cost).toBeCloseTo(tokens / 1000, 3)
})

test('a cost is known only with a price: the list’s, or the one that is set', () => {
  expect(costOf(2_000_000, { model: 'text-embedding-3-small', price: undefined })).toBe(0.04)
  expect(costOf(2_000_000, { model: 'text-embedding-3-small', price: 1 })).toBe(2)
  expect(costOf(2_000_000, { model: 'unheard-of', price: undefined })).toBeNull()
  expect(costOf(2_000_000, { model: 'unheard-of', price: 0.5 })).toBe(1)
})
