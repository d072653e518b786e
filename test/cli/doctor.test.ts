import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { realParts } from '../../src/cli.ts'
import { checkNode, checkVector } from '../../src/cli/doctor-checks.ts'
import type { Parts } from '../../src/cli/parts.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { startWorker } from '../../src/worker.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { createIngestFixture, seed, talk } from '../support/ingest.ts'
import { startFakeApi } from './fake-api.ts'
import { memoir, noParts } from './terminal.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip
const parts: Parts = {
  ...noParts,
  createServices: async (config, log) => await realParts.createServices(config, log),
}

const report = z.object({
  healthy: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warn', 'fail']),
      detail: z.string(),
      next: z.string().optional(),
    }),
  ),
})

async function doctor(env: Readonly<Record<string, string>>) {
  const { code, out } = await memoir(['doctor', '--json'], { env, parts })
  const { healthy, checks } = report.parse(JSON.parse(out))
  return { code, healthy, checks, of: (name: string) => checks.find((each) => each.name === name) }
}

const server = () => ({
  TEMPORAL_ADDRESS: inject('temporalAddress'),
  MEMOIR_ADMIN_KEY: 'a'.repeat(32),
})

suite('where everything answers, nothing fails and the exit is 0', async () => {
  await using store = await createTestDatabase()
  await store.db.query(`insert into memoir.conversations (id, user_id) values ('c1', 'maya')`)
  const env = {
    ...server(),
    DATABASE_URL: store.url,
    MEMOIR_ENCRYPTION_KEY: 'e'.repeat(32),
    TEMPORAL_TASK_QUEUE: `doctor-${randomUUID()}`,
  }
  const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
  await using closers = new AsyncDisposableStack()
  closers.defer(async () => await services.close())
  const worker = await startWorker(services, { shutdownGrace: '100ms' })
  closers.defer(async () => await worker.shutdown())
  await worker.ready
  await vi.waitFor(async () => expect((await doctor(env)).of('workers')?.state).toBe('ok'), 10_000)

  const { code, healthy, checks } = await doctor(env)
  expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'configuration ok',
    'node ok',
    'postgres ok',
    'pgvector ok',
    'schema ok',
    'source ok',
    'vectors ok',
    'budget ok',
    'keys ok',
    'temporal ok',
    'workers ok',
    'redis ok',
    'graph ok',
    'embedding ok',
    'language ok',
  ])
  expect({ code, healthy }).toEqual({ code: 0, healthy: true })

  const { out } = await memoir(['doctor'], { env, parts })
  expect(out).toMatch(/^ok +postgres +version 1\d\./m)
})

suite('warnings say what to do and are no failure', async () => {
  await using store = await createTestDatabase()
  await store.db.query(
    `insert into memoir.embedding_space (provider, model, dimensions, precision, state)
     values ('elsewhere', 'another-model', 16, 'fp16', 'active')`,
  )
  const { code, of } = await doctor({ ...server(), DATABASE_URL: store.url })
  expect(code).toBe(0)
  expect(of('configuration')).toMatchObject({ state: 'warn', next: expect.any(String) as string })
  expect(of('source')).toMatchObject({
    state: 'warn',
    next: expect.stringContaining('--sample') as string,
  })
  expect(of('embedding')).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining('another-model') as string,
    next: expect.stringContaining('memoir reembed') as string,
  })
})

suite('where no worker takes work, that is said, with the command that helps', async () => {
  await using store = await createTestDatabase()
  const env = { ...server(), TEMPORAL_TASK_QUEUE: `nobody-${randomUUID()}` }
  const { code, of } = await doctor({ ...env, DATABASE_URL: store.url })
  expect(code).toBe(0)
  expect(of('workers')).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining('none takes work') as string,
    next: expect.stringContaining('memoir worker') as string,
  })
})

suite('a Redis that is set and does not answer is named without who goes there', async () => {
  await using store = await createTestDatabase()
  const env = { ...server(), DATABASE_URL: store.url }
  const { code, of } = await doctor({ ...env, REDIS_URL: 'redis://me:secret@127.0.0.1:1' })
  expect(code).toBe(0)
  expect(of('redis')).toEqual({
    name: 'redis',
    state: 'warn',
    detail: 'no answer from 127.0.0.1:1: recall goes without working memory',
    next: expect.stringContaining('REDIS_URL') as string,
  })
  expect((await doctor(env)).of('redis')).toMatchObject({ state: 'ok' })
})

suite(
  'what was spent today stands beside the budget, and one that holds nothing fails',
  async () => {
    await using store = await createTestDatabase()
    await store.db.query(
      `insert into memoir.day_spending select id, (now() at time zone 'utc')::date, 2.5 from memoir.namespace`,
    )
    const env = { ...server(), DATABASE_URL: store.url }
    const budget = async (more: Readonly<Record<string, string>>) =>
      (await doctor({ ...env, ...more })).of('budget')
    expect(await budget({})).toMatchObject({
      state: 'ok',
      detail: '$2.50 spent today in default, without a limit',
    })
    expect(await budget({ BUDGET_PER_DAY: '3' })).toMatchObject({
      state: 'ok',
      detail: '$2.50 spent today in default of $3.00',
    })
    expect(await budget({ BUDGET_PER_DAY: '2' })).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('memoir budget --per-day') as string,
    })
    await store.db.query('update memoir.namespace set budget_per_day = 2')
    const model = { EMBEDDING_MODEL: 'unheard-of', OPENAI_API_KEY: 'a-key' }
    expect(await budget({ ...model, EMBEDDING_BASE_URL: 'https://198.51.101.1' })).toMatchObject({
      state: 'fail',
      next: expect.stringContaining('EMBEDDING_PRICE') as string,
    })
  },
)

suite('memories whose vectors are missing or behind their text are counted', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, [talk('a', 'tulips'), talk('b', 'bees')])
  await (await createIngestFixture(store.db)).run()
  const vectors = async () => (await doctor({ ...server(), DATABASE_URL: store.url })).of('vectors')
  expect(await vectors()).toMatchObject({ state: 'ok' })

  await store.db.query(
    `update memoir.memory_trace set vector_revision = revision - 1 where kind = 'episode'`,
  )
  expect(await vectors()).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining('2 pending') as string,
  })
  await store.db.query(
    `update memoir.memory_trace set vector_state = 'failed' where kind = 'episode'`,
  )
  expect(await vectors()).toMatchObject({
    detail: expect.stringContaining('2 failed') as string,
    next: expect.stringContaining('retry') as string,
  })
})

test.each([
  ['0.6.2', 'fail'],
  ['0.7.0', 'ok'],
  ['0.10.1', 'ok'],
  ['1.0', 'ok'],
])('pgvector %s is %s', (version, state) => {
  expect(checkVector(version, true).state).toBe(state)
})

test('a Node that is too old is named, and what to do', () => {
  expect(checkNode('22.18.0')).toMatchObject({ state: 'fail', next: expect.any(String) as string })
  expect(checkNode('24.0.0')).toMatchObject({ state: 'ok' })
})

suite('a database that was never migrated fails with the command that helps', async () => {
  const name = `t_bare_${Date.now()}`
  const admin = new Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  await admin.query(`create database ${name}`)
  try {
    const url = inject('postgresUrl').replace(/\/postgres$/, `/${name}`)
    const { code, of } = await doctor({ ...server(), DATABASE_URL: url })
    expect(code).toBe(1)
    expect(of('schema')).toMatchObject({ state: 'fail', next: 'Run: memoir migrate' })
    expect(of('pgvector')).toMatchObject({ state: 'warn' })
    expect(of('temporal')).toMatchObject({ state: 'ok' })
  } finally {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
})

suite('every part that is away is named, not only the first', async () => {
  const { code, of } = await doctor({
    DATABASE_URL: 'postgres://127.0.0.1:9/none',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    EMBEDDING_MODEL: 'm',
    EMBEDDING_BASE_URL: 'http://127.0.0.1:9/v1',
    LLM_MODEL: 'm',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
  })
  expect(code).toBe(1)
  const failed = { state: 'fail', next: expect.any(String) as string }
  expect(of('postgres')).toMatchObject(failed)
  expect(of('temporal')).toMatchObject(failed)
  expect(of('embedding')).toMatchObject(failed)
  expect(of('language')).toMatchObject(failed)
})

suite('a source whose tables are not there, and a missing admin key, are failures', async () => {
  await using store = await createTestDatabase()
  const { code, of } = await doctor({
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    DATABASE_URL: store.url,
    SOURCE_DATABASE_URL: store.url,
    SOURCE_CONVERSATIONS_TABLE: 'talks',
  })
  expect(code).toBe(1)
  expect(of('source')).toMatchObject({
    state: 'fail',
    detail: expect.stringContaining('talks') as string,
  })
  expect(of('keys')).toMatchObject({ state: 'fail' })
})

test('every problem of the configuration is shown at once, by variable', async () => {
  const { code, checks } = await doctor({ PORT: 'x', EMBEDDING_DIM: '3', HOST: '' })
  expect(code).toBe(1)
  expect(checks).toHaveLength(2)
  expect(new Set(checks.map(({ detail }) => detail.split(':')[0]))).toEqual(
    new Set(['EMBEDDING_DIM', 'PORT']),
  )
})

test('where nothing runs and nothing is set, that is the failure', async () => {
  const { code, checks } = await doctor({})
  expect(code).toBe(1)
  expect(checks).toMatchObject([
    { state: 'fail', next: expect.stringContaining('memoir up') as string },
  ])
})

test('a Memoir elsewhere is asked how its parts are', async () => {
  await using api = await startFakeApi({
    'GET /health/ready': {
      status: 503,
      body: {
        status: 'degraded',
        parts: { postgres: { ok: true }, temporal: { ok: false, detail: 'away' } },
      },
    },
  })
  const { code, of } = await doctor({ MEMOIR_URL: api.url })
  expect(code).toBe(1)
  expect(of('postgres')).toMatchObject({ state: 'ok' })
  expect(of('temporal')).toMatchObject({ state: 'fail', detail: 'away' })
  const wrong = await doctor({ MEMOIR_URL: `${api.url}/elsewhere` })
  expect(wrong.checks).toMatchObject([
    { state: 'fail', detail: expect.stringContaining('not a Memoir') as string },
  ])
})
