import { MemoirApiError, MemoirConnectionError, notMemoir, refusalOf } from './error.ts'

/** Requests and answers over `fetch`: whatever runs JavaScript has it. */

export type Fetch = (request: Request) => Response | Promise<Response>

export interface TransportOptions {
  /** Where Memoir is, such as `https://memoir.example.com`. */
  readonly baseUrl: string
  readonly apiKey?: string
  /** The namespace to work in, with an administrator's key. */
  readonly namespace?: string
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs?: number
  /** How many further tries a request gets that can safely be made again. */
  readonly retries?: number
  readonly fetch?: Fetch
}

export interface RequestOptions {
  /** Ends the request and its further tries. */
  readonly signal?: AbortSignal
}

export interface WriteOptions extends RequestOptions {
  /** The same key and body again within 24 hours do the work once; made up unless given. */
  readonly idempotencyKey?: string
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Ask extends RequestOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Whether a second try does no harm: reads, and writes that carry a key or say how things are to be. */
  readonly repeatable?: boolean
}

export interface Transport {
  /**
   * The parsed body of an answer of success, undefined when it has none; its shape is what the API's document says.
   * @throws MemoirApiError, MemoirConnectionError, or the reason of the signal
   */
  ask<Answer>(ask: Ask): Promise<Answer>
  /** The answer itself, for streams; never tried again here. */
  open(ask: Ask): Promise<Response>
}

/** A signal that may be missing, as an option that may be absent. */
export const on = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

/** Longer than anything the API answers takes, bar what is waited for on purpose. */
const TIMEOUT_MS = 30_000
const RETRIES = 2

export function createTransport(options: TransportOptions): Transport {
  const { retries = RETRIES } = options
  requireHttp(options.baseUrl)
  return {
    open: async (ask) => {
      return await attempt(options, ask, async (response) => {
        if (!response.ok) await answered(response, nameOf(ask))
        return response
      })
    },
    async ask<Answer>(ask: Ask) {
      const { method, repeatable = method !== 'POST', signal } = ask
      for (let failed = 0; ; failed += 1) {
        try {
          return (await attempt(
            options,
            ask,
            async (response) => await answered(response, nameOf(ask)),
          )) as Answer
        } catch (error) {
          const again = repeatable && failed < retries && isPassing(error)
          if (!again || signal?.aborted === true) throw error
          await pause(pauseMs(error, failed), signal)
        }
      }
    },
  }
}

/** `localhost:8080` is an address to a person and an unknown scheme to `fetch`, which would only say that it failed. */
function requireHttp(baseUrl: string): void {
  if (/^https?:\/\//.test(baseUrl) && URL.canParse(baseUrl)) return
  throw new TypeError('baseUrl: must be an http or https address, such as http://127.0.0.1:8080')
}

const nameOf = ({ method, path }: Ask) => `${method} ${path}`

/** The parsed body of an answer of success. @throws MemoirApiError */
async function answered(response: Response, asked: string): Promise<unknown> {
  const text = await response.text()
  const body = parsed(text)
  if (!response.ok) throw refusalOf(response, body, asked)
  if (body === undefined && text !== '') throw notMemoir(response, asked)
  return body
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One try: sends, and reads as far as `read` goes, all within the time. */
async function attempt<Answer>(
  {
    baseUrl,
    apiKey,
    namespace,
    timeoutMs = TIMEOUT_MS,
    fetch = globalThis.fetch,
  }: TransportOptions,
  { method, path, query = {}, body, headers = {}, signal }: Ask,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  signal?.throwIfAborted()
  const target = new URL(baseUrl.replace(/\/$/, '') + path)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, String(value))
  }
  const limit = startLimit(timeoutMs, signal)
  const request = new Request(target, {
    method,
    redirect: 'error',
    signal: limit.signal,
    headers: given({
      accept: 'application/json',
      'content-type': body === undefined ? undefined : 'application/json',
      authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}`,
      'memoir-namespace': namespace,
      ...headers,
    }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  try {
    return await read(await fetch(request))
  } catch (error) {
    if (error instanceof MemoirApiError) throw error
    signal?.throwIfAborted()
    throw unanswered(error, target.origin, limit.isOver() ? timeoutMs : undefined)
  } finally {
    limit.stop()
  }
}

const given = (headers: Readonly<Record<string, string | undefined>>) =>
  Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined)

/** Unlike `AbortSignal.timeout` it lets go of the request as soon as that is answered: large bodies would pile up. */
function startLimit(timeoutMs: number, signal: AbortSignal | undefined) {
  const controller = new AbortController()
  let over = false
  const timer = setTimeout(() => {
    over = true
    controller.abort()
  }, timeoutMs)
  return {
    // A stream is still to be ended by its caller when the time no longer counts.
    signal: signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]),
    isOver: () => over,
    stop: () => clearTimeout(timer),
  }
}

function unanswered(cause: unknown, origin: string, afterMs: number | undefined) {
  const message =
    afterMs === undefined
      ? `Nothing answers at ${origin}.`
      : `${origin} did not answer within ${afterMs / 1000} seconds.`
  return new MemoirConnectionError(message, { timedOut: afterMs !== undefined, cause })
}

/** What another try may find gone: the other side was away, busy, or still at work on the same request. */
const PASSING_STATUS = new Set([429, 502, 503, 504])

function isPassing(error: unknown): boolean {
  if (error instanceof MemoirConnectionError) return true
  if (!(error instanceof MemoirApiError)) return false
  return PASSING_STATUS.has(error.status) || error.code === 'in_progress'
}

const FIRST_PAUSE_MS = 250
/** Who asks for a longer wait is told to the caller instead. */
const MAX_PAUSE_MS = 10_000

function pauseMs(error: unknown, failed: number): number {
  const asked = error instanceof MemoirApiError ? error.retryAfterMs : undefined
  const doubled = FIRST_PAUSE_MS * 2 ** failed
  // Many clients that failed together come back apart.
  return Math.min(asked ?? doubled * (0.5 + Math.random() / 2), MAX_PAUSE_MS)
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms)
    function done() {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    function abort() {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
