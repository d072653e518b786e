import { dutifulModel } from '../support/fake-chat.ts'
import { EMBEDDING_FORMS } from '../support/deviations.ts'
import { WORKAROUNDS } from '../../src/providers/workarounds.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findBrokenAudit } from '../../src/stores/audit.ts'
import { ensureActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { hasPostgres } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { TINY_DIMENSIONS, writeTinyModel } from '../support/tiny-model.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
afterAll(async () => await vendor.close())
beforeEach(() => {
  vendor.restore()
  vendor.requests.splice(0)
})

const SECRET = 'sk-very-secret-0123456789'
const ENV = { MEMOIR_ENCRYPTION_KEY: 'an-encryption-key-for-tests' }
const PRIVATE = { ...ENV, MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true' }
const AI = '/v1/settings/ai'

const put = async (memoir: ApiFixture, body: unknown, path = AI) =>
  await memoir.send(path, { method: 'PUT', body })

const BUILT_IN = {
  llm: { base_url: null, model: null, api_key: null },
  embedding: { base_url: null, model: null, api_key: null, dim: 768 },
  reembed: false,
  job: null,
  note: null,
}

suite('without settings the environment is shown, its key as set', async () => {
  await using bare = await createApiFixture()
  expect((await bare.send(AI)).json).toEqual(BUILT_IN)

  await using memoir = await createApiFixture({
    env: {
      LLM_MODEL: 'gpt-4.1',
      OPENAI_API_KEY: SECRET,
      EMBEDDING_MODEL: 'e5',
      EMBEDDING_BASE_URL: 'https://embeddings.example/v1',
      EMBEDDING_DIM: '64',
    },
  })
  const answer = await memoir.send(AI)
  expect(answer.json).toEqual({
    ...BUILT_IN,
    llm: { base_url: null, model: 'gpt-4.1', api_key: 'set' },
    embedding: {
      base_url: 'https://embeddings.example/v1',
      model: 'e5',
      api_key: 'set',
      dim: 64,
    },
  })
  expect(answer.text).not.toContain(SECRET)
})

suite('what is set is in force, kept encrypted, and goes back with null', async () => {
  await using memoir = await createApiFixture({
    env: { ...ENV, LLM_MODEL: 'a', OPENAI_API_KEY: 'b' },
  })
  const llm = { base_url: 'https://llm.example/v1', model: 'big', api_key: SECRET }

  const answer = await put(memoir, { llm })

  expect(answer.status).toBe(200)
  expect(answer.json.llm).toEqual({ ...llm, api_key: 'set' })
  expect((await memoir.send(AI)).json.llm).toEqual({ ...llm, api_key: 'set' })
  expect((await memoir.send('/settings/ai')).json.llm).toEqual({ ...llm, api_key: 'set' })
  const { rows } = await memoir.db.query<{ value: Buffer }>('select value from memoir.setting')
  expect(rows).toHaveLength(1)
  for (const word of [SECRET, 'big', 'llm.example']) {
    expect(rows[0]?.value.toString('latin1')).not.toContain(word)
  }

  const back = await put(memoir, { llm: { base_url: null, model: null, api_key: null } })
  expect(back.json.llm).toEqual({ base_url: null, model: 'a', api_key: 'set' })
})

suite('a key belongs to its address: another base URL discards it', async () => {
  await using memoir = await createApiFixture({ env: ENV })
  const one = { base_url: 'https://one.example/v1', model: 'm' }
  const keyAfter = async (llm: Record<string, unknown>) =>
    (await put(memoir, { llm })).json.llm.api_key

  expect(await keyAfter({ ...one, api_key: SECRET })).toBe('set')
  expect(await keyAfter({ model: 'other' })).toBe('set')
  expect(await keyAfter({ ...one, base_url: 'https://one.example/v1/', api_key: 'set' })).toBe(
    'set',
  )
  expect(await keyAfter({ base_url: 'https://two.example/v1' })).toBeNull()
  expect(await keyAfter({ base_url: 'https://one.example/v1' })).toBeNull()
  expect(await keyAfter({ api_key: SECRET })).toBe('set')
  expect(await keyAfter({ base_url: 'https://two.example/v1', api_key: 'set' })).toBeNull()
  expect(await keyAfter({ base_url: 'https://one.example/v1', api_key: SECRET })).toBe('set')
  expect(await keyAfter({ base_url: null })).toBeNull()
})

suite('the environment’s key is not sent to an address that somebody set', async () => {
  vendor.answerChat(dutifulModel())
  await using memoir = await createApiFixture({ env: { ...PRIVATE, OPENAI_API_KEY: SECRET } })

  const tested = await memoir.send(`${AI}/test`, {
    body: { llm: { base_url: vendor.url, model: 'm' } },
  })

  expect(tested.json).toMatchObject({ ok: true, code: 'ok', llm: { ok: true } })
  expect(vendor.requests).toHaveLength(1)
  expect(JSON.stringify(vendor.requests)).not.toContain(SECRET)
})

suite('addresses that must not be reached are refused by their field', async () => {
  await using memoir = await createApiFixture({ env: ENV })
  await using open = await createApiFixture({ env: PRIVATE })
  for (const base_url of [
    'http://llm.example/v1',
    'https://127.0.0.1/v1',
    'https://10.0.0.1/v1',
    'https://[::1]/v1',
    'https://2130706433/v1',
    'https://169.254.169.254/latest',
  ]) {
    const answer = await put(memoir, { llm: { base_url, model: 'm' } })
    expect([base_url, answer.status]).toEqual([base_url, 400])
    expect(answer.json.error.details.field).toBe('llm.base_url')
  }
  for (const base_url of [
    'https://169.254.169.254/v1',
    'https://user:password@llm.example/v1',
    'https://llm.example/v1?x=1',
    'ftp://llm.example',
    'llm.example',
  ]) {
    const answer = await put(open, { embedding: { base_url, model: 'm' } })
    expect([base_url, answer.status]).toEqual([base_url, 400])
    expect(answer.json.error.details.field).toBe('embedding.base_url')
  }
  expect((await memoir.send(AI)).json).toEqual(BUILT_IN)
  // A name may resolve to anything: that is found out where the connection is made.
  const tested = await memoir.send(`${AI}/test`, {
    body: { llm: { base_url: 'https://localhost:1/v1', model: 'm' } },
  })
  expect(tested.json).toMatchObject({ ok: false, code: 'configuration_invalid' })
})

suite('bad input names its field, and compatible paths ignore unknown ones', async () => {
  await using memoir = await createApiFixture({ env: ENV })
  for (const [body, field] of [
    [{ llm: { model: '' } }, 'llm.model'],
    [{ llm: { model: 7 } }, 'llm.model'],
    [{ llm: { dim: 7 } }, 'llm.dim'],
    [{ embedding: { dim: 4001 } }, 'embedding.dim'],
    [{ embedding: { base_url: 'https://e.example/v1' } }, 'embedding.model'],
    [{ llm: { api_key: '' } }, 'llm.api_key'],
    [{ models: {} }, 'models'],
  ] as const) {
    const answer = await put(memoir, body)
    expect([answer.status, answer.json.error.details.field]).toEqual([400, field])
  }
  const loose = await put(memoir, { llm: { model: 'm', dim: 7 }, theme: 'dark' }, '/settings/ai')
  expect([loose.status, loose.json.llm.model]).toEqual([200, 'm'])
  const repeated = await memoir.send(AI, {
    method: 'PUT',
    body: {},
    headers: { 'idempotency-key': 'k' },
  })
  expect(repeated.json.error.details.field).toBe('Idempotency-Key')
})

suite(
  'without an encryption key nothing is kept, and the answer says what is missing',
  async () => {
    await using memoir = await createApiFixture()
    const answer = await put(memoir, { llm: { model: 'm' } })
    expect([answer.status, answer.json.error.code]).toEqual([500, 'configuration_invalid'])
    expect(answer.json.error.message).toContain('MEMOIR_ENCRYPTION_KEY')
    expect((await memoir.send(AI)).json).toEqual(BUILT_IN)
  },
)

const IDENTITY = {
  provider: 'builtin',
  model: 'hashing-1',
  dimensions: 768,
  precision: 'fp16',
} as const

/** One memory with a vector of the built-in model. */
async function remember(memoir: ApiFixture): Promise<void> {
  const space = await ensureActiveSpace(memoir.db, IDENTITY)
  const userId = await memoir.user('ann')
  const { rows } = await memoir.db.query<{ id: string; seq: number }>(
    `insert into memoir.memory_trace (id, user_id, kind, scope, content, content_hash, occurred_at)
     values (gen_random_uuid(), $1, 'message', 'personal', $2, 'x', now()) returning id, seq`,
    [userId, 'We hiked to the lake. '.repeat(20)],
  )
  await memoir.db.query(
    `insert into memoir.memory_embedding (trace_id, head, space_id, user_id, seq, kind, revision, vec)
     values ($1, 'semantic', $2, $3, $4, 'message', 1, array_fill(0.1::real, array[768])::halfvec)`,
    [rows[0]?.id, space.id, userId, rows[0]?.seq],
  )
}

suite('another embedding model needs an assent, with an estimate', async () => {
  await using memoir = await createApiFixture({ env: ENV })
  await remember(memoir)
  const embedding = { model: 'text-embedding-3-small', dim: 64, api_key: SECRET }

  const refused = await put(memoir, { embedding })

  expect([refused.status, refused.json.error.code]).toEqual([409, 'reembed_required'])
  expect(refused.json.error.details).toEqual({
    stored: { model: 'hashing-1', dim: 768 },
    wanted: { model: 'text-embedding-3-small', dim: 64 },
    estimate: { memories: 1, tokens: 110, cost: 0 },
  })
  expect((await memoir.send(AI)).json).toEqual(BUILT_IN)

  const taken = await put(memoir, { embedding, reembed: true })
  expect(taken.json).toMatchObject({
    embedding: { ...embedding, api_key: 'set' },
    reembed: true,
    job: expect.any(String),
    note: expect.stringContaining('embedded anew'),
  })
  // What has nothing to do with it is not asked about again.
  expect((await put(memoir, { llm: { model: 'm' } })).status).toBe(200)
})

suite('an installation without vectors begins with another model just so', async () => {
  await using memoir = await createApiFixture({ env: ENV })
  await ensureActiveSpace(memoir.db, IDENTITY)

  const answer = await put(memoir, { embedding: { model: 'e5', dim: 64 } })

  expect(answer.json).toMatchObject({ embedding: { model: 'e5' }, reembed: false, note: null })
})

suite(
  'a test tells a code and a time for each model, what was worked around, and what a vendor that fails said',
  async () => {
    await using memoir = await createApiFixture({ env: PRIVATE })
    const body = {
      llm: { base_url: vendor.url, model: 'm', api_key: SECRET },
      embedding: { base_url: vendor.url, model: 'e', dim: 64 },
    }
    const ask = async () => await memoir.send(`${AI}/test`, { body })
    vendor.answerChat(dutifulModel())
    const good = await ask()
    expect(good.json).toEqual({
      ok: true,
      code: 'ok',
      latency_ms: expect.any(Number),
      llm: { ok: true, code: 'ok', latency_ms: expect.any(Number), worked_around: [] },
      embedding: { ok: true, code: 'ok', latency_ms: expect.any(Number), worked_around: [] },
    })

    vendor.answerChat((request) => `Sure: ${dutifulModel()(request).replaceAll('"', "'")}`)
    vendor.deviate(EMBEDDING_FORMS['no index'] ?? (() => undefined))
    vendor.lackForms('json_schema')
    expect((await ask()).json).toMatchObject({
      ok: true,
      llm: { worked_around: [WORKAROUNDS.form, WORKAROUNDS.repaired] },
      embedding: { worked_around: [WORKAROUNDS.no_index] },
    })
    vendor.restore()

    vendor.failAlways({ status: 401, body: { error: { message: `bad key, my words` } } })
    const bad = await ask()
    expect([bad.status, bad.json.ok, bad.json.code]).toEqual([200, false, 'vendor_unauthorized'])
    expect(bad.json.llm.detail).toBe('bad key, my words')
    expect(bad.text).not.toContain(SECRET)

    vendor.restore()
    vendor.answerWrongLength(32)
    expect((await ask()).json).toMatchObject({
      ok: false,
      code: 'vendor_bad_answer',
      embedding: { code: 'dimension_mismatch' },
    })
    expect((await memoir.send(AI)).json).toEqual(BUILT_IN)
  },
)

suite('who changed what stands in the audit log, without secrets', async () => {
  await using memoir = await createApiFixture({ env: ENV })
  const key = await memoir.key({ role: 'admin' })
  await memoir.send(AI, {
    method: 'PUT',
    key,
    body: { llm: { model: 'm', base_url: 'https://token.example/v1', api_key: SECRET } },
  })
  const { rows } = await memoir.db.query('select * from memoir.audit_log')
  expect(rows).toMatchObject([
    {
      action: 'settings.ai',
      details: {
        changed: 'llm.base_url, llm.model, llm.api_key',
        llm_model: 'm',
        embedding_model: null,
        reembed: false,
      },
    },
  ])
  expect(JSON.stringify(rows)).not.toMatch(/sk-very|token\.example/)
  expect(await findBrokenAudit(memoir.db)).toBeNull()
})

suite('a model of the server’s own folders is shown and is the environment’s alone', async () => {
  const EMBEDDING_MODEL = `local:${writeTinyModel()}`
  await using memoir = await createApiFixture({ env: { ...PRIVATE, EMBEDDING_MODEL } })
  const local = { ...BUILT_IN.embedding, model: EMBEDDING_MODEL, dim: TINY_DIMENSIONS }
  expect((await memoir.send(AI)).json).toEqual({ ...BUILT_IN, embedding: local })
  for (const [change, field] of [
    [{ model: 'local:/etc' }, 'embedding.model'],
    [{ base_url: 'https://embeddings.example/v1' }, 'embedding.model'],
  ] as const) {
    const refused = await put(memoir, { embedding: change })
    expect([refused.status, refused.json.error.details.field]).toEqual([400, field])
  }
  // Another model has the usual length again, and null goes back.
  const other = { base_url: 'https://embeddings.example/v1', model: 'e5' }
  expect((await put(memoir, { embedding: other })).json.embedding).toMatchObject({
    ...other,
    dim: 768,
  })
  const back = await put(memoir, { embedding: { base_url: null, model: null } })
  expect(back.json.embedding).toEqual(local)
})
