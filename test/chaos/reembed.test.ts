import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { environment, jobOf } from '../support/chaos.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'
import { createIngestFixture, seed, talk } from '../support/ingest.ts'
import { startProcess } from '../support/processes.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const CONVERSATIONS = 250
const TURNS = 9
/** Of a page, what may be paid for twice after each kill. */
const PAGE = 500
const KILLS = 3

suite(
  'killed with -9 in the middle it goes on where it stood, and pays for no finished page again',
  { timeout: 180_000 },
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    await seed(
      db,
      Array.from({ length: CONVERSATIONS }, (_, n) => talk(`c${n}`, `subject ${n}`, TURNS)),
    )
    await (await createIngestFixture(db)).run()
    const vendor = await startFakeVendor({ dimensions: 64 })
    vendor.delayMs = 300
    const env = {
      ...environment(store.url, inject('temporalAddress')),
      EMBEDDING_MODEL: 'small',
      EMBEDDING_DIM: '64',
      EMBEDDING_BASE_URL: vendor.url,
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
      BACKFILL_HEARTBEAT_SECONDS: '2',
    }
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    let worker = startProcess('worker', env)
    try {
      const { rows } = await db.query<{ id: string }>(
        `select id from memoir.namespace where name = 'default'`,
      )
      const namespaceId = rows[0]?.id ?? ''
      const { id } = await services.reembeds.accept({ namespaceId, actor: 'admin', undo: false })
      const key = { namespaceId, id }
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const seen = vendor.requests.length
        await vi.waitUntil(() => vendor.requests.length > seen + 2, { timeout: 60_000 })
        // The moment of a kill is the test's input, not something it waits for.
        await pause(Math.random() * 300)
        await worker.kill()
        worker = startProcess('worker', env)
      }
      await vi.waitUntil(async () => (await jobOf(services, key)).state === 'succeeded', {
        timeout: 120_000,
        interval: 200,
      })
      const all = CONVERSATIONS * (TURNS + 1)
      const { rows: spaces } = await db.query(
        `select s.state, count(e.trace_id) as vectors from memoir.embedding_space s
           left join memoir.memory_embedding e on e.space_id = s.id group by s.id order by s.id`,
      )
      expect(spaces).toEqual([
        { state: 'retired', vectors: all },
        { state: 'active', vectors: all },
      ])
      const { progress } = await jobOf(services, key)
      expect(progress).toMatchObject({ processed: all, total: all, compared: { missing: 0 } })
      const paid = vendor.requests.reduce((sum, { count }) => sum + count, 0)
      expect(paid).toBeGreaterThanOrEqual(all)
      expect(paid).toBeLessThan(all + KILLS * PAGE)
    } finally {
      await worker.kill()
      await services.close()
      await vendor.close()
    }
  },
)
