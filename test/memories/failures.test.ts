import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRuns } from '../../src/jobs/runs.ts'
import { findJobRow } from '../../src/stores/jobs/jobs.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { readHistories } from '../support/history-audit.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

/** What is accepted is kept, whatever dies; what is not leaves nothing behind. */

const NOBODY_LISTENS = '127.0.0.1:1'
let vendor: FakeVendor
const vendorEnv = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  OPENAI_API_KEY: 'a-key-of-the-vendor',
})

describe.skipIf(!hasPostgres || !hasTemporal)('failures', () => {
  beforeAll(async () => {
    vendor = await startFakeVendor({ dimensions: 64 })
  })
  beforeEach(() => vendor.restore())
  afterAll(async () => await vendor.close())

  test('while Temporal is away a memory is accepted and found by words, and by meaning later', async () => {
    await using memoir = await createMemoriesFixture({ TEMPORAL_ADDRESS: NOBODY_LISTENS })
    const { status, json } = await memoir.send('/v1/memories', {
      body: { user_id: 'maya', content: 'The lighthouse keeper is called Odo.' },
    })
    expect([status, json.status]).toEqual([202, 'queued'])
    const found = await memoir.send('/v1/recall?q=lighthouse&user_id=maya')
    expect(found.json.hits).toMatchObject([{ id: json.id, writes: { vector: 'pending' } }])
    await memoir.restart({})
    await memoir.memoir.until(json.job, 'succeeded')
    expect(await shownOf(memoir, json.id)).toMatchObject({ writes: { vector: 'written' } })
    expect(await findDisagreements(memoir.db)).toEqual([])
  }, 120_000)

  test('a worker that goes away midway is followed by another, and the memory is written once', async () => {
    await using memoir = await createMemoriesFixture(vendorEnv())
    vendor.hangNext(1)
    const { json } = await memoir.send('/v1/memories', {
      body: { user_id: 'maya', content: 'SECRET-MARKER in the attic.' },
    })
    await vi.waitFor(() => expect(vendor.requests.length).toBeGreaterThan(0), 30_000)
    await memoir.restart(vendorEnv())
    await memoir.memoir.until(json.job, 'succeeded')
    expect(await shownOf(memoir, json.id)).toMatchObject({
      revision: 1,
      writes: { vector: 'written' },
    })
    expect(await findDisagreements(memoir.db)).toEqual([])
    const { temporal } = memoir.memoir.services
    const [run, ...others] = await readHistories(temporal, `WorkflowId = 'memory:${json.job}'`)
    expect(others).toEqual([])
    expect(run?.text).not.toContain('SECRET-MARKER')
  }, 120_000)

  test('a job that is started twice is one run', async () => {
    await using memoir = await createMemoriesFixture({ TEMPORAL_ADDRESS: NOBODY_LISTENS })
    const { json } = await memoir.send('/v1/memories', {
      body: { user_id: 'maya', content: 'Twice is once.' },
    })
    await memoir.restart({})
    const { db, namespaceId, services } = memoir.memoir
    const row = await findJobRow(db, { namespaceId, id: json.job })
    if (!row) throw new Error('the row is gone')
    const runs = createRuns(services.temporal, 5)
    const started = await Promise.all([1, 2, 3].map(async () => await runs.start(row, 10_000)))
    expect(new Set(started).size).toBe(1)
    await memoir.memoir.until(json.job, 'succeeded')
    expect(await shownOf(memoir, json.id)).toMatchObject({ revision: 1 })
    expect(await findDisagreements(memoir.db)).toEqual([])
  }, 120_000)

  test('when Postgres goes away midway the answer says so and nothing is half there', async () => {
    await using memoir = await createMemoriesFixture()
    await memoir.remember('Before the outage.')
    const send = async () =>
      await memoir.send('/v1/memories', {
        body: { user_id: 'maya', content: 'During the outage.', external_id: 'outage' },
      })
    const answer = await memoir.db.transaction(async (tx) => {
      await tx.query('select from memoir.memory_user for update')
      const waiting = send()
      await vi.waitFor(async () => {
        const { rowCount } = await tx.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and wait_event_type = 'Lock'`,
        )
        expect(rowCount).toBeGreaterThan(0)
      }, 10_000)
      return await waiting
    })
    expect([answer.status, answer.json.error.code]).toEqual([503, 'store_unavailable'])
    expect(answer.headers.get('retry-after')).not.toBeNull()
    const { json } = await memoir.send('/v1/memories?user_id=maya')
    expect(json.items).toHaveLength(1)
    expect((await memoir.send('/v1/jobs?kind=memory')).json.items).toHaveLength(1)
    expect((await send()).status).toBe(202)
  }, 120_000)
})

const shownOf = async (memoir: MemoriesFixture, id: string) =>
  (await memoir.send(`/v1/memories/${id}`)).json
