import { randomBytes, randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { openProxy, type Proxy } from '../../chaos/proxy.ts'
import { loadConfig } from '../../src/config.ts'
import { startApi, type RunningApi } from '../../src/server.ts'
import { createServices, type Services } from '../../src/services.ts'
import { insertKey, secretHash } from '../../src/stores/api-keys.ts'
import {
  createTestDatabase,
  hasPostgres,
  hasTemporal,
  type TestDatabase,
} from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'
import { hasNeo4j, sharedNeo4j } from '../support/neo4j.ts'

/** What a caller of the API waits for when a part of it says nothing: packets vanish, connections stay open. */

const hasAll = hasPostgres && hasTemporal && hasNeo4j && inject('redisUrl') !== ''
const suite = hasAll ? test : test.skip

let store: TestDatabase
let services: Services
let api: RunningApi
let key = ''
const proxies: Record<string, Proxy> = {}

const portOf = (address: string) => Number(new URL(address.replace(/^(?!\w+:\/\/)/, 'tcp://')).port)

/** The same address by way of a proxy that can be cut. */
async function through(name: string, address: string): Promise<string> {
  const proxy = await openProxy(portOf(address))
  proxies[name] = proxy
  return address.replace(`:${portOf(address)}`, `:${proxy.port}`)
}

beforeAll(async () => {
  if (!hasAll) return
  store = await createTestDatabase()
  const config = loadConfig({
    DATABASE_URL: await through('postgres', store.url),
    TEMPORAL_ADDRESS: await through('temporal', inject('temporalAddress')),
    TEMPORAL_TASK_QUEUE: `memoir-${randomUUID()}`,
    REDIS_URL: await through('redis', inject('redisUrl')),
    GRAPH_BACKEND: 'neo4j',
    NEO4J_URI: await through('neo4j', await sharedNeo4j()),
    EMBEDDING_DIM: '64',
  })
  services = await createServices(config, pino({ level: 'silent' }))
  api = await startApi(services, { host: '127.0.0.1', port: 0 })
  key = `mk_${randomBytes(32).toString('base64url')}`
  await insertKey(store.db, {
    id: randomUUID(),
    namespaceId: await defaultNamespace(store.db),
    name: 'away',
    role: 'service',
    hash: secretHash(key),
    prefix: key.slice(0, 9),
    userId: null,
    readableUserIds: [],
    scopes: null,
    expiresAt: null,
  })
})

afterEach(() => {
  for (const proxy of Object.values(proxies)) proxy.mend()
})

afterAll(async () => {
  if (!hasAll) return
  await api.close()
  await services.close()
  await Promise.all(Object.values(proxies).map(async (proxy) => await proxy.close()))
  await store[Symbol.asyncDispose]()
})

interface Told {
  readonly status: number
  readonly seconds: number
  readonly retryAfter: string | null
  readonly text: string
}

async function tell(path: string, body?: unknown): Promise<Told> {
  const began = performance.now()
  const response = await fetch(`${api.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    seconds: (performance.now() - began) / 1000,
    retryAfter: response.headers.get('retry-after'),
    text,
  }
}

const recall = async () => await tell('/v1/recall', { q: 'the lake', user_id: 'ann' })
const remember = async () =>
  await tell('/v1/memories', { user_id: 'ann', content: `She likes lake ${randomUUID()}.` })
const ready = async () => await tell('/health/ready')

suite('Postgres: readiness says so within two seconds, everything else within five', async () => {
  expect([(await ready()).status, (await recall()).status, (await remember()).status]).toEqual([
    200, 200, 202,
  ])
  proxies['postgres']?.cut()

  const [probe, ...others] = await Promise.all([
    ready(),
    recall(),
    remember(),
    tell('/v1/jobs'),
    tell('/v1/stats'),
    tell('/v1/sessions', { user_id: 'ann', transcript: 'user: hello' }),
    tell('/api/memory/ann/processing_status'),
    // More than the pool holds.
    ...Array.from({ length: 30 }, recall),
  ])

  expect(probe.status).toBe(503)
  expect(JSON.parse(probe.text)).toMatchObject({ parts: { postgres: { ok: false } } })
  expect(probe.seconds).toBeLessThan(2.5)
  for (const { status, seconds, retryAfter, text } of others) {
    expect([status, JSON.parse(text).error?.code]).toEqual([503, 'store_unavailable'])
    expect(Number(retryAfter)).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(5)
  }

  const back = performance.now()
  proxies['postgres']?.mend()
  await expect.poll(async () => (await recall()).status, { timeout: 5_000 }).toBe(200)
  expect((await remember()).status).toBe(202)
  expect((await ready()).status).toBe(200)
  expect(performance.now() - back).toBeLessThan(5_000)
})

suite('Redis: recall goes on without it', async () => {
  proxies['redis']?.cut()
  const [probe, asked, kept] = await Promise.all([ready(), recall(), remember()])
  expect(JSON.parse(probe.text).degraded).toContain('redis')
  expect([asked.status, kept.status]).toEqual([200, 202])
  for (const { seconds } of [probe, asked, kept]) expect(seconds).toBeLessThan(2.5)
})

suite('Temporal: work is accepted all the same', async () => {
  proxies['temporal']?.cut()
  const answers = await Promise.all([
    ready(),
    recall(),
    remember(),
    tell('/v1/sessions', { user_id: 'ann', transcript: 'user: hello there' }),
    tell('/api/memory/ann/processing_status'),
    tell('/v1/schedules'),
    tell('/v1/status'),
  ])
  const [probe, asked, kept, post] = answers
  expect(JSON.parse(probe.text).degraded).toContain('temporal')
  expect([asked.status, kept.status, post.status]).toEqual([200, 202, 202])
  for (const { seconds } of answers) expect(seconds).toBeLessThan(5)
})

suite('Neo4j: only what is told of it changes', async () => {
  proxies['neo4j']?.cut()
  const answers = await Promise.all([
    ready(),
    recall(),
    remember(),
    tell('/v1/status'),
    tell('/api/persistence/status'),
    tell('/v1/graph?user_id=ann'),
  ])
  const [probe, asked, kept, status] = answers
  expect(JSON.parse(probe.text).degraded).toContain('graph')
  expect([asked.status, kept.status, status.status]).toEqual([200, 202, 200])
  for (const { seconds } of answers) expect(seconds).toBeLessThan(5)
})
