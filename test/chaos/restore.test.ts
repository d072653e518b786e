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
/** So many when everything is destroyed: the run knows of pages that the backup does not. */
const BEFORE_LOSS = 300
const WITHIN = { timeout: 3 * 60_000, interval: 50 }

const quiet = pino({ level: 'silent' })
const program = (name: string) => join(findPostgresBin() ?? '', name)

function newFolder() {
  const root = mkdtempSync(join(tmpdir(), 'memoir-restore-'))
  chmodSync(root, 0o755)
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}

/** A Postgres without anything in it. */
async function newPostgres() {
  const { root, remove } = newFolder()
  const postgres = await startPostgres({ root, durable: false })
  if (!postgres) throw new Error('this test needs Postgres')
  const db = openDatabase({
    url: postgres.url,
    poolSize: 4,
    applicationName: 'restore',
    onIdleError: () => undefined,
  })
  return {
    db,
    url: postgres.url,
    async destroy() {
      await db.close()
      await postgres.kill()
      remove()
    },
  }
}

/** A Temporal that knows of no run. */
async function newTemporal() {
  const { root, remove } = newFolder()
  const temporal = await startTemporal({ root, file: 'temporal.db' })
  if (!temporal) throw new Error('this test needs Temporal')
  return {
    url: temporal.url,
    async destroy() {
      await temporal.kill()
      remove()
    },
  }
}

type Temporal = Awaited<ReturnType<typeof newTemporal>>

const environmentOf = (postgres: string, temporal: string) => ({
  ...environment(postgres, temporal),
  TEMPORAL_TASK_QUEUE: 'restore',
  BACKFILL_PAGE_SIZE: '20',
})

/** How many conversations the record says are in, and how the jobs stand. */
async function standing(db: Database): Promise<{ ingested: number; states: string[] }> {
  const { rows } = await db.query<{ ingested: number; states: string[] }>(
    `select (select count(*) from memoir.ingested_conversation) as ingested,
            array(select state from memoir.job) as states`,
  )
  return rows[0] ?? { ingested: 0, states: [] }
}

async function untilIngested(db: Database, count: number): Promise<void> {
  await vi.waitUntil(async () => (await standing(db)).ingested >= count, WITHIN)
}

/** A backfill that is backed up in the middle; then it goes on for a while, and worker and Postgres are gone. */
async function backUpAndLose(temporal: Temporal, file: string): Promise<JobKey> {
  const postgres = await newPostgres()
  const env = environmentOf(postgres.url, temporal.url)
  await migrate(postgres.url)
  await seedSource(postgres.db, { from: 0, to: CONVERSATIONS, users: 20 })
  const services = await createServices(loadConfig(env), quiet)
  const worker = startProcess('worker', env)
  try {
    const namespaceId = await defaultNamespace(postgres.db)
    const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
    await untilIngested(postgres.db, BEFORE_BACKUP)
    execFileSync(program('pg_dump'), ['--format', 'custom', '--file', file, postgres.url])
    await untilIngested(postgres.db, BEFORE_LOSS)
    return { namespaceId, id: job.id }
  } finally {
    await worker.kill()
    await services.close()
    await postgres.destroy()
  }
}

async function restore(url: string, file: string): Promise<void> {
  const options = ['--exit-on-error', '--no-owner', '--dbname', url, file]
  execFileSync(program('pg_restore'), options)
  expect(await migrate(url)).toEqual([])
}

async function untilState(services: Services, key: JobKey, state: string) {
  return await vi.waitUntil(async () => {
    const job = await jobOf(services, key)
    return job.state === state ? job : undefined
  }, WITHIN)
}

/** What docs/operations.md says to do where Temporal kept its database. */
async function endOpenRuns({ temporal }: Services): Promise<void> {
  const query = 'ExecutionStatus = "Running" and TaskQueue = "restore"'
  await vi.waitUntil(async () => {
    let open = 0
    for await (const { workflowId } of temporal.client.workflow.list({ query })) {
      open += 1
      await temporal.client.workflow.getHandle(workflowId).terminate('restored from a backup')
    }
    return open > 0
  }, WITHIN)
}

suite.each([
  { kept: false, title: 'beside an empty Temporal', code: 'workflow_lost' },
  { kept: true, title: 'beside the Temporal of before, its runs ended', code: 'terminated' },
])(
  'a backup of the middle of a backfill, restored $title: the job says $code, and a retry ends it exactly once',
  { timeout: 10 * 60_000 },
  async ({ kept, code }) => {
    const { root, remove } = newFolder()
    const file = join(root, 'memoir.dump')
    const before = await newTemporal()
    const key = await backUpAndLose(before, file)
    if (!kept) await before.destroy()

    const postgres = await newPostgres()
    const temporal = kept ? before : await newTemporal()
    await restore(postgres.url, file)
    const { ingested, states } = await standing(postgres.db)
    expect(states).toEqual(['running'])
    expect(ingested).toBeGreaterThanOrEqual(BEFORE_BACKUP)
    expect(ingested).toBeLessThan(BEFORE_LOSS)

    const config = loadConfig(environmentOf(postgres.url, temporal.url))
    const services = await createServices(config, quiet)
    if (kept) await endOpenRuns(services)
    const worker = await startWorker(services, { sweep: { silentAfterMs: 0, everyMs: 500 } })
    try {
      expect(await untilState(services, key, 'failed')).toMatchObject({ error: { code } })
      expect((await standing(postgres.db)).ingested).toBe(ingested)

      await services.jobs.retry(key)
      const ended = await untilState(services, key, 'succeeded')
      await expectWhole(postgres.db, ended, CONVERSATIONS)
    } finally {
      await worker.shutdown()
      await services.close()
      await temporal.destroy()
      await postgres.destroy()
      remove()
    }
  },
)
