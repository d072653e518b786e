import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { findDisagreements, seed, talk } from '../support/ingest.ts'
import { createTestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
beforeEach(() => vendor.restore())
afterAll(async () => await vendor.close())

const env = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  OPENAI_API_KEY: 'a-key-of-the-vendor',
  EMBEDDING_TIMEOUT_MS: '500',
})

const talks = (count: number) =>
  Array.from({ length: count }, (_, index) => talk(`c${String(index).padStart(2, '0')}`, 'tides'))

suite(
  'a vendor that is busy, broken, silent or gone delays a backfill and loses nothing',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(12))
    vendor.failNext(1, { status: 429, headers: { 'retry-after': '1' } })
    vendor.failNext(1, { status: 500 })
    vendor.resetNext(1)
    vendor.hangNext(1)

    const job = await memoir.backfill()

    expect(job).toMatchObject({
      state: 'succeeded',
      error: null,
      progress: { created: 12, errors: 0, total_fetched: 12 },
    })
    expect(vendor.requests.length).toBeGreaterThan(4)
    expect(await findDisagreements(memoir.db)).toEqual([])
  },
  150_000,
)

suite(
  'while a step waits for its vendor the job says why',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(3))
    vendor.failAlways({ status: 429, headers: { 'retry-after': '1' } })

    const { id } = await memoir.accept()
    await vi.waitUntil(async () => (await memoir.job(id)).error !== null, { timeout: 30_000 })
    expect(await memoir.job(id)).toMatchObject({
      state: 'running',
      error: { code: 'vendor_busy', step: 'ingestPage' },
    })

    vendor.restore()
    expect(await memoir.until(id, 'succeeded')).toMatchObject({ error: null })
  },
  150_000,
)

suite(
  'a key the vendor does not accept fails the job at once, and retry goes on after mending',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(8))
    vendor.failAlways({ status: 401, body: { error: { message: 'bad key sk-secret for tides' } } })

    const failed = await memoir.backfill()
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'vendor_unauthorized' } })
    expect(JSON.stringify(failed)).not.toContain('sk-secret')

    vendor.restore()
    await memoir.services.jobs.retry({ namespaceId: memoir.namespaceId, id: failed.id })
    expect(await memoir.until(failed.id, 'succeeded')).toMatchObject({
      attempts: 2,
      progress: { created: 8, errors: 0 },
    })
  },
  150_000,
)

suite(
  'vectors of another length are refused, and nothing of them is stored',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(4))
    vendor.answerWrongLength(32)

    expect(await memoir.backfill()).toMatchObject({
      state: 'failed',
      error: { code: 'dimension_mismatch' },
    })
    const { rows } = await memoir.db.query(`select count(*) as n from memoir.memory_embedding`)
    expect(rows).toEqual([{ n: 0 }])
  },
  150_000,
)

suite(
  'another model after a restart: recall goes on by words and says so, a backfill says what to do',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(4))
    expect(await memoir.backfill()).toMatchObject({ state: 'succeeded' })

    await memoir.restart({ ...env(), EMBEDDING_MODEL: 'another-model' })

    const answer = await memoir.services.recall({
      namespaceId: memoir.namespaceId,
      userId: 'ada',
      query: 'what about the tides?',
      k: 3,
    })
    expect(answer.degraded).toEqual(['embedding_space'])
    expect(answer.hits).toHaveLength(3)
    expect(await memoir.services.health()).toMatchObject({ embedding: { ok: false } })
    await memoir.db.query(`update memoir.messages set content = 'changed' where id = 'c00/0'`)
    expect(await memoir.backfill()).toMatchObject({
      state: 'failed',
      error: { code: 'reembed_required' },
    })
    const { rows } = await memoir.db.query(
      `select count(distinct space_id) as spaces from memoir.memory_embedding`,
    )
    expect(rows).toEqual([{ spaces: 1 }])
  },
  150_000,
)

suite(
  'a conversation the vendor refuses is listed, the rest go on, and only it is tried again',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, [...talks(6), talk('poison', 'forbidden words')])
    vendor.failAlways({ status: 400, whenInputContains: 'forbidden words' })

    const job = await memoir.backfill()
    expect(job).toMatchObject({ state: 'succeeded', progress: { created: 6, errors: 1 } })
    const key = { namespaceId: memoir.namespaceId, id: job.id }
    expect((await memoir.services.jobs.failures({ ...key, limit: 10 })).items).toEqual([
      expect.objectContaining({ conversation_id: 'poison', code: 'vendor_refused' }),
    ])

    vendor.restore()
    expect(await memoir.backfill({ retryFailed: true })).toMatchObject({
      state: 'succeeded',
      progress: { created: 1, skipped: 0, errors: 0, total_fetched: 1 },
    })
  },
  150_000,
)
