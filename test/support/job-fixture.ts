import { randomUUID } from 'node:crypto'
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { pino } from 'pino'
import { inject, vi } from 'vitest'
import { loadConfig, type Config } from '../../src/config.ts'
import type { BackfillJob, Job, JobState, WalkKind } from '../../src/domain/job.ts'
import type { Ingest } from '../../src/ingest/ingest.ts'
import { createJobs } from '../../src/jobs/accept.ts'
import { argumentOf } from '../../src/jobs/arguments.ts'
import type { JobKey, Jobs, Schedules } from '../../src/jobs/jobs.ts'
import type { Launcher } from '../../src/jobs/launcher.ts'
import { createRuns } from '../../src/jobs/runs.ts'
import { createSchedules, type ScheduleKeeper } from '../../src/jobs/schedules.ts'
import { startSweep, type Sweep, type SweepOptions } from '../../src/jobs/sweep.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { Database } from '../../src/stores/database.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { findJobRow, insertJob, markStarted, type JobRow } from '../../src/stores/jobs/jobs.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { openTemporal, type TemporalClient } from '../../src/temporal/client.ts'
import { WALKS, WORKFLOWS } from '../../src/temporal/ids.ts'
import { startWorker, type RunningWorker, type WorkerServices } from '../../src/worker.ts'
import type { SyncSteps } from '../../src/graph/sync-steps.ts'
import {
  createConsolidations,
  type Consolidations,
} from '../../src/consolidation/consolidations.ts'
import { createNarratives, type Narratives } from '../../src/narratives/narratives.ts'
import { createTestDatabase } from './database.ts'
import { createFakeIngest, type FakeIngest, type IngestScript } from './fake-ingest.ts'
import { jobServices } from './job-services.ts'

/** Jobs on a real Temporal and a real Postgres, with an ingest that does what the test says. */

/** Never in the way of a test: each says itself when to sweep, unless it wants the loop. */
const NO_SWEEP: SweepOptions = {
  everyMs: 3_600_000,
  // A worker sweeps as it starts: it must not take the row that a test inserts, to start it by hand.
  unstartedAfterMs: 3_600_000,
  silentAfterMs: 0,
  stuckAttempts: 3,
  goneAfterMs: 120_000,
  refusedRounds: 3,
}

export interface JobFixture extends AsyncDisposable {
  readonly config: Config
  readonly db: Database
  readonly databaseUrl: string
  readonly jobs: Jobs & Pick<Launcher, 'launch' | 'close'>
  readonly temporal: TemporalClient
  readonly ingest: FakeIngest
  readonly services: WorkerServices & {
    readonly schedules: Schedules & ScheduleKeeper
    readonly consolidations: Consolidations
    readonly narratives: Narratives
  }
  readonly namespaceId: string
  work(options?: {
    sweep?: Partial<SweepOptions>
    ingest?: Ingest
    sync?: SyncSteps
    keepSchedulesMs?: number
    /** Which build it is, where builds are told apart. */
    build?: string
  }): Promise<RunningWorker>
  /** A sweep without a worker. */
  sweeper(options: Partial<SweepOptions>): Promise<Sweep>
  accept(options?: { retryFailed?: boolean; pageSize?: number }): Promise<Job>
  /** A row that nobody starts but the sweep or the test. */
  insert(kind?: WalkKind): Promise<JobRow>
  /** Starts the row's run the way the launcher does, with other arguments or a time limit. */
  start(row: JobRow, options?: StartOptions): Promise<WorkflowHandleWithFirstExecutionRunId>
  get(id: string): Promise<Job>
  key(id: string): JobKey
  untilState(id: string, state: JobState): Promise<Job>
}

export interface StartOptions {
  readonly job?: Partial<BackfillJob>
  readonly runTimeout?: '1s' | '2s'
}

export interface FixtureOptions extends IngestScript {
  readonly env?: Record<string, string>
  readonly address?: string
  /** That of another fixture, as in an installation restored from its dump. */
  readonly namespaceId?: string
}

export async function createJobFixture(options: FixtureOptions = {}): Promise<JobFixture> {
  const test = await createTestDatabase()
  const { db } = test
  // A namespace of its own, so that ids of tests on one Temporal never meet.
  const namespace = `t-${randomUUID()}`
  const config = loadConfig({
    SOURCE_NAMESPACE: namespace,
    DATABASE_URL: test.url,
    TEMPORAL_ADDRESS: options.address ?? inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: `test-${randomUUID()}`,
    BACKFILL_HEARTBEAT_SECONDS: '2',
    ...options.env,
  })
  const log = pino({ level: 'silent' })
  const metrics = createMetrics()
  const temporal = await openTemporal(config)
  const jobs = createJobs({ config, db, temporal, metrics, log })
  const ingest = createFakeIngest(db, options)
  const analyse = async () => await Promise.resolve(null)
  const narratives = createNarratives({ config, db, launcher: jobs, analyse })
  const consolidations = createConsolidations({ config, db, launcher: jobs })
  const schedules = createSchedules({
    config,
    db,
    temporal,
    jobs,
    consolidations,
    narratives,
    log,
  })
  const graph = createPostgresGraph(db)
  const services = {
    ...jobServices({ config, db, log, metrics, temporal, graph, launcher: jobs }),
    ingest,
    schedules,
    consolidations,
    narratives,
    // Nothing is configured to be kept of what is erased.
    ledger: { untilForgotten: async () => await Promise.resolve() },
  }
  const namespaceId = await newNamespace(db, namespace, options.namespaceId)
  const workers: RunningWorker[] = []
  const sweepers: Sweep[] = []
  const key = (id: string) => ({ namespaceId, id })
  const get = async (id: string) => {
    const job = await jobs.get(key(id))
    if (!job) throw new Error('the job is gone')
    return job
  }
  return {
    config,
    db,
    databaseUrl: test.url,
    jobs,
    temporal,
    ingest,
    services,
    namespaceId,
    key,
    get,
    async work({
      sweep = {},
      ingest: other = ingest,
      sync: steps = services.sync,
      keepSchedulesMs = 3_600_000,
      build,
    } = {}) {
      const worker = await startWorker(
        {
          ...services,
          ingest: other,
          sync: steps,
          config: build === undefined ? config : { ...config, WORKER_BUILD_ID: build },
        },
        { sweep: { ...NO_SWEEP, ...sweep }, shutdownGrace: '100ms', keepSchedulesMs },
      )
      workers.push(worker)
      return worker
    },
    async sweeper(sweep) {
      const runs = createRuns(temporal, config.BACKFILL_HEARTBEAT_SECONDS)
      const started = startSweep(
        { ...services, runs },
        { ...NO_SWEEP, unstartedAfterMs: 0, ...sweep },
      )
      sweepers.push(started)
      await started.round()
      return started
    },
    async insert(kind: WalkKind = 'backfill') {
      const id = randomUUID()
      const subject = { namespaceId, source: config.SOURCE_NAME }
      await insertJob(db, {
        ...key(id),
        userId: null,
        kind,
        workflowId: WALKS[kind].workflowId(subject),
        request: { source: config.SOURCE_NAME, pageSize: 10, retryFailed: false },
        lockKey: WALKS[kind].lockKey(subject),
      })
      return await rowOf(db, key(id))
    },
    async start(row, { job = {}, runTimeout } = {}) {
      const handle = await temporal.client.workflow.start(WORKFLOWS[row.kind].type, {
        workflowId: row.workflowId,
        taskQueue: config.TEMPORAL_TASK_QUEUE,
        memo: { jobId: row.id, attempt: row.attempts },
        args: [{ ...argumentOf(row, config.BACKFILL_HEARTBEAT_SECONDS), ...job }],
        ...(runTimeout === undefined ? {} : { workflowRunTimeout: runTimeout }),
      })
      const runId = handle.firstExecutionRunId
      await markStarted(db, { id: row.id, runId, attempt: row.attempts })
      return handle
    },
    async accept({ retryFailed = false, pageSize } = {}) {
      const { job } = await jobs.acceptBackfill({
        namespaceId,
        retryFailed,
        ...(pageSize === undefined ? {} : { pageSize }),
      })
      return job
    },
    async untilState(id, state) {
      return await vi.waitFor(
        async () => {
          const job = await get(id)
          if (job.state !== state) throw new Error(`the job is ${job.state}: ${job.error?.code}`)
          return job
        },
        { timeout: 20_000, interval: 30 },
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map(async (worker) => await worker.shutdown()))
      await Promise.all(sweepers.map(async (sweeper) => await sweeper.stop()))
      await jobs.close()
      await temporal.close()
      await test[Symbol.asyncDispose]()
    },
  }
}

async function rowOf(db: Database, key: JobKey): Promise<JobRow> {
  const row = await findJobRow(db, key)
  if (!row) throw new Error('the row is gone')
  return row
}

async function newNamespace(db: Database, name: string, id?: string): Promise<string> {
  const made = await ensureNamespace(db, name)
  if (!made) throw new Error(`${name} cannot be a namespace`)
  if (id === undefined) return made.id
  await db.query('update memoir.namespace set id = $2::uuid where id = $1::uuid', [made.id, id])
  return id
}
