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

/** Reads a refusal out of an answer that is not one of success; `asked` is its method and path, for the message. */
export function refusalOf(response: Response, body: unknown, asked: string): MemoirApiError {
  const { status, headers } = response
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined
  if (!isErrorBody(body)) return notMemoir(response, asked, retryAfterMs)
  const { code, message, request_id, details } = body.error
  return new MemoirApiError({
    code,
    message: isMissingRoute(body)
      ? `This Memoir does not have ${asked}; it may be older than this client.`
      : message,
    status,
    request_id,
    details,
    retryAfterMs,
  })
}

/** An answer that Memoir does not give: a proxy's, or that of another server at this address. */
export function notMemoir(
  { status, headers }: Response,
  asked: string,
  retryAfterMs?: number,
): MemoirApiError {
  return new MemoirApiError({
    code: 'unknown',
    message: `${asked} was answered with HTTP ${status} by something that is not Memoir; check the URL.`,
    status,
    request_id: headers.get('x-request-id') ?? undefined,
    details: undefined,
    retryAfterMs,
  })
}

/** A resource that does not exist is `not_found` too; only the message tells a route from it. */
const isMissingRoute = ({ error }: ErrorBody) =>
  error.code === 'not_found' && error.message.includes('no such route')

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
