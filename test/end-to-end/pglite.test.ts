import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { withVariables } from '../../src/cli/overlay.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { startStack } from '../../src/stack/stack.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { startWorker } from '../../src/worker.ts'
import { hasTemporal } from '../support/database.ts'
import { defaultNamespace, findDisagreements, seed, talk } from '../support/ingest.ts'

const suite = hasTemporal ? test : test.skip

suite(
  'without any Postgres on the machine everything works on PGlite, over its one connection',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'memoir-pglite-'))
    const log = pino({ level: 'silent' })
    await using closers = new AsyncDisposableStack()
    closers.defer(() => rmSync(dataDir, { recursive: true, force: true }))
    const config = loadConfig({
      MEMOIR_DATA_DIR: dataDir,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_TASK_QUEUE: `pglite-${Date.now()}`,
      EMBEDDING_DIM: '64',
    })
    const nothing = {
      path: [],
      postgresVersions: '/nonexistent',
      cache: dataDir,
      models: dataDir,
      environment: {},
    }
    const stack = await startStack(config, { log, say: () => undefined, machine: nothing })
    closers.defer(async () => await stack.close())
    expect(stack.parts.postgres.how).toBe('embedded')

    const laid = withVariables(config, stack.env)
    await migrate(laid.DATABASE_URL ?? '')
    const services = await createServices(laid, log)
    closers.defer(async () => await services.close())
    const worker = await startWorker(services)
    closers.defer(async () => await worker.shutdown())
    const namespaceId = await defaultNamespace(services.db)
    await seed(
      services.db,
      Array.from({ length: 30 }, (_, index) => talk(`c${index}`, 'lighthouses')),
    )

    const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
    const ended = await vi.waitUntil(
      async () => {
        const now = await services.jobs.get({ namespaceId, id: job.id })
        return now?.finished_at === null ? undefined : now
      },
      { timeout: 60_000, interval: 100 },
    )

    expect(ended).toMatchObject({ state: 'succeeded', progress: { created: 30, errors: 0 } })
    expect(await findDisagreements(services.db)).toEqual([])
    const asked = Array.from(
      { length: 8 },
      async () =>
        await services.recall({ namespaceId, userId: 'ada', query: 'lighthouses part 2', k: 5 }),
    )
    for (const { hits, degraded } of await Promise.all(asked)) {
      expect(hits).toHaveLength(5)
      expect(degraded).toEqual([])
    }
  },
  120_000,
)
