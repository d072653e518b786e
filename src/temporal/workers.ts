import type { WorkerDeploymentVersion } from '@temporalio/common'
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker'
import { MemoirError, SENTENCE } from '../errors.ts'
import { BULK_SUFFIX, MODELS_SUFFIX, WEBHOOKS_SUFFIX } from '../workflows/queues.ts'
import { bundleWorkflows } from './bundle.ts'
import type { TemporalClient } from './client.ts'

/** The workers of one process: workflows and live steps, live vendor calls, pages, deliveries. */

/** As Temporal writes durations. */
export type ShutdownGrace = NonNullable<WorkerOptions['shutdownGraceTime']>

/** Steps in hand get this long to end by themselves, then are told to stop; within what a container gets between its signals. */
const SHUTDOWN_GRACE: ShutdownGrace = '5s'
const LIVE_SLOTS = 40
const MODEL_SLOTS = 10
/** Two pages at a time already keep a vendor and Postgres busy. */
const BULK_SLOTS = 2
/** They wait for endpoints, most of the time. */
const WEBHOOK_SLOTS = 20

export interface WorkersOptions {
  readonly activities: object
  readonly interceptors: NonNullable<WorkerOptions['interceptors']>
  readonly shutdownGrace?: ShutdownGrace
  /** What is run; undefined says nothing of it. */
  readonly version?: WorkerDeploymentVersion | undefined
}

export interface Workers {
  /** Settles when all have drained; rejects when one of them cannot go on. */
  run(): Promise<void>
  shutdown(): void
}

/** @throws when the server does not answer or does not know the namespace */
export async function openWorkers(
  temporal: TemporalClient,
  options: WorkersOptions,
): Promise<Workers> {
  const connection = await NativeConnection.connect(temporal.connectionOptions)
  const workers: Worker[] = []
  try {
    for (const each of await optionsOf(temporal, options)) {
      workers.push(await Worker.create({ ...each, connection }))
    }
  } catch (error) {
    // A worker that was created holds the connection until it has run.
    await Promise.all(workers.map(async (worker) => await worker.runUntil(Promise.resolve())))
    await connection.close()
    throw error
  }
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  return {
    shutdown,
    async run() {
      try {
        await runTogether(workers, shutdown)
      } finally {
        await connection.close()
      }
    },
  }
}

/** One worker that fails takes the others along, so that all are opened anew together. */
async function runTogether(workers: readonly Worker[], shutdown: () => void): Promise<void> {
  const results = await Promise.allSettled(
    workers.map(async (worker) => await worker.run().finally(shutdown)),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed)
    throw new MemoirError('temporal_unavailable', SENTENCE.temporal_unavailable, {
      cause: failed.reason,
    })
}

async function optionsOf(
  temporal: TemporalClient,
  { activities, interceptors, version, shutdownGrace = SHUTDOWN_GRACE }: WorkersOptions,
): Promise<WorkerOptions[]> {
  const { taskQueue, namespace, dataConverter, tracing } = temporal
  const common = {
    namespace,
    activities,
    interceptors: tracing
      ? { ...interceptors, activity: [tracing.activity, ...(interceptors.activity ?? [])] }
      : interceptors,
    ...(tracing === undefined ? {} : { sinks: tracing.sinks }),
    shutdownGraceTime: shutdownGrace,
    ...(version === undefined
      ? {}
      : {
          workerDeploymentOptions: {
            version,
            useWorkerVersioning: true as const,
            defaultVersioningBehavior: 'PINNED' as const,
          },
        }),
    ...(dataConverter === undefined ? {} : { dataConverter }),
  }
  const slots = (count: number) => ({ maxConcurrentActivityTaskExecutions: count })
  const workflowBundle = await bundleWorkflows(temporal)
  return [
    { ...common, taskQueue, workflowBundle, ...slots(LIVE_SLOTS) },
    { ...common, taskQueue: `${taskQueue}${MODELS_SUFFIX}`, ...slots(MODEL_SLOTS) },
    { ...common, taskQueue: `${taskQueue}${BULK_SUFFIX}`, ...slots(BULK_SLOTS) },
    { ...common, taskQueue: `${taskQueue}${WEBHOOKS_SUFFIX}`, ...slots(WEBHOOK_SLOTS) },
  ]
}
