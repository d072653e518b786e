import { setTimeout as sleep } from 'node:timers/promises'

/** Requests as a patient client makes them: asked again, under the same key, until the answer is one that stays. */

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly key?: string
}

export interface Client {
  /** @returns undefined when there was no answer that stays until the client gave up */
  ask(request: Request): Promise<Answer | undefined>
  /** One try. @returns undefined without an answer, or with one that says to come again */
  tryOnce(request: Request): Promise<Answer | undefined>
}

const ANSWER_MS = 10_000
const AGAIN_MS = 500
/** Longer than an idempotency key of a process that died is held. */
const GIVE_UP_MS = 300_000

export function openClient(api: string): Client {
  const tryOnce: Client['tryOnce'] = async ({ method, path, body, key }) => {
    try {
      const answer = await fetch(`${api}${path}`, {
        method,
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      const parsed: unknown = text === '' ? {} : JSON.parse(text)
      if (comesAgain(answer.status, parsed)) return undefined
      return { status: answer.status, body: isRecord(parsed) ? parsed : { value: parsed } }
    } catch {
      return undefined
    }
  }
  return {
    tryOnce,
    async ask(request) {
      const until = Date.now() + GIVE_UP_MS
      for (;;) {
        const answer = await tryOnce(request)
        if (answer !== undefined || Date.now() > until) return answer
        await sleep(AGAIN_MS)
      }
    },
  }
}

const comesAgain = (status: number, body: unknown): boolean =>
  status >= 500 ||
  status === 429 ||
  (status === 409 && JSON.stringify(body).includes('in_progress'))

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
