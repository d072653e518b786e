import {
  DefaultLogger,
  Runtime,
  type LogEntry,
  type LogLevel,
  type PrometheusMetricsExporter,
} from '@temporalio/worker'
import type { Logger } from '../logger.ts'

/** The SDK's native runtime, of which a process has exactly one. */

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>

export const LOOPBACK = '127.0.0.1'

/** What of an entry's data may be logged: names and ids. */
const SAFE = [
  'workflowId',
  'runId',
  'workflowType',
  'activityType',
  'attempt',
  'taskQueue',
] as const

let installed: { readonly metricsPort: number | undefined } | undefined

/**
 * Joins the SDK's log lines to Memoir's, and leaves the process' signals to the entry. The first caller's logger and port stay.
 * @param metricsPort where on loopback the SDK tells its series; nowhere when not given
 * @returns the port where it does
 */
export function installRuntime(log: Logger, metricsPort?: number): number | undefined {
  if (installed) return installed.metricsPort
  installed = { metricsPort }
  const level: LogLevel = log.isLevelEnabled('debug') ? 'DEBUG' : 'INFO'
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger(level, (entry) => write(log, entry)),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
      ...(metricsPort === undefined ? {} : { metrics: { prometheus: seriesAt(metricsPort) } }),
    },
  })
  return metricsPort
}

/** As Memoir's own series are: in seconds, with units and totals in their names. */
function seriesAt(port: number): PrometheusMetricsExporter['prometheus'] {
  return {
    bindAddress: `${LOOPBACK}:${port}`,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
  }
}

/** Two of the three queues have steps only, on purpose. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks'

function write(log: Logger, { level, message, meta, timestampNanos }: LogEntry): void {
  if (message === EXPECTED) return
  const data = Object.fromEntries(
    SAFE.flatMap((name) => (meta?.[name] === undefined ? [] : [[name, meta[name]]])),
  )
  // Lines of the native side arrive up to 0.2 s late: when they happened is theirs to say.
  const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString()
  const error: unknown = meta?.['error']
  log[LEVELS[level]]({ ...data, ...(error === undefined ? {} : { error }), at }, message)
}
