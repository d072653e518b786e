import type { Job } from './api-types.ts'
import { MemoirApiError, MemoirConnectionError } from './error.ts'
import { eventsOf } from './events.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

const ENDED: ReadonlySet<Job['state']> = new Set(['succeeded', 'failed', 'cancelled'])

/** How often in a row a stream may break off before anything came. */
export const MAX_BREAKS = 5
const BREAK_PAUSE_MS = 1_000

interface Heard {
  readonly id: string | undefined
  readonly job: Job
}

/** Follows a job over its events. */
export function createWatch(transport: Transport, path: (id: string, rest: string) => string) {
  async function* stream(id: string, after: string | undefined, signal: AbortSignal | undefined) {
    const headers = { accept: 'text/event-stream', 'last-event-id': after }
    const ask = { method: 'GET', path: path(id, '/events'), headers, ...on(signal) } as const
    const { body } = await transport.open(ask)
    if (body === null) return
    for await (const event of eventsOf(body)) {
      const heard: Heard = { id: event.id, job: JSON.parse(event.data) }
      yield heard
    }
  }

  return async function* watch(
    id: string,
    { signal }: RequestOptions = {},
  ): AsyncGenerator<Job, void, undefined> {
    let last: string | undefined
    let ended = false
    for (let breaks = 0; !ended; breaks += 1) {
      if (breaks > 0) await pauseAfterBreak(signal)
      try {
        for await (const heard of stream(id, last, signal)) {
          last = heard.id
          breaks = 0
          ended = ENDED.has(heard.job.state)
          yield heard.job
        }
      } catch (error) {
        signal?.throwIfAborted()
        if (breaks >= MAX_BREAKS || isFinal(error)) throw error
      }
    }
  }
}

/** Whether trying again cannot help. */
export function isFinal(error: unknown): boolean {
  if (error instanceof MemoirApiError) return error.status < 500
  // A body that breaks off is an error of the platform's own kind.
  return !(error instanceof MemoirConnectionError || error instanceof TypeError)
}

/** @throws the reason of the signal when that is aborted meanwhile */
export async function pauseAfterBreak(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, BREAK_PAUSE_MS)
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
  signal?.throwIfAborted()
}
