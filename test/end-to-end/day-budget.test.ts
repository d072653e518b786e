import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { setDayBudget } from '../../src/stores/spending/day-budget.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { reserveTokens } from '../../src/stores/spending/usage.ts'
import { estimateTokens } from '../../src/text/chunks.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { findDisagreements, seed, talk } from '../support/ingest.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
beforeEach(() => void vendor.requests.splice(0))
afterAll(async () => await vendor.close())

/** A thousand tokens a dollar, so that small texts cost something. */
const TOKENS_A_DOLLAR = 1_000
const PER_DAY = 1.6

const env = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  EMBEDDING_PRICE: String(1_000_000 / TOKENS_A_DOLLAR),
  BACKFILL_PAGE_SIZE: '5',
  BUDGET_PER_DAY: String(PER_DAY),
})

const costs = () =>
  vendor.requests.map(
    ({ inputs }) => inputs.reduce((sum, text) => sum + estimateTokens(text), 0) / TOKENS_A_DOLLAR,
  )
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)

async function seeded(memoir: TestMemoir): Promise<void> {
  await seed(
    memoir.db,
    Array.from({ length: 30 }, (_, index) => talk(`c${index}`, `harbours and piers ${index}`)),
  )
}

suite(
  "a backfill stops at the day's budget, says whose it is, and goes on by itself when the day turns",
  async () => {
    await using memoir = await createTestMemoir(env())
    await seeded(memoir)

    const { id } = await memoir.accept()
    const held = await memoir.until(id, 'paused')

    expect(held.error).toEqual({
      code: 'budget_reached',
      message:
        "The day's budget of the namespace is spent; the job goes on when the UTC day ends or the budget is raised.",
      step: 'ingestPage',
    })
    expect(sum(costs())).toBeGreaterThanOrEqual(PER_DAY)
    expect(sum(costs()) - Math.max(...costs())).toBeLessThan(PER_DAY)
    const requests = vendor.requests.length
    // A sweep that finds it still spent changes nothing.
    await memoir.worker.sweep()
    expect(await memoir.job(id)).toMatchObject({ state: 'paused', error: held.error })
    expect(vendor.requests).toHaveLength(requests)

    // The day turns, as often as it takes.
    const tomorrow = async () =>
      await memoir.db.query(
        `update memoir.day_spending set day = day - 100 + (select count(*)::int from memoir.day_spending where day < current_date - 50)`,
      )
    await vi.waitFor(
      async () => {
        if ((await memoir.job(id)).state === 'paused') await tomorrow()
        expect(await memoir.job(id)).toMatchObject({ state: 'succeeded', error: null })
      },
      { timeout: 60_000, interval: 500 },
    )
    expect(await memoir.job(id)).toMatchObject({ progress: { created: 30, errors: 0 } })
    expect(await findDisagreements(memoir.db)).toEqual([])
  },
  120_000,
)

suite(
  'it goes on by itself when the budget of the namespace is raised; a pause that a person asked for stays',
  async () => {
    await using memoir = await createTestMemoir(env())
    const { namespaceId } = memoir
    await seeded(memoir)
    const { id } = await memoir.accept()
    await memoir.until(id, 'paused')

    await memoir.services.jobs.control({ namespaceId, id }, 'pause')
    await expect.poll(async () => (await memoir.job(id)).error, { timeout: 20_000 }).toBeNull()
    await setDayBudget(memoir.db, { namespaceId, perDay: 100 })
    await memoir.worker.sweep()
    await memoir.worker.sweep()
    expect(await memoir.job(id)).toMatchObject({ state: 'paused' })

    await setDayBudget(memoir.db, { namespaceId, perDay: 0 })
    await memoir.services.jobs.control({ namespaceId, id }, 'resume')
    await expect
      .poll(async () => (await memoir.job(id)).error?.code, { timeout: 20_000 })
      .toBe('budget_reached')
    await setDayBudget(memoir.db, { namespaceId, perDay: 100 })
    expect(await memoir.until(id, 'succeeded')).toMatchObject({ progress: { created: 30 } })
  },
  120_000,
)

test.skipIf(!hasPostgres)(
  'two jobs in two processes at once exceed the day by one request at most, and other namespaces not at all',
  async () => {
    await using one = await createTestDatabase()
    const [first, other] = [
      await ensureNamespace(one.db, 'default'),
      await ensureNamespace(one.db, 'other'),
    ]
    if (!first || !other) throw new Error('no namespace')
    const { rows } = await one.db.query<{ id: string }>(
      `insert into memoir.job (id, namespace_id, kind, workflow_id, request)
       select gen_random_uuid(), n, 'backfill', 'w' || i, '{}' from unnest(array[$1::uuid, $1::uuid, $2::uuid]) with ordinality as x(n, i)
       order by i returning id`,
      [first.id, other.id],
    )
    const spend = async (jobId: string, dayBudget: number | null) =>
      await reserveTokens(
        one.db,
        {
          jobId,
          model: 'm',
          uses: [{ purpose: 'embedding', tokens: 300, dollars: 0.3 }],
          charge: 300,
        },
        dayBudget,
      ).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'budget_reached', details: { budget: 'day' } })
          return false
        },
      )
    const ids = rows.map(({ id }) => id)
    const [a = '', b = '', c = ''] = ids
    const paid = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => await spend(n % 2 === 0 ? a : b, 1)),
    )
    // 0.3, 0.6, 0.9, 1.2: the fourth is the one that reaches it.
    expect(paid.filter(Boolean)).toHaveLength(4)
    expect(await spend(c, 1)).toBe(true)
    expect(await spend(c, null)).toBe(true)
    const { rows: counted } = await one.db.query(
      `select sum(spent_tokens)::int as tokens, (select sum(tokens)::int from memoir.usage) as used,
              (select sum(requests)::int from memoir.usage) as requests,
              (select array_agg(dollars::float8 order by dollars) from memoir.day_spending) as dollars
         from memoir.job`,
    )
    expect(counted).toEqual([{ tokens: 1800, used: 1800, requests: 6, dollars: [0.6, 1.2] }])

    await setDayBudget(one.db, { namespaceId: first.id, perDay: 1.3 })
    expect(await spend(a, 1)).toBe(true)
    expect(await spend(a, 1)).toBe(false)
    await setDayBudget(one.db, { namespaceId: first.id, perDay: null })
    expect(await spend(a, null)).toBe(true)
  },
)
