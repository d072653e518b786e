import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { seed, talk } from '../support/ingest.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
  vendor.delayMs = 500
})
afterAll(async () => await vendor.close())

const QUESTIONS = 9

/** The middle of how long questions take, none of which was asked before. */
async function askedFor(memoir: TestMemoir, about: string): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < QUESTIONS; n += 1) {
    const { degraded, took_ms } = await memoir.services.recall({
      namespaceId: memoir.namespaceId,
      userId: 'maya',
      query: `${about} ${n}`,
      k: 10,
    })
    expect(degraded).toEqual([])
    times.push(took_ms)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(QUESTIONS / 2)] ?? 0
}

suite.each([
  ['a vendor that takes all it is sent', {}],
  // Ten requests at once and then one a second: a backfill has always used up its share.
  ['a vendor whose rate is the limit', { EMBEDDING_REQUESTS_PER_MINUTE: '60' }],
  [
    'a rate that Redis keeps for all processes',
    { EMBEDDING_REQUESTS_PER_MINUTE: '61', REDIS_URL: inject('redisUrl') },
  ],
])(
  'a question beside a running backfill takes twice its time at most, with %s',
  async (_vendor, limits) => {
    await using memoir = await createTestMemoir({
      EMBEDDING_MODEL: 'text-embedding-3-small',
      EMBEDDING_BASE_URL: vendor.url,
      RECALL_EMBED_TIMEOUT_MS: '10000',
      BACKFILL_PAGE_SIZE: '40',
      ...limits,
    })
    await seed(
      memoir.db,
      Array.from({ length: 400 }, (_, index) => talk(`c${index}`, `harbours and piers ${index}`)),
    )
    const idle = await askedFor(memoir, 'Where are the tulips?')

    const { id } = await memoir.accept()
    await memoir.until(id, 'running')
    const before = vendor.requests.length
    await expect.poll(() => vendor.requests.length, { timeout: 20_000 }).toBeGreaterThan(before)
    const beside = await askedFor(memoir, 'Who keeps the bees?')
    const { state } = await memoir.job(id)

    expect(state).toBe('running')
    expect(beside).toBeLessThanOrEqual(2 * idle)
    await memoir.services.jobs.control({ namespaceId: memoir.namespaceId, id }, 'cancel')
    await memoir.until(id, 'cancelled')
  },
  120_000,
)

/** The middle of how long accepted work takes to be begun; it needs a workflow and a step of the live queue. */
async function begunIn(memoir: TestMemoir, namespaceId: string): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < QUESTIONS; n += 1) {
    const accepted = performance.now()
    const { job } = await memoir.services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
    const state = async () => (await memoir.services.jobs.get({ namespaceId, id: job.id }))?.state
    while ((await state()) !== 'running') {
      expect(performance.now() - accepted).toBeLessThan(20_000)
    }
    times.push(performance.now() - accepted)
    await memoir.services.jobs.control({ namespaceId, id: job.id }, 'cancel')
    await expect.poll(state, { timeout: 20_000 }).toBe('cancelled')
  }
  return times.toSorted((a, b) => a - b)[Math.floor(QUESTIONS / 2)] ?? 0
}

suite(
  'work that is accepted beside a running backfill does not wait for the vendor to be begun',
  async () => {
    await using memoir = await createTestMemoir({
      EMBEDDING_MODEL: 'text-embedding-3-small',
      EMBEDDING_BASE_URL: vendor.url,
      BACKFILL_PAGE_SIZE: '40',
    })
    const other = await ensureNamespace(memoir.db, 'other')
    if (!other) throw new Error('no namespace')
    const idle = await begunIn(memoir, other.id)
    await seed(
      memoir.db,
      Array.from({ length: 800 }, (_, index) => talk(`c${index}`, `harbours and piers ${index}`)),
    )
    const { id } = await memoir.accept()
    await memoir.until(id, 'running')
    const beside = await begunIn(memoir, other.id)
    expect((await memoir.job(id)).state).toBe('running')
    // Idle it is some tens of milliseconds, for which twice is within what a busy machine does by itself.
    expect(beside).toBeLessThanOrEqual(Math.max(2 * idle, vendor.delayMs / 2))
    await memoir.services.jobs.control({ namespaceId: memoir.namespaceId, id }, 'cancel')
    await memoir.until(id, 'cancelled')
  },
  120_000,
)
