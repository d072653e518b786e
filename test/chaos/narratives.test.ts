import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { environment, jobOf } from '../support/chaos.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'
import { defaultNamespace } from '../support/ingest.ts'
import { startProcess } from '../support/processes.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const TEXT = 'Ann lives in Graz, plays the cello and plans to move to Linz in the spring.'

const WALK =
  ' I went around the lake in Graz with my dog, met my brother for lunch and painted a small picture of the boats for our kitchen.'

suite(
  'a worker killed with -9 while a narrative is written: it is written after the restart, once, and no part is paid for twice',
  { timeout: 5 * 60_000 },
  async () => {
    const vendor = await startFakeVendor({ dimensions: 64 })
    vendor.answerChat(() =>
      JSON.stringify({ lines: [{ section: 'home', text: TEXT, memories: ['m1'] }] }),
    )
    await using store = await createTestDatabase()
    const { db } = store
    const env = {
      ...environment(store.url, inject('temporalAddress')),
      LLM_MODEL: 'fake',
      OPENAI_BASE_URL: vendor.url,
      OPENAI_API_KEY: 'k',
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
    }
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    const namespaceId = await defaultNamespace(db)
    const userId = (await ensureUsers(db, namespaceId, ['ann'])).get('ann') ?? ''
    await db.query(
      `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
       select gen_random_uuid(), $1::uuid, 'note', 'On walk ' || n || $2, '', now() - make_interval(hours => n)
         from generate_series(1, 200) as n`,
      [userId, WALK],
    )
    await db.query('update memoir.memory_user set trace_count = 200 where id = $1', [userId])
    const stored = async () =>
      (await db.query<{ step: string }>('select step from memoir.model_answer order by step')).rows
    // One of the parts never comes: the worker dies with the others written down.
    vendor.hangNext(1)
    let worker = startProcess('worker', env)
    try {
      const { id } = await services.narratives.regenerate({ namespaceId, externalId: 'ann' })
      const parts = await vi.waitUntil(
        async () => {
          const { length } = vendor.requests
          return length > 1 && (await stored()).length === length - 1 ? length : undefined
        },
        { timeout: 60_000, interval: 50 },
      )
      await worker.kill()
      worker = startProcess('worker', env)
      await vi.waitUntil(
        async () => (await jobOf(services, { namespaceId, id })).state === 'succeeded',
        { timeout: 120_000, interval: 100 },
      )
      // The one that had not come, and the parts made into one.
      expect(vendor.requests.length).toBe(parts + 2)
      expect(await stored()).toHaveLength(parts + 1)
      const { rows } = await db.query(
        `select version, state, (select count(*)::int from memoir.user_narrative_version) as earlier from memoir.user_narratives`,
      )
      expect(rows).toEqual([{ version: 1, state: 'fresh', earlier: 0 }])
    } finally {
      await worker.kill()
      await services.close()
      await vendor.close()
    }
  },
)
