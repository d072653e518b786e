import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { setDayBudget } from '../../src/stores/spending/day-budget.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { createTestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
afterAll(async () => await vendor.close())

suite(
  'questions are counted for their namespace and its day, and never refused',
  async () => {
    await using memoir = await createTestMemoir({
      EMBEDDING_MODEL: 'text-embedding-3-small',
      EMBEDDING_BASE_URL: vendor.url,
      EMBEDDING_PRICE: '1000',
      RECALL_EMBED_TIMEOUT_MS: '5000',
    })
    const { namespaceId } = memoir
    await ensureUsers(memoir.db, namespaceId, ['maya'])
    await setDayBudget(memoir.db, { namespaceId, perDay: 0 })
    const ask = async (query: string) =>
      await memoir.services.recall({ namespaceId, userId: 'maya', query, k: 5 })

    expect(await ask('Where are the tulips?')).toMatchObject({ degraded: [] })
    // A question whose vector is known costs nothing.
    expect(await ask('Where are the tulips?')).toMatchObject({ degraded: [] })
    expect(await ask('And the bees?')).toMatchObject({ degraded: [] })
    // One that came to nothing costs nothing either.
    vendor.failNext(1, { status: 401 })
    expect(await ask('And the harbour?')).toMatchObject({ degraded: ['embedding'] })

    const usage = async () =>
      (
        await memoir.db.query<{ requests: number; tokens: number; dollars: number; day: number }>(
          `select u.requests, u.tokens, u.dollars::float8, d.dollars::float8 as day
             from memoir.usage u join memoir.day_spending d using (namespace_id, day)
            where u.purpose = 'question' and u.namespace_id = $1`,
          [namespaceId],
        )
      ).rows
    await vi.waitFor(async () => expect(await usage()).toHaveLength(1), 10_000)
    const [counted] = await usage()
    if (!counted) throw new Error('nothing was counted')
    const { tokens, ...row } = counted
    expect(tokens).toBeGreaterThan(4)
    expect(tokens).toBeLessThan(20)
    expect(row).toEqual({ requests: 3, dollars: tokens / 1000, day: tokens / 1000 })
  },
  60_000,
)
