import { trace } from '@opentelemetry/api'
import { pino, type Level, type Logger } from 'pino'

export type { Logger }

/** Where lines of at least this level go; standard error unless it is said. */
export interface LogStream {
  readonly level: string
  readonly stream?: { write(line: string): void }
}

const standardError = () => pino.destination({ dest: 2, sync: true })

/** JSON lines on standard error, so that standard output stays a command's answer. Ids only, never memory text or keys. */
export function createLogger(level: string, name: string, streams?: readonly LogStream[]): Logger {
  return pino(
    {
      name,
      level,
      redact: [
        '*.content',
        '*.text',
        '*.query',
        '*.key',
        '*.secret',
        '*.authorization',
        '*.password',
      ],
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      mixin: traceOf,
    },
    streams === undefined ? standardError() : pino.multistream(streams.map(destinationOf)),
  )
}

function destinationOf({ level, stream = standardError() }: LogStream) {
  const known = Object.keys(pino.levels.values).find((name): name is Level => name === level)
  // `silent` is no level of a line: nothing is as grave as that.
  return { stream, level: known ?? Infinity }
}

/** A line says which trace it belongs to, where traces are kept. */
function traceOf(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext()
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
}

/** An error as logs may show it: class, code and stack frames; a database's or vendor's message may quote a row, so it stays out. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const frames = error.stack
    ?.split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 6)
  return {
    type: error.name,
    ...('code' in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
    frames,
  }
}
