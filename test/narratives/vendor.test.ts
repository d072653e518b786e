import { describe, expect, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { createTestMemoir } from '../support/memoir.ts'

const TEXT = 'Ann lives in Graz, plays the cello and plans to move to Linz in the spring.'
const DEADLINE_MS = 2_000
/** Six tries with their pauses, and what the machine adds. */
const POLICY_MS = 90_000

const troubles: readonly [string, (vendor: FakeVendor) => void, string][] = [
  ['is away', (vendor) => vendor.failAlways({ status: 503 }), 'vendor_unavailable'],
  ['never answers', (vendor) => vendor.hangNext(1_000), 'vendor_unavailable'],
  [
    'refuses',
    (vendor) => vendor.answerChat(() => ({ content: null, refusal: 'I would rather not.' })),
    'vendor_refused',
  ],
]

describe.skipIf(!hasPostgres || !hasTemporal)('a narrative whose model', () => {
  test.each(troubles)(
    '%s stands as failed, somebody who waits is answered, and one regenerate mends it',
    async (_how, trouble, code) => {
      const vendor = await startFakeVendor({ dimensions: 64 })
      await using memoir = await createTestMemoir({
        LLM_MODEL: 'fake',
        OPENAI_BASE_URL: vendor.url,
        OPENAI_API_KEY: 'k',
        LLM_TIMEOUT_MS: '1000',
        DEEP_ANALYSIS_DEADLINE_MS: String(DEADLINE_MS),
      })
      try {
        const { db, namespaceId, services } = memoir
        await ensureUsers(db, namespaceId, ['ann'])
        await db.query(
          `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
           select gen_random_uuid(), u.id, 'note', 'Ann told of the lake house on day ' || n, '', now()
             from memoir.memory_user u, generate_series(1, 6) as n`,
        )
        await db.query('update memoir.memory_user set trace_count = 6')
        const key = { namespaceId, externalId: 'ann' }
        trouble(vendor)
        const began = performance.now()
        const told = await services.narratives.tell(key)
        expect(performance.now() - began).toBeLessThan(DEADLINE_MS)
        expect(told).toMatchObject({
          row: { state: 'generating', content: null },
          analysis: { model: 'rules', degraded: ['language_model'] },
        })
        expect(told?.analysis?.text).toContain('lake house')
        await vi.waitFor(
          async () =>
            expect(await services.narratives.read(key)).toMatchObject({
              state: 'failed',
              error: code,
            }),
          POLICY_MS,
        )

        vendor.restore()
        vendor.answerChat(() =>
          JSON.stringify({ lines: [{ section: 'who', text: TEXT, memories: ['m1'] }] }),
        )
        const { id } = await services.narratives.regenerate(key)
        await memoir.until(id, 'succeeded')
        expect(await services.narratives.read(key)).toMatchObject({
          state: 'fresh',
          content: `## Who\n- ${TEXT} [1]`,
          error: null,
        })
      } finally {
        await vendor.close()
      }
    },
    180_000,
  )
})
