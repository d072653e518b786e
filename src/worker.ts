import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'
import { createFailureInterceptor } from './activities/failures.ts'
import { createActivities } from './activities/index.ts'
import { inTurns } from './activities/turns.ts'
import { loadConfig } from './config.ts'
import { keepWebhooks } from './events/keep.ts'
import { startDrain, type DrainOptions } from './graph/drain.ts'
import { startAlone } from './jobs/launcher.ts'
import { createRuns } from './jobs/runs.ts'
import type { LedgerGuard } from './forget/ledger-guard.ts'
import type { ScheduleKeeper } from './jobs/schedules.ts'
import { keepInSync } from './jobs/sync.ts'
import { startSweep, type SweepOptions } from './jobs/sweep.ts'
import { createExposition } from './exposition.ts'
import { keepSpaces } from './reembed/keep.ts'
import { keepRetiring } from './memories/retire.ts'
import { createLogger } from './logger.ts'
import type { Services } from './services.ts'
import type { JobRow } from './stores/jobs/jobs.ts'
import { keepRetention } from './sessions/retention.ts'
import { bundleWorkflows } from './temporal/bundle.ts'
import type { WorkerDeploymentVersion } from '@temporalio/common'
import { ownVersion, promote } from './temporal/deployment.ts'
import { LOOPBACK, installRuntime } from './temporal/runtime.ts'
import { openWorkers, type ShutdownGrace, type Workers } from './temporal/workers.ts'
import { openWorkerPort, type WorkerPort } from './worker-port.ts'

/** The worker process: runs workflows and their steps, and sweeps. Temporal may come late, go away and come back. */
export interface RunningWorker {
  /** The first time that work can be taken. */
  readonly ready: Promise<void>
  readonly stopped: Promise<void>
  /** Where it tells its health and its series, when WORKER_PORT is set. */
  readonly url?: string
  /** Takes no new work, lets steps in hand end or hands them back, then settles. */
  shutdown(): Promise<void>
  /** One round of the sweep now. */
  sweep(): Promise<void>
}

export interface WorkerStartOptions {
  readonly sweep?: Partial<SweepOptions>
  readonly drain?: Partial<DrainOptions>
  /** How often to look whether Temporal has the schedules. */
  readonly keepSchedulesMs?: number
  /** How long steps in hand may take to end by themselves. */
  readonly shutdownGrace?: ShutdownGrace
}

export type WorkerServices = Pick<
  Services,
  | 'config'
  | 'log'
  | 'db'
  | 'metrics'
  | 'ingest'
  | 'persistence'
  | 'sessions'
  | 'narration'
  | 'consolidation'
  | 'dreams'
  | 'narrativeRuns'
  | 'temporal'
  | 'graph'
  | 'sync'
  | 'erase'
  | 'reembed'
  | 'episodeSteps'
  | 'syncs'
  | 'webhookSteps'
> & {
  readonly schedules: ScheduleKeeper
  readonly ledger: Pick<LedgerGuard, 'untilForgotten'>
}

/** A shutdown waits that long at most for a Temporal that does not answer. */
const PING_MS = 2_000
/** Between two tries to reach Temporal. */
const REOPEN_MS = 1_000

/**
 * Never waits for Temporal: until it is there, accepted work stays queued and says so. Nothing is worked on before what the erasure
 * ledger holds was forgotten again, as after a restore.
 * @throws when the workflows cannot be bundled
 */
export async function startWorker(
  services: WorkerServices,
  options: WorkerStartOptions = {},
): Promise<RunningWorker> {
  const { config, log, temporal } = services
  const sdkPort = installRuntime(
    log,
    config.WORKER_PORT === undefined ? undefined : await getPort(),
  )
  await bundleWorkflows(temporal)
  const working = { now: false }
  const port = await openPort(services, { working, sdkPort })
  const runs = createRuns(temporal, config.BACKFILL_HEARTBEAT_SECONDS)
  const stopping = new AbortController()
  const ready = Promise.withResolvers<void>()
  // Nobody has to wait for it.
  ready.promise.catch(() => undefined)
  const { signal } = stopping
  const begun = services.ledger.untilForgotten(signal).then(() => ({
    sweep: startSweep({ ...services, runs }, options.sweep),
    drain: startDrain(services, options.drain),
    working: keepWorking(services, {
      startAlone: async (row) => await startAlone({ ...services, runs }, row),
      ...(options.shutdownGrace === undefined ? {} : { shutdownGrace: options.shutdownGrace }),
      signal,
      onWorking(now) {
        working.now = now
        if (now) ready.resolve()
      },
    }),
    kept: keepHouse(services, options, signal),
  }))
  return {
    ready: ready.promise,
    ...(port === undefined ? {} : { url: port.url }),
    stopped: begun.then(async (parts) => await parts.working),
    sweep: async () => await (await begun).sweep.round(),
    async shutdown() {
      stopping.abort()
      ready.reject(new Error('the worker was shut down'))
      const { sweep, drain, working: worked, kept } = await begun
      await Promise.all([sweep.stop(), drain.stop()])
      await worked
      await kept
      await port?.close()
    },
  }
}

/** What a worker sees to beside the work that is handed to it, until it is told to stop. */
async function keepHouse(
  services: WorkerServices,
  { keepSchedulesMs }: WorkerStartOptions,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    keepSchedules(services, { everyMs: keepSchedulesMs, signal }),
    keepRetention(services, { signal }),
    keepRetiring(services, { signal }),
    keepInSync(services, signal),
    keepSpaces(services, signal),
    keepWebhooks(services, signal),
  ])
}

interface Working {
  readonly startAlone: (row: JobRow) => Promise<void>
  readonly shutdownGrace?: ShutdownGrace
  readonly signal: AbortSignal
  /** Told when work can be taken, and when it no longer can. */
  readonly onWorking: (now: boolean) => void
}

interface PortState {
  readonly working: { readonly now: boolean }
  readonly sdkPort: number | undefined
}

async function openPort(
  services: WorkerServices,
  { working, sdkPort }: PortState,
): Promise<WorkerPort | undefined> {
  const { config, db, log, metrics } = services
  const { WORKER_PORT: port } = config
  if (port === undefined) return undefined
  const sdk = sdkPort === undefined ? {} : { sdkUrl: `http://${LOOPBACK}:${sdkPort}/metrics` }
  return await openWorkerPort({
    port,
    log,
    contentType: metrics.registry.contentType,
    exposition: createExposition({ db, metrics, log, ...sdk }),
    health: async () => ({
      parts: { temporal: working.now, postgres: await db.answers() },
    }),
  })
}

async function keepWorking(services: WorkerServices, working: Working): Promise<void> {
  const { log } = services
  const { signal } = working
  while (!signal.aborted) {
    try {
      await workUntilBroken(services, working)
    } catch (error) {
      log.warn({ error }, 'the worker lost Temporal and tries to reach it again')
      await pause(REOPEN_MS, signal)
    }
  }
}

async function workUntilBroken(services: WorkerServices, working: Working): Promise<void> {
  const { config, temporal, log } = services
  // The native connection takes half a minute to give up on a frozen server, and cannot be told to.
  await temporal.ping(PING_MS)
  const version = await ownVersion(config, temporal)
  const workers: Workers = await openWorkers(temporal, {
    activities: createActivities({ ...services, startAlone: working.startAlone }),
    interceptors: { activity: [createFailureInterceptor(services), inTurns] },
    ...(working.shutdownGrace === undefined ? {} : { shutdownGrace: working.shutdownGrace }),
    version,
  })
  const shutdown = () => workers.shutdown()
  working.signal.addEventListener('abort', shutdown)
  try {
    // Only filtering in Temporal's UI needs them: nothing waits, and a refusal is fine.
    void temporal.searchAttributes.register()
    const running = workers.run()
    if (working.signal.aborted) shutdown()
    log.info({ taskQueue: temporal.taskQueue, ...version }, 'the worker takes work')
    if (version !== undefined) void promoteOnce(services, version, working.signal)
    working.onWorking(true)
    await running
  } finally {
    working.onWorking(false)
    working.signal.removeEventListener('abort', shutdown)
  }
}

/** The server knows a build a moment after it began to poll. */
const PROMOTE_AGAIN_MS = 500

/** Until it is done: a Temporal that is away, or has no such thing, keeps nobody from the work that is not versioned. */
async function promoteOnce(
  { temporal, log }: WorkerServices,
  version: WorkerDeploymentVersion,
  signal: AbortSignal,
): Promise<void> {
  for (
    let waitMs = PROMOTE_AGAIN_MS;
    !signal.aborted;
    waitMs = Math.min(waitMs * 2, REPROMOTE_MS)
  ) {
    try {
      if (await promote(temporal, version)) return
    } catch (error) {
      log.warn({ error, ...version }, 'the build could not be made the current one')
    }
    await pause(waitMs, signal)
  }
}

const REPROMOTE_MS = 30_000

/** A Temporal that lost its database while the worker stayed has its schedules again within this time. */
const KEEP_SCHEDULES_MS = 60_000
/** After a failure: Temporal comes later than the worker, or comes back. */
const KEEP_AGAIN_MS = 5_000

/** Schedules that are not there yet stop no other work. */
async function keepSchedules(
  { schedules, log }: WorkerServices,
  { everyMs = KEEP_SCHEDULES_MS, signal }: { everyMs: number | undefined; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    let waitMs = everyMs
    try {
      await schedules.keep()
    } catch (error) {
      waitMs = Math.min(everyMs, KEEP_AGAIN_MS)
      log.warn({ error }, 'the schedules could not be made')
    }
    await pause(waitMs, signal)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Only an abort rejects it, and that is what ends the waiting.
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

if (import.meta.main) {
  // Whoever embeds a worker composes the services; only the process of its own needs to know how.
  const { createServices } = await import('./services.ts')
  const config = loadConfig()
  const log = createLogger(config.LOG_LEVEL, 'memoir-worker')
  const services = await createServices(config, log)
  const worker = await startWorker(services)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void worker.shutdown())
  }
  await worker.stopped
  await services.close()
  // A runtime of the SDK that never had a worker, because Temporal was away all the time, would keep the process.
  process.exit()
}
