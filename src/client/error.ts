import type { ErrorBody } from './api-types.ts'

export type ApiErrorCode = ErrorBody['error']['code']

/** What the API refused, in its own words. */
export class MemoirApiError extends Error {
  /** One of a closed list; `unknown` when something that is not Memoir answered. */
  readonly code: ApiErrorCode | 'unknown'
  /** The status of HTTP. */
  readonly status: number
  /** Names the request in Memoir's log. */
  readonly request_id: string | undefined
  /** Which field, which job: what a program can act on. */
  readonly details: Readonly<Record<string, unknown>> | undefined
  /** How long Memoir asks to wait before another try, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    answer: Pick<MemoirApiError, 'code' | 'status' | 'request_id' | 'details' | 'retryAfterMs'> & {
      readonly message: string
    },
  ) {
    super(answer.message)
    this.name = 'MemoirApiError'
    this.code = answer.code
    this.status = answer.status
    this.request_id = answer.request_id
    this.details = answer.details
    this.retryAfterMs = answer.retryAfterMs
  }
}

/** Nothing answered, or not in time. */
export class MemoirConnectionError extends Error {
  readonly timedOut: boolean

  constructor(message: string, { timedOut, cause }: { timedOut: boolean; cause: unknown }) {
    super(message, { cause })
    this.name = 'MemoirConnectionError'
    this.timedOut = timedOut
  }
}

/** A job that was waited for and did not succeed; the job says why. */
export class MemoirJobError<
  Job extends { readonly id: string; readonly state: string },
> extends Error {
  readonly job: Job

  constructor(job: Job, message: string) {
    super(message)
    this.name = 'MemoirJobError'
    this.job = job
  }
}

/** Reads a refusal out of an answer that is not one of success. */
export function refusalOf(response: Response, body: unknown): MemoirApiError {
  const { status, headers } = response
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined
  if (!isErrorBody(body)) {
    return new MemoirApiError({
      code: 'unknown',
      message: `The server answered HTTP ${status} without saying why.`,
      status,
      request_id: headers.get('x-request-id') ?? undefined,
      details: undefined,
      retryAfterMs,
    })
  }
  const { code, message, request_id, details } = body.error
  return new MemoirApiError({ code, message, status, request_id, details, retryAfterMs })
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false
  const { error } = body
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    'message' in error &&
    typeof error.message === 'string'
  )
}
