import type { IncomingMessage } from 'node:http'
import type { DeliveryError } from '../domain/webhook.ts'
import { MemoirError } from '../errors.ts'
import { createGuardedRequest } from '../providers/provider-guard.ts'
import { VERSION } from '../version.ts'
import { signatureOf, type Signed } from './signature.ts'

/** One try of a delivery. Only the status of the answer counts: 2xx says that it arrived. */

export type Outcome =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false
      readonly status: number | null
      readonly error: DeliveryError
      /** What the endpoint asked for; 0 when it asked for nothing. */
      readonly retryAfterMs: number
    }

export interface Send extends Omit<Signed, 'timestamp'> {
  readonly url: string
  /** Ends the try without an outcome. */
  readonly signal: AbortSignal
}

export interface SenderOptions {
  readonly allowPrivate: boolean
  readonly timeoutMs: number
}

/** @throws the reason of the signal when that was aborted */
export type Sender = (send: Send) => Promise<Outcome>

/** An endpoint that asks for more is asked at least once an hour. */
const MAX_RETRY_AFTER_MS = 3_600_000

export function createSender({ allowPrivate, timeoutMs }: SenderOptions): Sender {
  const request = createGuardedRequest({ allowPrivate })
  return async ({ url, signal, ...message }) => {
    const late = AbortSignal.timeout(timeoutMs)
    const timestamp = Math.floor(Date.now() / 1000)
    try {
      const answer = await request(new URL(url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': `Memoir/${VERSION}`,
          'webhook-id': message.id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf({ ...message, timestamp }),
        },
        body: message.body,
        signal: AbortSignal.any([signal, late]),
      })
      drain(answer)
      return outcomeOf(answer)
    } catch (error) {
      signal.throwIfAborted()
      const refused = error instanceof MemoirError && error.code === 'configuration_invalid'
      const why = refused ? 'address_refused' : late.aborted ? 'timeout' : 'unreachable'
      return { ok: false, status: null, error: why, retryAfterMs: 0 }
    }
  }
}

/** What an endpoint says beside its status; a longer answer is not waited for. */
const MAX_ANSWER_BYTES = 64 * 1024

/** Read to its end so that the connection is used again, and kept nowhere. The try's own signal ends one that has no end. */
function drain(answer: IncomingMessage): void {
  let bytes = 0
  answer.on('error', () => undefined)
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) answer.destroy()
  })
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  if (status >= 200 && status < 300) return { ok: true, status }
  const error = status === 410 ? 'gone' : status >= 300 && status < 400 ? 'redirect' : 'status'
  const seconds = /^\d{1,9}$/.test(headers['retry-after'] ?? '')
    ? Number(headers['retry-after'])
    : 0
  return { ok: false, status, error, retryAfterMs: Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) }
}
