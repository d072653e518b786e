import { mkdtempSync, chmodSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { inject, test, vi } from 'vitest'
import { seedSource } from '../../bench/seed.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { environment, expectWhole, jobOf, type JobKey } from '../support/chaos.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'
import { startPostgres, startTemporal } from '../support/parts.ts'
import { startProcess } from '../support/processes.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const KILLS = 10
const KILL_GAP_MS = 5_000
const KILL_JITTER_MS = 3_000
const DONE_WITHIN_MS = 5 * 60_000

suite(
  'two thousand conversations and ten kill -9 of the worker: each is ingested exactly once',
  { timeout: 10 * 60_000 },
  async () => {
    const conversations = 2_000
    await using store = await createTestDatabase()
    await seedSource(store.db, { from: 0, to: conversations, users: 50 })
    const env = environment(store.url, inject('temporalAddress'))
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    const namespaceId = await defaultNamespace(store.db)
    let worker = startProcess('worker', env)
    try {
      const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
      const key = { namespaceId, id: job.id }
      for (let kill = 0; kill < KILLS; kill += 1) {
        // The moment of a kill is the test's input, not something it waits for.
        await pause(KILL_GAP_MS + Math.random() * KILL_JITTER_MS)
        await worker.kill()
        worker = startProcess('worker', env)
      }
      await vi.waitUntil(async () => (await jobOf(services, key)).finished_at !== null, {
        timeout: DONE_WITHIN_MS,
        interval: 500,
      })
      await expectWhole(store.db, await jobOf(services, key), conversations)
    } finally {
      await worker.kill()
      await services.close()
    }
  },
)

suite(
  'the API, Postgres and Temporal killed once each in the middle: the same',
  { timeout: 10 * 60_000 },
  async () => {
    const conversations = 600
    const root = mkdtempSync(join(tmpdir(), 'memoir-chaos-'))
    chmodSync(root, 0o755)
    const postgres = await startPostgres({ root, durable: true })
    const temporal = await startTemporal({ root, file: 'temporal.db' })
    if (!postgres || !temporal) throw new Error('this test needs Postgres and Temporal')
    await migrate(postgres.url)
    const db = openDatabase({
      url: postgres.url,
      poolSize: 4,
      applicationName: 'chaos',
      onIdleError: () => undefined,
    })
    await seedSource(db, { from: 0, to: conversations, users: 20 })
    const env = {
      ...environment(postgres.url, temporal.url),
      BACKFILL_PAGE_SIZE: '20',
      MEMOIR_ADMIN_KEY: 'chaos-admin-key-0123456789',
      PORT: '0',
    }
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    const namespaceId = await defaultNamespace(db)
    const worker = startProcess('worker', env)
    let server = startProcess('server', env)
    const fetched = async (key: JobKey) => {
      const { total_fetched = 0 } = (await jobOf(services, key)).progress
      return Number(total_fetched)
    }
    const reach = async (key: JobKey, count: number) => {
      await vi.waitUntil(async () => (await fetched(key).catch(() => 0)) >= count, {
        timeout: DONE_WITHIN_MS,
        interval: 100,
      })
    }
    try {
      const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
      const key = { namespaceId, id: job.id }
      await reach(key, 40)
      await server.kill()
      server = startProcess('server', env)
      await postgres.kill()
      await postgres.restart()
      await reach(key, 200)
      await temporal.kill()
      await temporal.restart()
      await vi.waitUntil(
        async () => (await jobOf(services, key).catch(() => null))?.finished_at != null,
        { timeout: DONE_WITHIN_MS, interval: 500 },
      )
      await expectWhole(db, await jobOf(services, key), conversations)
    } finally {
      await worker.kill()
      await server.kill()
      await services.close()
      await db.close()
      await temporal.kill()
      await postgres.stop()
      rmSync(root, { recursive: true, force: true })
    }
  },
)
