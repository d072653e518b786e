import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker'
import { BULK_SUFFIX, MODELS_SUFFIX } from '../workflows/queues.ts'
import { workflowBundle } from './bundle.ts'
import type { TemporalClient } from './client.ts'

/** The workers of one process: workflows and live steps, live vendor calls, pages. */

/** Steps in hand get this long to end by themselves, then are told to stop; within what a container gets between its signals. */
const SHUTDOWN_GRACE = '5s'
const LIVE_SLOTS = 40
const MODEL_SLOTS = 10
/** Two pages at a time already keep a vendor and Postgres busy. */
const BULK_SLOTS = 2

export interface WorkersOptions {
  readonly activities: object
  readonly interceptors: NonNullable<WorkerOptions['interceptors']>
  readonly shutdownGrace?: string
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
  const { taskQueue, namespace, connectionOptions, dataConverter } = temporal
  const bundle = await workflowBundle(dataConverter)
  const connection = await NativeConnection.connect(connectionOptions)
  const common = {
    connection,
    namespace,
    activities: options.activities,
    interceptors: options.interceptors,
    shutdownGraceTime: (options.shutdownGrace ?? SHUTDOWN_GRACE) as typeof SHUTDOWN_GRACE,
    ...(dataConverter === undefined ? {} : { dataConverter }),
  }
  const workers: Worker[] = []
  try {
    workers.push(
      await Worker.create({
        ...common,
        taskQueue,
        workflowBundle: bundle,
        maxConcurrentActivityTaskExecutions: LIVE_SLOTS,
      }),
      await Worker.create({
        ...common,
        taskQueue: `${taskQueue}${MODELS_SUFFIX}`,
        maxConcurrentActivityTaskExecutions: MODEL_SLOTS,
      }),
      await Worker.create({
        ...common,
        taskQueue: `${taskQueue}${BULK_SUFFIX}`,
        maxConcurrentActivityTaskExecutions: BULK_SLOTS,
      }),
    )
  } catch (error) {
    await Promise.all(workers.map(endUnused))
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
        const runs = workers.map(async (worker) => {
          try {
            await worker.run()
          } finally {
            // One that failed takes the others along, so that all are opened anew together.
            shutdown()
          }
        })
        const results = await Promise.allSettled(runs)
        const broken = results.find((result) => result.status === 'rejected')
        if (broken) throw broken.reason
      } finally {
        await connection.close()
      }
    },
  }
}

/** A worker that was created holds the connection until it has run. */
async function endUnused(worker: Worker): Promise<void> {
  await worker.runUntil(Promise.resolve())
}
