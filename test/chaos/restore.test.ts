import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { seedSource } from '../../bench/seed.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices, type Services } from '../../src/services.ts'
import { openDatabase, type Database } from '../../src/stores/database.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { startWorker } from '../../src/worker.ts'
import { environment, expectWhole, jobOf, type JobKey } from '../support/chaos.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'
import { findPostgresBin, startPostgres, startTemporal } from '../support/parts.ts'
import { startProcess } from '../support/processes.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const CONVERSATIONS = 600
/** So many are in when the backup is taken: some pages are behind it, most are not. */
const BEFORE_BACKUP = 150
const WITHIN = { timeout: 3 * 60_000, interval: 50 }

/** A Postgres and a Temporal that know nothing of any before them. */
async function newServers() {
  const root = mkdtempSync(join(tmpdir(), 'memoir-restore-'))
  chmodSync(root, 0o755)
  const postgres = await startPostgres({ root, durable: false })
  const temporal = await startTemporal({ root, file: 'temporal.db' })
  if (!postgres || !temporal) throw new Error('this test needs Postgres and Temporal')
  const db = openDatabase({
    url: postgres.url,
    poolSize: 4,
    applicationName: 'restore',
    onIdleError: () => undefined,
  })
  return {
    db,
    postgres: postgres.url,
    env: { ...environment(postgres.url, temporal.url), BACKFILL_PAGE_SIZE: '20' },
    async destroy() {
      await db.close()
      await temporal.kill()
      await postgres.kill()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

const quiet = pino({ level: 'silent' })
const program = (name: string) => join(findPostgresBin() ?? '', name)

/** How many conversations the record says are in, and with it whether the job still runs. */
async function standing(db: Database): Promise<{ ingested: number; states: string[] }> {
  const { rows } = await db.query<{ ingested: number; states: string[] }>(
    `select (select count(*) from memoir.ingested_conversation) as ingested,
            array(select state from memoir.job) as states`,
  )
  return rows[0] ?? { ingested: 0, states: [] }
}

async function acceptAndBackUp(file: string): Promise<JobKey> {
  const servers = await newServers()
  await migrate(servers.postgres)
  await seedSource(servers.db, { from: 0, to: CONVERSATIONS, users: 20 })
  const services = await createServices(loadConfig(servers.env), quiet)
  const worker = startProcess('worker', servers.env)
  try {
    const namespaceId = await defaultNamespace(servers.db)
    const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
    await vi.waitUntil(async () => (await standing(servers.db)).ingested >= BEFORE_BACKUP, WITHIN)
    execFileSync(program('pg_dump'), ['--format', 'custom', '--file', file, servers.postgres])
    return { namespaceId, id: job.id }
  } finally {
    await worker.kill()
    await services.close()
    await servers.destroy()
  }
}

async function untilState(services: Services, key: JobKey, state: string) {
  return await vi.waitUntil(async () => {
    const job = await jobOf(services, key)
    return job.state === state ? job : undefined
  }, WITHIN)
}

suite(
  'a backup of the middle of a backfill, restored beside an empty Temporal: the job says that its run is lost, and a retry ends it exactly once',
  { timeout: 10 * 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memoir-backup-'))
    const file = join(folder, 'memoir.dump')
    const key = await acceptAndBackUp(file)

    const servers = await newServers()
    execFileSync(program('pg_restore'), [
      '--exit-on-error',
      '--no-owner',
      '--dbname',
      servers.postgres,
      file,
    ])
    rmSync(folder, { recursive: true })
    expect(await migrate(servers.postgres)).toEqual([])
    const { ingested, states } = await standing(servers.db)
    expect(states).toEqual(['running'])
    expect(ingested).toBeGreaterThanOrEqual(BEFORE_BACKUP)
    expect(ingested).toBeLessThan(CONVERSATIONS)

    const services = await createServices(loadConfig(servers.env), quiet)
    const worker = await startWorker(services, { sweep: { silentAfterMs: 0, everyMs: 500 } })
    try {
      expect(await untilState(services, key, 'failed')).toMatchObject({
        error: { code: 'workflow_lost' },
      })
      expect((await standing(servers.db)).ingested).toBe(ingested)

      await services.jobs.retry(key)
      await expectWhole(servers.db, await untilState(services, key, 'succeeded'), CONVERSATIONS)
    } finally {
      await worker.shutdown()
      await services.close()
      await servers.destroy()
    }
  },
)
