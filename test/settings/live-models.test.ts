import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { loadConfig, type Config } from '../../src/config.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createLiveModels } from '../../src/settings/live-models.ts'
import { createAiSettings } from '../../src/settings/settings.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { ensureActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { dutifulModel } from '../support/fake-chat.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { failureOf } from '../support/vendor.ts'
import { BULK, extractOf } from '../support/vendor-model.ts'

const suite = hasPostgres ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
afterAll(async () => await vendor.close())
beforeEach(() => {
  vendor.restore()
  vendor.requests.splice(0)
  vendor.answerChat(dutifulModel())
})

const SECRET = 'an-encryption-key-for-tests'

/** What one process has of it, with connections of its own. */
function createProcess(url: string, env: Record<string, string> = {}) {
  const config: Config = loadConfig({
    MEMOIR_ENCRYPTION_KEY: SECRET,
    MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
    ...env,
  })
  const db = openDatabase({
    url,
    poolSize: 2,
    applicationName: 'test',
    onIdleError: () => undefined,
  })
  const parts = { config, db, metrics: createMetrics(), log: pino({ level: 'silent' }) }
  const models = createLiveModels(parts)
  const settings = createAiSettings({
    ...parts,
    onChange: () => models.forget(),
    launch: () => undefined,
  })
  return {
    db,
    models,
    put: async (change: Parameters<typeof settings.put>[0], reembed = false) =>
      await settings.put(change, { actor: 'admin', namespaceId: NOBODY, reembed }),
    extract: async () =>
      (await models.languageModel.extractMemories(extractOf('I live in Oslo.'), BULK)).value,
    [Symbol.asyncDispose]: async () => await db.close(),
  }
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

suite(
  'a change is in force at once where it was made, and soon in every other process',
  async () => {
    await using store = await createTestDatabase()
    await using here = createProcess(store.url)
    await using there = createProcess(store.url)
    await here.extract()
    await there.extract()
    expect(vendor.requests).toHaveLength(0)
    expect(there.models.languageModel.identity.provider).toBe('builtin')

    await here.put({ llm: { base_url: vendor.url, model: 'chat' } })

    await here.extract()
    expect(vendor.requests).toHaveLength(1)
    expect(here.models.languageModel.identity).toEqual({ provider: 'openai', model: 'chat' })
    await expect
      .poll(
        async () => {
          await there.models.languageModel.ready?.()
          return there.models.languageModel.identity
        },
        { timeout: 10_000 },
      )
      .toEqual({ provider: 'openai', model: 'chat' })
    await there.extract()
    expect(vendor.requests).toHaveLength(2)

    await here.put({ llm: { base_url: null, model: null } })
    await here.extract()
    expect(vendor.requests).toHaveLength(2)
  },
)

suite('settings that are there before a process starts are found at its first use', async () => {
  await using store = await createTestDatabase()
  await using before = createProcess(store.url)
  await before.put({ embedding: { base_url: vendor.url, model: 'e5', dim: 64 } })
  await using after = createProcess(store.url)

  await after.models.embedder.ready?.()

  expect(after.models.embedder.identity).toMatchObject({ model: 'e5', dimensions: 64 })
  expect((await after.models.embedder.embed(['lake'], BULK))[0]).toHaveLength(64)
  expect(await after.models.config()).toMatchObject({ EMBEDDING_MODEL: 'e5', EMBEDDING_DIM: 64 })
})

suite('no vector of a new model comes out while the space is that of the old one', async () => {
  await using store = await createTestDatabase()
  await using memoir = createProcess(store.url)
  const { embedder } = memoir.models
  await ensureActiveSpace(memoir.db, embedder.identity)
  await embedder.embed(['lake'], BULK)
  await memoir.db.query(`update memoir.embedding_space set model = 'another'`)
  memoir.models.forget()

  expect(await failureOf(embedder.embed(['lake'], BULK))).toMatchObject({
    code: 'reembed_required',
  })
})

suite('what changes of one model leaves the other as it was, with all it learned', async () => {
  await using store = await createTestDatabase()
  await using memoir = createProcess(store.url)
  vendor.lackForms('json_schema')
  await memoir.put({ llm: { base_url: vendor.url, model: 'chat' } })
  await memoir.extract()
  expect(vendor.requests).toHaveLength(2)

  await memoir.put({ embedding: { base_url: vendor.url, model: 'e5', dim: 64 } })
  await memoir.extract()
  expect(vendor.requests).toHaveLength(3)
})

suite('settings of another encryption key stop models, say why, and can be replaced', async () => {
  await using store = await createTestDatabase()
  await using before = createProcess(store.url)
  await before.put({ llm: { base_url: vendor.url, model: 'chat' } })
  await using memoir = createProcess(store.url, { MEMOIR_ENCRYPTION_KEY: 'another-key-for-tests' })

  expect(await failureOf(memoir.extract())).toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining('MEMOIR_ENCRYPTION_KEY'),
  })
  await memoir.put({ llm: { model: null } })
  expect(await memoir.extract()).toHaveLength(1)
})

suite('while Postgres is away models go on as they were', async () => {
  await using store = await createTestDatabase()
  const memoir = createProcess(store.url)
  await memoir.put({ llm: { base_url: vendor.url, model: 'chat' } })
  await memoir.extract()
  await memoir.db.close()
  memoir.models.forget()

  expect(await memoir.extract()).toHaveLength(1)
  expect(vendor.requests).toHaveLength(2)
})
