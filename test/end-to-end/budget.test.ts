import { afterAll, beforeAll, expect, test } from 'vitest'
import { estimateTokens } from '../../src/text/chunks.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { findDisagreements, seed, talk } from '../support/ingest.ts'
import { createTestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
afterAll(async () => await vendor.close())

/** A thousand tokens a dollar, so that small texts cost something. */
const DOLLARS_PER_MILLION = 1_000
const BUDGET = 1.6

const env = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  EMBEDDING_PRICE: String(DOLLARS_PER_MILLION),
  BACKFILL_PAGE_SIZE: '5',
})

const spent = () =>
  vendor.requests
    .flatMap(({ inputs }) => inputs)
    .reduce((sum, text) => sum + estimateTokens(text), 0) /
  (1_000_000 / DOLLARS_PER_MILLION)

suite(
  'a backfill stops at its budget without overspending, says so, and goes on when it is raised',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(
      memoir.db,
      Array.from({ length: 30 }, (_, index) => talk(`c${index}`, `harbours and piers ${index}`)),
    )
    // A refused request costs nothing.
    vendor.failNext(1, { status: 500 })

    const { job } = await memoir.services.jobs.acceptBackfill({
      namespaceId: memoir.namespaceId,
      retryFailed: false,
      budget: BUDGET,
    })
    const key = { namespaceId: memoir.namespaceId, id: job.id }
    const held = await memoir.until(job.id, 'paused')

    expect(held.error).toEqual({
      code: 'budget_reached',
      message: 'The budget of the job is spent.',
      step: 'ingestPage',
    })
    const [refused] = vendor.requests.map(({ inputs }) =>
      inputs.reduce((sum, text) => sum + estimateTokens(text), 0),
    )
    const paid = spent() - (refused ?? 0) / (1_000_000 / DOLLARS_PER_MILLION)
    expect(paid).toBeGreaterThan(0)
    expect(paid).toBeLessThanOrEqual(BUDGET)
    expect(Number(held.progress['created'])).toBeLessThan(30)

    await memoir.services.jobs.setBudget(key, 100)
    await memoir.services.jobs.control(key, 'resume')
    expect(await memoir.until(job.id, 'succeeded')).toMatchObject({
      error: null,
      progress: { created: 30, errors: 0 },
    })
    expect(await findDisagreements(memoir.db)).toEqual([])
    const { rows } = await memoir.db.query<{ tokens: number; spent: number }>(
      `select u.tokens, j.spent_tokens as spent from memoir.usage u, memoir.job j where u.model = 'text-embedding-3-small'`,
    )
    expect(rows).toEqual([{ tokens: rows[0]?.spent, spent: rows[0]?.spent }])
  },
  120_000,
)

suite(
  'a budget without a known price is refused by its field',
  async () => {
    await using memoir = await createTestMemoir({
      ...env(),
      EMBEDDING_MODEL: 'unheard-of',
      EMBEDDING_PRICE: '',
    })

    const accepting = memoir.services.jobs.acceptBackfill({
      namespaceId: memoir.namespaceId,
      retryFailed: false,
      budget: 1,
    })

    await expect(accepting).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'budget' },
    })
  },
  60_000,
)
