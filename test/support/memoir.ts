import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { inject, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import type { Job, JobState } from '../../src/domain/job.ts'
import { createServices, type Services, type ServicesOptions } from '../../src/services.ts'
import type { Database } from '../../src/stores/database.ts'
import { startWorker, type RunningWorker } from '../../src/worker.ts'
import { createTestDatabase } from './database.ts'
import { defaultNamespace } from './ingest.ts'

/** All of Memoir in this process, on a database and a task queue of its own. */
export interface TestMemoir extends AsyncDisposable {
  readonly db: Database
  readonly services: Services
  readonly worker: RunningWorker
  readonly namespaceId: string
  /** The same store with another configuration, as after a restart; the worker before it is shut down. */
  restart(env: Readonly<Record<string, string>>): Promise<void>
  accept(options?: { retryFailed?: boolean }): Promise<Job>
  job(id: string): Promise<Job>
  until(id: string, state: JobState): Promise<Job>
  backfill(options?: { retryFailed?: boolean }): Promise<Job>
}

/** On a busy machine a start may miss its deadline of half a second; the sweep that then starts it must not cost a test its time. */
const PATIENCE = { everyMs: 1_000, unstartedAfterMs: 1_000 }

/** A graph that comes back is told soon: an operator waits up to a minute. */
const SOON = { everyMs: 500, atMostMs: 2_000 }

/** Longer than any step of these tests takes, shorter than what a person would wait. */
const WAIT_MS = 120_000

export async function createTestMemoir(
  env: Readonly<Record<string, string>> = {},
  options: ServicesOptions = {},
): Promise<TestMemoir> {
  const store = await createTestDatabase()
  const base = {
    DATABASE_URL: store.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: `memoir-${randomUUID()}`,
    BACKFILL_HEARTBEAT_SECONDS: '5',
    EMBEDDING_DIM: '64',
    MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
  }
  const open = async (more: Readonly<Record<string, string>>) => {
    const services = await createServices(
      loadConfig({ ...base, ...more }),
      pino({ level: 'silent' }),
      options,
    )
    const worker = await startWorker(services, {
      shutdownGrace: '200ms',
      sweep: PATIENCE,
      drain: SOON,
    })
    return { services, worker }
  }
  const close = async ({ services, worker }: Awaited<ReturnType<typeof open>>) => {
    await worker.shutdown()
    await services.close()
  }
  let running = await open(env)
  const namespaceId = await defaultNamespace(store.db)
  const job = async (id: string) => {
    const found = await running.services.jobs.get({ namespaceId, id })
    if (!found) throw new Error('the job is gone')
    return found
  }
  const until = async (id: string, state: JobState) =>
    await vi.waitUntil(
      async () => {
        const now = await job(id)
        return now.state === state ? now : undefined
      },
      { timeout: WAIT_MS, interval: 50 },
    )
  const accept = async ({ retryFailed = false } = {}) =>
    (await running.services.jobs.acceptBackfill({ namespaceId, retryFailed })).job
  return {
    db: store.db,
    namespaceId,
    get services() {
      return running.services
    },
    get worker() {
      return running.worker
    },
    async restart(more) {
      await close(running)
      running = await open(more)
    },
    accept,
    job,
    until,
    async backfill(options) {
      const { id } = await accept(options)
      return await vi.waitUntil(
        async () => {
          const now = await job(id)
          return now.finished_at === null ? undefined : now
        },
        { timeout: WAIT_MS, interval: 50 },
      )
    },
    async [Symbol.asyncDispose]() {
      await close(running)
      await store[Symbol.asyncDispose]()
    },
  }
}
