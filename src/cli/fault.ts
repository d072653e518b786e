import { MemoirError, SENTENCE, type ErrorCode } from '../errors.ts'

/** What helps with an error, as a sentence to act on. Codes without one explain themselves. */
const NEXT: Partial<Record<ErrorCode, string>> = {
  unauthorized:
    'Set MEMOIR_KEY to a valid key, or run memoir login; an administrator makes one with: memoir keys create',
  forbidden: 'Use a key with a higher role; memoir keys list shows the roles.',
  store_unavailable: 'Check that the server runs and is reachable, then run: memoir doctor',
  temporal_unavailable: 'Check TEMPORAL_ADDRESS, then run: memoir doctor',
  vendor_unauthorized: 'Check OPENAI_API_KEY and EMBEDDING_MODEL.',
  vendor_unavailable: 'Check EMBEDDING_BASE_URL or OPENAI_BASE_URL, then run: memoir doctor',
  dimension_mismatch: 'Set EMBEDDING_DIM to the length the model answers, or set EMBEDDING_FIT.',
  source_unavailable: 'Check SOURCE_DATABASE_URL.',
  source_invalid: 'Check the SOURCE_* names of tables and columns.',
  configuration_invalid: 'Correct these variables; .env.example explains each.',
  internal: 'LOG_LEVEL=debug shows where it happened.',
}

/** System errors that say by themselves what is wrong. */
const SYSTEM: Readonly<Record<string, string>> = {
  EADDRINUSE: 'The port is taken. Choose another with --port or PORT.',
  EACCES: 'This may not be opened by the user that runs Memoir.',
  ENOSPC: 'The disk is full.',
}

export interface Fault {
  readonly code: ErrorCode
  readonly message: string
  readonly next: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
}

/** Any error as a person is told of it: what happened and what to do, never a stack. */
export function faultOf(error: unknown): Fault {
  if (error instanceof MemoirError) {
    const { code, message, details } = error
    const own = details?.['next']
    return { code, message, details, next: typeof own === 'string' ? own : NEXT[code] }
  }
  const system = error instanceof Error && 'code' in error ? SYSTEM[String(error.code)] : undefined
  return {
    code: 'internal',
    message: system ?? SENTENCE.internal,
    next: system === undefined ? NEXT.internal : undefined,
    details: undefined,
  }
}

/** The error with its stack and causes, for LOG_LEVEL=debug. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\ncaused by ${traceOf(error.cause)}`
}
