import { APIError, APIConnectionError, APIConnectionTimeoutError } from 'openai'
import { MemoirError, SENTENCE, toMemoirError, type ErrorCode } from '../errors.ts'
import { fieldsOf, numberOf, textOf } from './loose.ts'
import { UNKNOWN_FAILURE } from './vendor-answers.ts'

/** What an OpenAI-compatible vendor's failure means for us. The only place that reads its codes, words and headers. */

/** Longer waits are the job's to plan, and a vendor that names them more often errs. */
const LONGEST_RETRY_AFTER_MS = 60 * 60 * 1000
/** Enough for an operator to see what is meant; what follows is mostly quoted input. */
const VENDOR_TEXT_CHARS = 500
/** Keys in the forms that vendors give them out, and whatever is said to be one. */
const KEYS =
  /\b(?:sk|pk|rk|gsk|hf|xai|nvapi|mk)[-_][\w-]{4,}|\bAIza[\w-]{20,}|(?<=\bBearer\s+)[^\s"',}]+|(?<=\bapi[-_ ]?key["']?\s*[:=]\s*["']?)[^\s"',}]+/gi

export interface VendorFailure {
  readonly error: MemoirError
  /** Set when it is the content of the request that is refused, so that other content may pass. */
  readonly refused?: {
    readonly tooLong: boolean
    /** The optional parameters that the refusal names. */
    readonly parameters: readonly string[]
  }
}

/** 402 and these codes: until the operator pays, every request fails. */
const OUT_OF_MONEY = new Set(['insufficient_quota', 'billing_hard_limit_reached'])
/** Some vendors say 400 where others say 401 and 404. */
const BAD_ACCESS = new Set(['invalid_api_key', 'model_not_found', 'model_not_available'])
/** OpenAI says 429 to a request larger than a whole minute's tokens: waiting never helps, halving does. */
const TOO_LARGE_FOR_A_MINUTE = /^request too large/i
/** 405 and 410: the base URL or the model is not (or no longer) what the configuration says. */
const ACCESS_STATUS = new Set([401, 402, 403, 404, 405, 407, 410])
/** Too early, time-outs and conflicts of the vendor's own. */
const TRANSIENT_STATUS = new Set([408, 409, 425])
const TOO_LONG_CODES = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'string_above_max_length',
])
/** The words of OpenAI, vLLM, llama.cpp, Ollama, Text Embeddings Inference, Mistral and Cohere for one thing. */
const TOO_LONG =
  /context[ _](length|size|window)|maximum (input|sequence|context|token)|max(imum)? .{0,20}tokens|too (long|large|many tokens)|less than \d+ tokens|exceed(s|ed|ing)? .{0,40}(length|tokens|max)/i

export interface FailureContext {
  /** Left out of what is kept of the vendor's words. */
  readonly key?: string
  /** Milliseconds since 1970, for a Retry-After that names a date. */
  readonly now?: number
  /** The optional parameters that were sent. */
  readonly parameters?: readonly string[]
}

/**
 * Translates what the vendor's client throws. Its own words go into `vendorText`, at most 500 characters and without the key; no
 * cause is attached, because it would hold the vendor's body.
 */
export function failureOf(
  thrown: unknown,
  { key = '', now = Date.now(), parameters = [] }: FailureContext = {},
): VendorFailure {
  const ours = memoirErrorIn(thrown)
  if (ours) return { error: ours }
  // The client parses what calls itself JSON.
  if (thrown instanceof SyntaxError) {
    return { error: new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer) }
  }
  if (thrown instanceof APIConnectionTimeoutError) return { error: late() }
  if (thrown instanceof APIConnectionError) return { error: unavailable(thrown) }
  if (!(thrown instanceof APIError)) return { error: toMemoirError(thrown) }
  const answer = answerOf(thrown)
  const code = codeOf(answer)
  const wait =
    code === 'vendor_busy' ? (retryAfterMs(answer.headers, now) ?? answer.waitMs) : undefined
  const told = answer.status === UNKNOWN_FAILURE ? '' : ` (HTTP ${answer.status})`
  const error = new MemoirError(code, `${SENTENCE[code]}${told}`, {
    details: told === '' ? {} : { status: answer.status },
    vendorText: wordsOf(answer.words, key),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  })
  if (code !== 'vendor_refused') return { error }
  return { error, refused: { tooLong: isTooLong(answer), parameters: namedIn(answer, parameters) } }
}

/** A vendor's words as an operator may read them: at most 500 characters, a web page without its tags, and no keys. */
export function wordsOf(said: string, key = ''): string {
  const page = /^[\s\d]*<(?:!doctype|html|head|\?xml)/i.test(said.slice(0, 200))
  const plain = page
    ? said
        .slice(0, MAX_PAGE_CHARS)
        .replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
        .replaceAll(/\s+/gu, ' ')
        .trim()
    : said.slice(0, MAX_PAGE_CHARS)
  const unsigned = key.length < SHORTEST_KEY ? plain : plain.replaceAll(key, '…')
  return unsigned.replaceAll(KEYS, '…').slice(0, VENDOR_TEXT_CHARS).toWellFormed()
}

const MAX_PAGE_CHARS = 20_000
/** A placeholder such as `none` is a word like any other. */
const SHORTEST_KEY = 6

/**
 * How long a vendor asks to wait, 0 to an hour; undefined when it does not say.
 * `retry-after-ms` (OpenAI, Azure), else `retry-after` as seconds or an HTTP date (RFC 9110, 10.2.3).
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const asked =
    numberIn(headers.get('retry-after-ms')) ?? secondsOrDate(headers.get('retry-after'), now)
  return asked === undefined ? undefined : Math.min(Math.max(0, asked), LONGEST_RETRY_AFTER_MS)
}

function secondsOrDate(value: string | null, now: number): number | undefined {
  const seconds = numberIn(value)
  if (seconds !== undefined) return seconds * 1000
  const date = value === null ? Number.NaN : Date.parse(value)
  return Number.isNaN(date) ? undefined : date - now
}

function numberIn(value: string | null): number | undefined {
  if (value === null || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** The guard's own errors come wrapped by the client, as causes. */
function memoirErrorIn(thrown: unknown): MemoirError | undefined {
  if (thrown instanceof MemoirError) return thrown
  return thrown instanceof APIConnectionError && thrown.cause instanceof MemoirError
    ? thrown.cause
    : undefined
}

function late(): MemoirError {
  return new MemoirError('vendor_unavailable', SENTENCE.vendor_unavailable, {
    details: { late: true },
    vendorText: 'no answer in time',
  })
}

/** It did not answer in time: less of it might have been in time. */
export function isLate({ details, code }: MemoirError): boolean {
  return code === 'vendor_unavailable' && details?.['late'] === true
}

function unavailable({ cause }: APIConnectionError): MemoirError {
  const reason =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
      ? cause.code
      : undefined
  return new MemoirError(
    'vendor_unavailable',
    SENTENCE.vendor_unavailable,
    reason === undefined ? {} : { vendorText: reason },
  )
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly codes: readonly string[]
  readonly param: string | undefined
  readonly words: string
  /** As the body says it. */
  readonly waitMs: number | undefined
}

function answerOf(thrown: APIError): Answer {
  const body: unknown = thrown.error
  const said = (name: string): string | undefined => {
    const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
  return {
    status: thrown.status ?? 0,
    headers: thrown.headers ?? new Headers(),
    codes: [said('code'), said('type'), said('error_type')].filter((code) => code !== undefined),
    param: said('param'),
    words: [said('message') ?? said('detail') ?? thrown.message, ...behind(body)].join(' '),
    waitMs: waitIn(body),
  }
}

/** What a vendor behind the vendor said. */
function behind(body: unknown): string[] {
  const raw = fieldsOf(fieldsOf(body)['metadata'])['raw']
  const words = typeof raw === 'object' && raw !== null ? JSON.stringify(raw) : textOf(raw)
  return words === undefined ? [] : [words]
}

function waitIn(body: unknown): number | undefined {
  const { retry_after: own, metadata } = fieldsOf(body)
  const seconds = numberOf(own) ?? numberOf(fieldsOf(metadata)['retry_after'])
  return seconds === undefined
    ? undefined
    : Math.min(Math.max(0, seconds * 1000), LONGEST_RETRY_AFTER_MS)
}

function codeOf(answer: Answer): ErrorCode {
  const { status, codes } = answer
  if (ACCESS_STATUS.has(status) || codes.some((code) => BAD_ACCESS.has(code))) {
    return 'vendor_unauthorized'
  }
  if (status === UNKNOWN_FAILURE) return 'vendor_bad_answer'
  if (status === 429) return codeOfTooMany(answer)
  if (TRANSIENT_STATUS.has(status)) return 'vendor_unavailable'
  if (status >= 500) return codeOfServerError(answer)
  return answer.param === 'model' ? 'vendor_unauthorized' : 'vendor_refused'
}

function codeOfTooMany({ codes, words }: Answer): ErrorCode {
  if (codes.some((code) => OUT_OF_MONEY.has(code))) return 'vendor_unauthorized'
  return TOO_LARGE_FOR_A_MINUTE.test(words) ? 'vendor_refused' : 'vendor_busy'
}

function codeOfServerError(answer: Answer): ErrorCode {
  if (answer.status === 503 && answer.headers.has('retry-after')) return 'vendor_busy'
  // llama.cpp and Ollama answer 500 to a text that is too long, every time.
  return answer.status === 500 && isTooLong(answer) ? 'vendor_refused' : 'vendor_unavailable'
}

function isTooLong({ status, codes, words }: Answer): boolean {
  return status === 413 || codes.some((code) => TOO_LONG_CODES.has(code)) || TOO_LONG.test(words)
}

function namedIn({ param, words }: Answer, parameters: readonly string[]): string[] {
  return parameters.filter((name) => param === name || words.includes(name))
}
