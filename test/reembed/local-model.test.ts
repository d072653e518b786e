import { pino } from 'pino'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { requireSpace } from '../../src/memories/space.ts'
import { createServices } from '../../src/services.ts'
import { ensureActiveSpace, findActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed, talk } from '../support/ingest.ts'
import { TINY_DIMENSIONS, writeTinyModel } from '../support/tiny-model.ts'

/** A model of this machine that nobody chose, beside vectors that are there already. */

const suite = hasPostgres ? test : test.skip

async function openMemoir(url: string) {
  const config = loadConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    EMBEDDING_MODEL: `local:${writeTinyModel()}`,
    RECALL_EMBED_TIMEOUT_MS: '5000',
  })
  const services = await createServices(config, pino({ level: 'silent' }))
  return { ...services, [Symbol.asyncDispose]: async () => await services.close() }
}

suite(
  'a store with built-in vectors keeps them, in order, until somebody embeds it anew',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, [talk('one', 'bread'), talk('two', 'boats')])
    await (await createIngestFixture(store.db)).run()
    const before = await findActiveSpace(store.db)

    await using memoir = await openMemoir(store.url)
    expect(await memoir.reembeds.begin()).toMatchObject({
      stored: { model: 'hashing-1', dim: 128 },
      configured: { model: expect.stringMatching(/^local:tiny-/), dim: TINY_DIMENSIONS },
      required: true,
      estimate: { cost: 0 },
    })
    expect(await findActiveSpace(store.db)).toEqual(before)
    // New memories go on with the old vectors, and recall lacks nothing.
    expect(await requireSpace(memoir.db, memoir.embedder)).toMatchObject({ model: 'hashing-1' })
    const [vector] = await memoir.embedder.embed(['bread'], { priority: 'live' })
    expect(vector).toHaveLength(128)
    const { embedding } = await memoir.health()
    expect(embedding).toEqual({
      ok: true,
      detail: expect.stringMatching(/^builtin: hashing-1; memoir reembed changes to local:tiny-/),
    })
  },
)

suite('a store without vectors begins with the model', async () => {
  await using store = await createTestDatabase()
  const { identity } = createHashingEmbedder({ dimensions: 768, precision: 'fp16' })
  await ensureActiveSpace(store.db, identity)

  await using memoir = await openMemoir(store.url)
  expect(await memoir.reembeds.begin()).toMatchObject({ stored: null, required: false })
  const { provider, dimensions } = await requireSpace(memoir.db, memoir.embedder)
  expect({ provider, dimensions }).toEqual({ provider: 'local', dimensions: TINY_DIMENSIONS })
})
