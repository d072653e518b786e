import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

/** What becomes of a write when a store or the vendor fails: by default it stands, with rollback on it goes everywhere. */

const NOBODY_LISTENS = 'bolt://127.0.0.1:1'
const WAIT = { prefer: 'wait=60' }
const NO_GRAPH = {
  GRAPH_BACKEND: 'neo4j',
  NEO4J_URI: NOBODY_LISTENS,
  PERSISTENCE_RETRY_DELAY_MS: '5',
  PERSISTENCE_RETRY_ATTEMPTS: '2',
}
const ROLLBACK = { PERSISTENCE_ROLLBACK_ON_PARTIAL_FAILURE: 'true' }

let vendor: FakeVendor
const vendorEnv = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  OPENAI_API_KEY: 'a-key-of-the-vendor',
  EMBEDDING_TIMEOUT_MS: '500',
})

describe.skipIf(!hasPostgres || !hasTemporal)('policies', () => {
  beforeAll(async () => {
    vendor = await startFakeVendor({ dimensions: 64 })
  })
  beforeEach(() => vendor.restore())
  afterAll(async () => await vendor.close())

  test('by default a memory without its vector stands, says so, and a retry adds it', async () => {
    await using memoir = await createMemoriesFixture(vendorEnv())
    vendor.failAlways({ status: 401 })
    const { status, json } = await memoir.send('/v1/memories', {
      body: { user_id: 'maya', content: 'The zebra sleeps.' },
      headers: WAIT,
    })
    expect([status, json.writes]).toEqual([201, { vector: 'failed', graph: 'off' }])
    expect(await found(memoir, 'zebra')).toEqual(['The zebra sleeps.'])
    const [job] = (await memoir.send('/v1/jobs?kind=memory')).json.items
    expect(job).toMatchObject({ state: 'failed', error: { code: 'vendor_unauthorized' } })

    vendor.restore()
    await memoir.send(`/v1/jobs/${job.id}/retry`, { method: 'POST' })
    await memoir.memoir.until(job.id, 'succeeded')
    expect((await memoir.send(`/v1/memories/${json.id}`)).json.writes.vector).toBe('written')
    expect(await findDisagreements(memoir.db)).toEqual([])
  }, 120_000)

  test('with rollback on, nothing of a failed write is found, and its job can be retried', async () => {
    await using memoir = await createMemoriesFixture({ ...vendorEnv(), ...ROLLBACK })
    const kept = await memoir.remember('Version one of the zebra.', { external_id: 'zebra' })
    const body = {
      user_id: 'maya',
      memories: [
        { content: 'Version two of the zebra.', external_id: 'zebra', tags: ['two'] },
        { content: 'A new giraffe.', entities: [{ type: 'thing', value: 'Giraffe' }] },
      ],
    }
    vendor.failAlways({ status: 401 })
    const { status, json } = await memoir.send('/v1/memories/batch', { body })
    expect(status).toBe(202)
    const failed = await memoir.memoir.until(json.job, 'failed')
    expect(failed.error).toMatchObject({ code: 'vendor_unauthorized', step: 'embedMemories' })
    expect((await memoir.send(`/v1/memories/${json.ids[1]}`)).status).toBe(404)
    expect((await memoir.send(`/v1/memories/${kept}`)).json).toMatchObject({
      content: 'Version one of the zebra.',
      tags: [],
      state: 'active',
    })
    expect(await found(memoir, 'giraffe')).not.toContain('A new giraffe.')
    expect(await searched(memoir, ['two', 'giraff'])).toEqual([])

    vendor.restore()
    await memoir.send(`/v1/jobs/${json.job}/retry`, { method: 'POST' })
    await memoir.memoir.until(json.job, 'succeeded')
    expect((await memoir.send(`/v1/memories/${kept}`)).json).toMatchObject({
      content: 'Version two of the zebra.',
      tags: ['two'],
      writes: { vector: 'written' },
    })
    expect((await memoir.send(`/v1/memories/${json.ids[1]}`)).json).toMatchObject({
      content: 'A new giraffe.',
      entities: [expect.objectContaining({ normalized: 'giraffe', source: 'given' })],
    })
    const { rows } = await memoir.db.query<{ request: string }>(
      'select request::text from memoir.job where id = $1',
      [json.job],
    )
    expect(rows[0]?.request).not.toContain('giraffe')
    expect(await findDisagreements(memoir.db)).toEqual([])
  }, 120_000)

  test('taking back never touches a newer revision', async () => {
    await using memoir = await createMemoriesFixture({ ...vendorEnv(), ...ROLLBACK })
    const id = await memoir.remember('Version one.')
    vendor.failNext(1, { status: 429, headers: { 'retry-after': '2' } })
    const patch = async (content: string) =>
      await memoir.send(`/v1/memories/${id}`, { method: 'PATCH', body: { content } })
    const slow = await patch('Version two.')
    await memoir.memoir.until(slow.json.job, 'running')
    const quick = await patch('Version three.')
    await memoir.memoir.services.jobs.control(
      { namespaceId: memoir.memoir.namespaceId, id: slow.json.job },
      'cancel',
    )
    await memoir.memoir.until(slow.json.job, 'cancelled')
    await memoir.memoir.until(quick.json.job, 'succeeded')
    expect((await memoir.send(`/v1/memories/${id}`)).json).toMatchObject({
      content: 'Version three.',
      revision: 3,
      writes: { vector: 'written' },
    })
  }, 120_000)

  test('without its graph a memory stands and says what is pending; with rollback on it does not', async () => {
    await using memoir = await createMemoriesFixture(NO_GRAPH)
    await memoir.memoir.worker.ready
    const stood = await memoir.send('/v1/memories', {
      body: { user_id: 'maya', content: 'The graph is away.' },
      headers: WAIT,
    })
    expect([stood.status, stood.json.writes]).toEqual([
      201,
      { vector: 'written', graph: 'pending' },
    ])
    await memoir.restart({ ...NO_GRAPH, ...ROLLBACK })
    const fell = await memoir.send('/v1/memories', {
      body: { user_id: 'maya', content: 'An okapi was seen.' },
      headers: WAIT,
    })
    expect([fell.status, fell.json.error]).toMatchObject([503, { code: 'graph_unavailable' }])
    expect(await found(memoir, 'okapi')).toEqual(['The graph is away.'])
    expect(await searched(memoir, ['okapi'])).toEqual([])

    await memoir.restart({})
    const { job } = fell.json.error.details
    await memoir.send(`/v1/jobs/${job}/retry`, { method: 'POST' })
    await memoir.memoir.until(job, 'succeeded')
    expect(await found(memoir, 'okapi')).toContain('An okapi was seen.')
  }, 120_000)
})

async function found(memoir: MemoriesFixture, q: string): Promise<string[]> {
  const { json } = await memoir.send('/v1/recall', { body: { q, user_id: 'maya' } })
  return json.hits.map(({ content }: { content: string }) => content)
}

/** Lexemes of these that are in the index. */
async function searched(memoir: MemoriesFixture, lexemes: readonly string[]): Promise<string[]> {
  const { rows } = await memoir.db.query<{ lexeme: string }>(
    'select distinct lexeme from memoir.memory_posting where lexeme = any($1)',
    [lexemes],
  )
  return rows.map(({ lexeme }) => lexeme)
}
