import type { z } from 'zod'
import { MemoirApiError, MemoirConnectionError } from '../client/error.ts'
import {
  createTransport,
  type Ask,
  type Fetch,
  type Query,
  type TransportOptions,
} from '../client/transport.ts'
import { isErrorCode, MemoirError } from '../errors.ts'

/** Asking the API: what is answered is checked, what fails is one of Memoir's own errors. */

export interface ClientOptions {
  /** Where the API is; in-process it only names the host of requests. */
  readonly url: string
  readonly key: string | undefined
  readonly namespace: string | undefined
  readonly fetch?: Fetch
}

interface AskOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly prefer?: string
}

export type AskFor = ReturnType<typeof createAsk>

export const transportOf = ({ url, key, namespace, fetch }: ClientOptions): TransportOptions => ({
  baseUrl: url,
  ...(key === undefined ? {} : { apiKey: key }),
  ...(namespace === undefined ? {} : { namespace }),
  ...(fetch === undefined ? {} : { fetch }),
  // A person who waits wants to hear at once that nothing answers.
  retries: 0,
})

/** The same requests that any application makes; what is answered is checked before it is shown. */
export function createAsk(options: ClientOptions) {
  const transport = createTransport(transportOf(options))
  return async <Answer extends z.ZodType>(
    answer: Answer,
    method: Ask['method'],
    path: string,
    { query = {}, body, idempotencyKey, prefer }: AskOptions = {},
  ): Promise<z.infer<Answer>> => {
    const headers = { 'idempotency-key': idempotencyKey, prefer }
    try {
      return read(answer, await transport.ask({ method, path, query, body, headers }))
    } catch (error) {
      throw told(error)
    }
  }
}

function read<Answer extends z.ZodType>(answer: Answer, body: unknown): z.infer<Answer> {
  const parsed = answer.safeParse(body)
  if (parsed.success) return parsed.data
  throw new MemoirError('internal', 'The answer is not one of this version of Memoir.', {
    cause: parsed.error,
    details: { next: 'Check that the address is that of a Memoir of the same version.' },
  })
}

/** An error of the client as one of Memoir's own, with what to do about it. */
export function told(error: unknown): unknown {
  if (error instanceof MemoirConnectionError) {
    return new MemoirError('store_unavailable', error.message, {
      cause: error,
      details: {
        next: 'Check the address (memoir login shows it), or start Memoir with: memoir up',
      },
    })
  }
  if (!(error instanceof MemoirApiError)) return error
  const { code, message, details, retryAfterMs } = error
  if (code === 'unknown') {
    return new MemoirError('internal', message, {
      details: { next: 'Check that the address is that of Memoir itself.' },
    })
  }
  const known = isErrorCode(code) ? code : 'internal'
  return new MemoirError(known, message, {
    ...(details === undefined ? {} : { details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}
