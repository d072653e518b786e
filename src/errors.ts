/** Every way Memoir can fail. The list is closed: HTTP statuses and retry rules are tables over it. */
export const ERROR_CODES = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'in_progress',
  'precondition_failed',
  'payload_too_large',
  'unsupported_media_type',
  'rate_limited',
  'issuer_unavailable',
  'configuration_invalid',
  'store_unavailable',
  'temporal_unavailable',
  'persistence_failed',
  'vector_store_failed',
  'graph_store_failed',
  'graph_unavailable',
  'sync_failed',
  'vendor_busy',
  'vendor_unavailable',
  'vendor_refused',
  'vendor_unauthorized',
  'vendor_bad_answer',
  'dimension_mismatch',
  'reembed_required',
  'source_unavailable',
  'source_invalid',
  'no_user',
  'no_id',
  'duplicate_id',
  'source_row_invalid',
  'conversation_too_large',
  'suppressed_user',
  'budget_reached',
  'guard',
  'worker_killed',
  'workflow_taken',
  'workflow_lost',
  'terminated',
  'timed_out',
  'stuck',
  'cancelled',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export interface ErrorOptions {
  readonly cause?: unknown
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** Which field, which id: safe to show to the caller, never memory text or a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  /** A vendor's own words, kept for the operator of a job; may quote input, so it never reaches logs or histories. */
  readonly vendorText?: string
}

export class MemoirError extends Error {
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly vendorText: string | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MemoirError'
    this.code = code
    this.retryAfterMs = options.retryAfterMs
    this.details = options.details
    this.vendorText = options.vendorText
  }
}

const KNOWN: ReadonlySet<string> = new Set(ERROR_CODES)

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && KNOWN.has(value)
}

/** One fixed sentence per code: what histories, logs and job rows say, whatever the failing part said. */
export const SENTENCE = {
  invalid_request: 'The request is not valid.',
  unauthorized: 'A valid key is needed.',
  forbidden: 'This key may not do that.',
  not_found: 'There is no such thing here.',
  guard: 'More of what is known would be replaced than one piece of work may: nothing was changed.',
  conflict: 'It conflicts with what is there.',
  in_progress: 'The same request is still being worked on.',
  precondition_failed: 'The memory has changed since that revision.',
  method_not_allowed: 'The route does not take this method.',
  payload_too_large: 'The body is larger than allowed.',
  unsupported_media_type: 'The body has to be JSON.',
  rate_limited: 'There were more requests than are allowed for now.',
  issuer_unavailable: 'The issuer of tokens does not answer, so a token cannot be checked.',
  configuration_invalid: 'The configuration is not valid.',
  store_unavailable: 'Postgres does not answer.',
  temporal_unavailable: 'Temporal does not answer.',
  persistence_failed: 'The record could not be written.',
  vector_store_failed: 'The vectors could not be written.',
  graph_store_failed: 'The graph could not be written.',
  graph_unavailable: 'The graph store does not answer.',
  sync_failed: 'The stores could not be compared.',
  vendor_busy: 'The model vendor asks to wait.',
  vendor_unavailable: 'The model vendor does not answer.',
  vendor_refused: 'The model vendor refuses the request.',
  vendor_unauthorized: 'The model vendor does not accept the key or the model name.',
  vendor_bad_answer: 'The model vendor answered something that cannot be used.',
  dimension_mismatch: 'The model answers vectors of another length than EMBEDDING_DIM.',
  reembed_required: 'The stored vectors come from another embedding model.',
  source_unavailable: 'The source database does not answer.',
  source_invalid: 'The source tables are not what the configuration says.',
  no_user:
    'The conversation names no user, or one that no path can name (`.`, `..`) or of more than 256 characters.',
  no_id: 'A row of the conversations table has no id.',
  duplicate_id: 'The source has this conversation more than once, for different users.',
  source_row_invalid:
    'The source could not read this row, its messages are no JSON, or its id is longer than 512 characters.',
  conversation_too_large: 'The conversation is larger than one ingest may hold.',
  suppressed_user: 'The user was erased and stays forgotten.',
  budget_reached: 'The budget of the job is spent.',
  worker_killed: 'The worker died twice while it worked on this alone.',
  workflow_taken:
    'A run that Temporal has under the workflow id of this job belongs to other work; the job starts once that run has ended.',
  workflow_lost: 'Temporal no longer knows this run.',
  terminated: 'The run was terminated in Temporal.',
  timed_out: 'The run exceeded its time.',
  stuck: 'The run cannot go on with the worker that is deployed.',
  cancelled: 'The job was cancelled.',
  internal: 'Something unexpected failed.',
} satisfies Record<ErrorCode, string>

/** A code that was stored, with its sentence; one of another version of Memoir is `internal`. */
export function storedFailure(stored: string | null): {
  readonly code: ErrorCode
  readonly message: string
} {
  const code = isErrorCode(stored) ? stored : 'internal'
  return { code, message: SENTENCE[code] }
}

/** What a job says when it is not its own budget that is spent. */
export const DAY_BUDGET_REACHED =
  "The day's budget of the namespace is spent; the job goes on when the UTC day ends or the budget is raised."

/** The error itself when it is one of ours, else an `internal` one around it. */
export function toMemoirError(error: unknown): MemoirError {
  if (error instanceof MemoirError) return error
  return new MemoirError('internal', SENTENCE.internal, { cause: error })
}
