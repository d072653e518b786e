import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { MemoirError, SENTENCE, toMemoirError, type ErrorCode } from '../errors.ts'
import type { AppEnv } from './environment.ts'

/** One shape for everything that goes wrong. */

export const STATUS = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  in_progress: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  configuration_invalid: 500,
  store_unavailable: 503,
  temporal_unavailable: 503,
  persistence_failed: 500,
  vector_store_failed: 500,
  graph_store_failed: 500,
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
  conversation_too_large: 413,
  suppressed_user: 409,
  worker_killed: 500,
  workflow_lost: 500,
  terminated: 500,
  timed_out: 504,
  stuck: 500,
  cancelled: 409,
  internal: 500,
} satisfies Record<ErrorCode, ContentfulStatusCode>

/** What HTTP itself refuses, by status. */
const OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

function errorOf(error: unknown): MemoirError {
  if (!(error instanceof HTTPException)) return toMemoirError(error)
  const code = OF_STATUS[error.status] ?? 'internal'
  return new MemoirError(code, error.message || SENTENCE[code], { cause: error })
}

/** Answers an error; what nobody expected is logged by request and never told. */
export function answerError(thrown: unknown, c: Context<AppEnv>): Response {
  const error = errorOf(thrown)
  if (STATUS[error.code] >= 500) {
    c.var.log.error(
      { error: thrown, request_id: c.var.requestId, code: error.code },
      'a request failed',
    )
  }
  if (error.retryAfterMs !== undefined) {
    c.header('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
  }
  if (error.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer')
  return c.json(
    {
      error: {
        code: error.code,
        message: error.code === 'internal' ? SENTENCE.internal : error.message,
        request_id: c.var.requestId,
        ...(error.details === undefined ? {} : { details: error.details }),
      },
    },
    STATUS[error.code],
  )
}
