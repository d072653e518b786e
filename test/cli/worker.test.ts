import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { run } from '../../src/cli.ts'
import type { Parts } from '../../src/cli/parts.ts'
import type { Services } from '../../src/services.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createTerminal, noParts } from './terminal.ts'

const suite = hasPostgres ? test : test.skip

async function addJob(db: Database, state: string, error: unknown = null): Promise<void> {
  await db.query(
    `insert into memoir.job (id, namespace_id, kind, workflow_id, state, error)
     select $1::uuid, id, 'backfill', $1::uuid::text, $2, $3::jsonb from memoir.namespace`,
    [randomUUID(), state, error === null ? null : JSON.stringify(error)],
  )
}

/** A worker whose every sweep ends one job. */
function workerParts(db: Database) {
  const log: string[] = []
  const parts: Parts = {
    ...noParts,
    async createServices(config) {
      const services: Partial<Services> = { config, db, close: async () => void log.push('closed') }
      return services as Services
    },
    async startWorker() {
      log.push('started')
      const stopped = Promise.withResolvers<void>()
      return {
        stopped: stopped.promise,
        async shutdown() {
          log.push('shut down')
          stopped.resolve()
        },
        async sweep() {
          log.push('swept')
          await db.query(
            `update memoir.job set state = 'succeeded' where id =
              (select id from memoir.job where state in ('queued', 'running') order by error nulls first limit 1)`,
          )
        },
      }
    },
  }
  return { parts, log }
}

suite('worker --once leaves when nothing is left but what waits for a person', async () => {
  await using store = await createTestDatabase()
  await addJob(store.db, 'queued')
  await addJob(store.db, 'running')
  await addJob(store.db, 'paused')
  await addJob(store.db, 'running', { code: 'stuck', message: 'm', step: 's' })
  await addJob(store.db, 'failed')
  const { parts, log } = workerParts(store.db)

  const code = await run(['worker', '--once'], terminalFor(store.url), parts)

  expect(code).toBe(0)
  expect(log).toEqual(['started', 'swept', 'swept', 'shut down', 'closed'])
})

suite('worker --interval comes back for later work until Ctrl-C', async () => {
  await using store = await createTestDatabase()
  const { parts, log } = workerParts(store.db)
  const terminal = terminalFor(store.url)
  const running = run(['worker', '--interval', '0.05'], terminal, parts)
  await vi.waitFor(() =>
    expect(log.filter((entry) => entry === 'started').length).toBeGreaterThan(1),
  )
  await addJob(store.db, 'queued')
  await expect
    .poll(async () => (await store.db.query(`select state from memoir.job`)).rows)
    .toEqual([{ state: 'succeeded' }])
  terminal.press('SIGINT')
  expect(await running).toBe(130)
  expect(log.at(-1)).toBe('closed')
  expect(log.at(-2)).toBe('shut down')
})

suite('a worker without an end in sight runs until it is told to stop', async () => {
  await using store = await createTestDatabase()
  const { parts, log } = workerParts(store.db)
  const terminal = terminalFor(store.url)
  const running = run(['worker'], terminal, parts)
  await vi.waitFor(() => expect(log).toEqual(['started']))
  terminal.press('SIGTERM')
  expect(await running).toBe(0)
  expect(log).toEqual(['started', 'shut down', 'closed'])
})

test('without DATABASE_URL a worker does not start', async () => {
  const terminal = createTerminal()
  expect(await run(['worker'], terminal, noParts)).toBe(1)
  expect(terminal.err()).toContain('DATABASE_URL')
})

function terminalFor(url: string) {
  return createTerminal({ env: { DATABASE_URL: url } })
}
