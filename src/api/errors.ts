import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ZodError } from 'zod'
import { MemoirError, SENTENCE, toMemoirError, type ErrorCode } from '../errors.ts'
import { challengeOf } from './bearer-challenge.ts'
import type { AppEnv } from './environment.ts'

/** One shape for everything that goes wrong. */

export const STATUS = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  in_progress: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  issuer_unavailable: 503,
  configuration_invalid: 500,
  store_unavailable: 503,
  temporal_unavailable: 503,
  persistence_failed: 500,
  vector_store_failed: 500,
  graph_store_failed: 500,
  graph_unavailable: 503,
  sync_failed: 500,
  vendor_busy: 503,
  vendor_unavailable: 503,
  vendor_refused: 502,
  vendor_unauthorized: 502,
  vendor_bad_answer: 502,
  dimension_mismatch: 409,
  reembed_required: 409,
  source_unavailable: 503,
  source_invalid: 409,
  no_user: 422,
  no_id: 422,
  duplicate_id: 422,
  source_row_invalid: 422,
  conversation_too_large: 413,
  suppressed_user: 409,
  budget_reached: 409,
  guard: 409,
  worker_killed: 500,
  workflow_taken: 409,
  workflow_lost: 500,
  terminated: 500,
  timed_out: 504,
  stuck: 500,
  cancelled: 409,
  internal: 500,
} as const satisfies Record<ErrorCode, ContentfulStatusCode>

/** What HTTP itself refuses, by status. */
const OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

function errorOf(error: unknown): MemoirError {
  if (!(error instanceof HTTPException)) return toMemoirError(error)
  const code = OF_STATUS[error.status] ?? 'internal'
  const message = code === 'invalid_request' ? 'The body is not JSON.' : SENTENCE[code]
  return new MemoirError(code, message, { cause: error })
}

/** How long a caller should wait when a store is away and did not say itself. */
const RETRY_AFTER_MS = 5_000

/** Answers an error; what nobody expected is logged by request and never told. */
export function answerError(thrown: unknown, c: Context<AppEnv>): Response {
  const error = errorOf(thrown)
  const status = STATUS[error.code]
  const request_id = c.var.requestId
  if (status >= 500) {
    c.var.services.log.error({ error: thrown, request_id, code: error.code }, 'a request failed')
  }
  const retryAfterMs = error.retryAfterMs ?? (status === 503 ? RETRY_AFTER_MS : undefined)
  if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)))
  if (status === 401) c.header('WWW-Authenticate', challengeOf(c, error))
  const message = error.code === 'internal' ? SENTENCE.internal : error.message
  const details = error.details === undefined ? {} : { details: error.details }
  return c.json({ error: { code: error.code, message, request_id, ...details } }, status)
}

/** Turns what a schema refused into one error that names the first field, and all of them in its details. */
export function refuseInvalid(
  result: { success: true } | { success: false; error: ZodError },
): undefined {
  if (!result.success) throw invalid(result.error)
}

/** How many problems are listed; a hostile body has thousands. */
const MAX_PROBLEMS = 20
/** A made-up field name may be as long as a body. */
const MAX_PATH_CHARS = 200

/** How the schema says that a field is not there. */
const MISSING = /Invalid input: expected (\w+), received undefined/

export const problemOf = ({ code, message }: ZodError['issues'][number]): string =>
  code === 'unrecognized_keys'
    ? 'unknown field'
    : message.replace(MISSING, (_, type: string) => {
        return `is required, as ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
      })

export function invalid({ issues }: ZodError): MemoirError {
  const problems = issues.slice(0, MAX_PROBLEMS).flatMap((issue) => {
    const fields =
      issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, MAX_PROBLEMS).map((key) => [...issue.path, key])
        : [issue.path]
    const message = problemOf(issue)
    return fields.map((path) => ({
      field: path.map(String).join('.').slice(0, MAX_PATH_CHARS),
      message,
    }))
  })
  const [first] = problems
  return new MemoirError('invalid_request', `${first?.field || 'body'}: ${first?.message ?? ''}`, {
    details: { field: first?.field ?? '', problems },
  })
}
