import { Client, Connection } from '@temporalio/client'
import type { DataConverter } from '@temporalio/common'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import type { NativeConnectionOptions } from '@temporalio/worker'
import type { Config } from '../config.ts'
import type { Tracing } from '../tracing.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { dataConverterOf } from './codec.ts'
import { createSearchAttributes, type SearchAttributes } from './search-attributes.ts'
import { traceTemporal, type TemporalTracing } from './tracing.ts'

export type Within = <T>(deadlineMs: number, call: () => Promise<T>) => Promise<T>

/** The one connection of a process to Temporal, opened on first use; nothing here waits for the server to be there. */
export interface TemporalClient {
  readonly client: Client
  readonly namespace: string
  readonly taskQueue: string
  /** What a worker needs to reach the same server and read the same payloads. */
  readonly connectionOptions: NativeConnectionOptions
  readonly dataConverter: DataConverter | undefined
  readonly searchAttributes: SearchAttributes
  /** When traces are kept. */
  readonly tracing: TemporalTracing | undefined
  /** Runs calls that fail when they take longer: a frozen server never answers by itself. */
  readonly within: Within
  /** @throws when the server does not answer in time, or does not know the namespace */
  ping(deadlineMs: number): Promise<void>
  health(): Promise<{ readonly ok: boolean; readonly detail?: string }>
  close(): Promise<void>
}

/** After an outage gRPC would stay away for up to two minutes more; a try a second costs nothing. */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 1_000,
}
/** A readiness probe is asked every few seconds and must not pile up. */
const HEALTH_DEADLINE_MS = 1_000

export async function openTemporal(config: Config, traces?: Tracing): Promise<TemporalClient> {
  const { connectionOptions } = loadClientConnectConfig({
    overrideEnvVars: { ...config.temporalEnv },
    disableFile: true,
  })
  const namespace = config.TEMPORAL_NAMESPACE
  const dataConverter = await dataConverterOf(config)
  const tracing = traces && (await traceTemporal(traces))
  const connection = Connection.lazy({ ...connectionOptions, channelArgs: RECONNECT })
  const client = new Client({
    connection,
    namespace,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...(tracing === undefined ? {} : { interceptors: { workflow: [tracing.client] } }),
  })
  const { within, idle } = boundedCalls(connection)
  const ping = async (deadlineMs: number) => {
    await within(
      deadlineMs,
      async () => await connection.workflowService.describeNamespace({ namespace }),
    )
  }
  return {
    client,
    namespace,
    connectionOptions,
    dataConverter,
    tracing,
    within,
    ping,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    searchAttributes: createSearchAttributes({ connection, namespace, within }),
    async health() {
      try {
        await ping(HEALTH_DEADLINE_MS)
        return { ok: true }
      } catch {
        return { ok: false, detail: 'Temporal does not answer' }
      }
    },
    async close() {
      await idle()
      await connection.close()
    },
  }
}

/**
 * Calls with deadlines, and a wait for those still under way: one that is tried again after its channel was shut down would throw
 * where nobody can catch it.
 */
function boundedCalls(connection: Connection): { within: Within; idle: () => Promise<void> } {
  const inFlight = new Set<Promise<void>>()
  let closing = false
  return {
    async within(deadlineMs, call) {
      // Whoever makes several calls would begin the next one while the channel closes.
      if (closing) throw new MemoirError('temporal_unavailable', SENTENCE.temporal_unavailable)
      const made = connection.withDeadline(Date.now() + deadlineMs, call)
      const settled = made.then(
        () => undefined,
        () => undefined,
      )
      inFlight.add(settled)
      void settled.then(() => inFlight.delete(settled))
      return await made
    },
    async idle() {
      closing = true
      await Promise.all(inFlight)
    },
  }
}
