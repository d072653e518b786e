import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { answerOf, requestOf, type Send } from '../api/api-fixture.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'

const suite = hasPostgres ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
afterAll(async () => await vendor.close())

const ADMIN = 'an-admin-key-for-tests'

async function openMemoir(url: string, env: Record<string, string> = {}) {
  const config = loadConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    MEMOIR_ADMIN_KEY: ADMIN,
    MEMOIR_ENCRYPTION_KEY: 'an-encryption-key-for-tests',
    MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
    RECALL_EMBED_TIMEOUT_MS: '5000',
    ...env,
  })
  const services = await createServices(config, pino({ level: 'silent' }))
  const app = createApp(services)
  return {
    send: async (path: string, sent: Send = {}) =>
      await answerOf(await app.request(path, requestOf({ key: ADMIN, ...sent }))),
    [Symbol.asyncDispose]: async () => await services.close(),
  }
}

suite('which models work is told by the status, and follows the settings', async () => {
  await using store = await createTestDatabase()
  await using memoir = await openMemoir(store.url)
  const parts = async () => (await memoir.send('/v1/status')).json.parts
  expect(await parts()).toMatchObject({
    embedding: { ok: true, detail: 'builtin: hashing-1' },
    language: { ok: true, detail: 'builtin: rules; no language model is configured' },
  })

  const put = await memoir.send('/v1/settings/ai', {
    method: 'PUT',
    body: {
      llm: { base_url: vendor.url, model: 'chat' },
      embedding: { base_url: vendor.url, model: 'e5', dim: 64 },
    },
  })

  expect(put.json).toMatchObject({ reembed: false })
  expect((await parts()).language).toEqual({ ok: true, detail: 'openai: chat' })
  await expect
    .poll(async () => (await parts()).embedding, { timeout: 10_000 })
    .toEqual({ ok: true, detail: 'openai: e5' })
  await memoir.send('/v1/recall?q=lake&user_id=nobody')
})

suite(
  'a budget is counted in what the models in force cost, and refused where nobody knows',
  async () => {
    await using store = await createTestDatabase()
    await using memoir = await openMemoir(store.url)
    const use = async (model: string) =>
      await memoir.send('/v1/settings/ai', {
        method: 'PUT',
        body: { llm: { base_url: vendor.url, model } },
      })
    await use('unheard-of')
    const refused = await memoir.send('/v1/backfills', { body: { budget: 1 } })
    expect([refused.status, refused.json.error.details.field]).toEqual([400, 'budget'])
    expect(refused.json.error.message).toContain('LLM_PRICE_INPUT')

    await use('gpt-4.1-mini')
    expect((await memoir.send('/v1/backfills', { body: { budget: 1 } })).status).toBe(202)
    const { rows } = await store.db.query('select budget_tokens from memoir.job')
    expect(rows).toEqual([{ budget_tokens: 2_500_000 }])
  },
)

suite('settings that cannot be read are told, and recall answers by words', async () => {
  await using store = await createTestDatabase()
  {
    await using before = await openMemoir(store.url)
    await before.send('/v1/settings/ai', { method: 'PUT', body: { llm: { model: 'chat' } } })
  }
  await using memoir = await openMemoir(store.url, {
    MEMOIR_ENCRYPTION_KEY: 'another-key-for-these-tests',
  })

  const { json } = await memoir.send('/v1/status')

  expect(json).toMatchObject({
    status: 'degraded',
    parts: { language: { ok: false, detail: expect.stringContaining('MEMOIR_ENCRYPTION_KEY') } },
  })
  expect(json.degraded).toEqual(expect.arrayContaining(['embedding', 'language']))
  expect((await memoir.send('/v1/recall?q=lake&user_id=nobody')).status).toBe(200)
  const shown = await memoir.send('/v1/settings/ai')
  expect([shown.status, shown.json.error.code]).toEqual([500, 'configuration_invalid'])
})
