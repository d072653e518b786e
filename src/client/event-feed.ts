import type { MemoryEvent, Operations } from './api-types.ts'
import { eventsOf } from './events.ts'
import { everyItem, type Page, type PageQuery } from './pages.ts'
import { isFinal, MAX_BREAKS, pauseAfterBreak } from './watch-job.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export type EventType = MemoryEvent['type']

export interface EventQuery extends PageQuery {
  readonly types?: readonly EventType[]
}

export interface FollowOptions extends RequestOptions {
  readonly types?: readonly EventType[]
  /** `cursor` of the last event that was worked on; from the oldest that is kept when it is left out. */
  readonly cursor?: string
}

/** What happened to memories, users, narratives and jobs, oldest first. */
export function createEvents(transport: Transport) {
  async function list({ signal, types, ...rest }: EventQuery = {}): Promise<Page<MemoryEvent>> {
    const query = { ...rest, types: types?.join(',') }
    const ask = { method: 'GET', path: '/v1/events', query, ...on(signal) } as const
    return await transport.ask<Operations['listEvents']['answer']>(ask)
  }

  async function* stream(cursor: string | undefined, { signal, types }: FollowOptions) {
    const headers = { accept: 'text/event-stream' }
    const query = { cursor, types: types?.join(',') }
    const ask = { method: 'GET', path: '/v1/events', query, headers, ...on(signal) } as const
    const { body } = await transport.open(ask)
    if (body === null) return
    for await (const { data } of eventsOf(body)) {
      const event: MemoryEvent = JSON.parse(data)
      yield event
    }
  }

  return {
    list,
    /** Every event that is kept, page by page. */
    all: (query: EventQuery = {}) =>
      everyItem(
        async (cursor) => await list({ ...query, ...(cursor === undefined ? {} : { cursor }) }),
      ),
    /** Every event and those to come, until the signal ends it. A stream that breaks off is taken up again where it was. */
    async *follow(options: FollowOptions = {}): AsyncGenerator<MemoryEvent, void, undefined> {
      const { signal } = options
      let { cursor } = options
      for (let breaks = 0; ; breaks += 1) {
        if (breaks > 0) await pauseAfterBreak(signal)
        try {
          for await (const event of stream(cursor, options)) {
            cursor = event.cursor
            breaks = 0
            yield event
          }
        } catch (error) {
          signal?.throwIfAborted()
          if (breaks >= MAX_BREAKS || isFinal(error)) throw error
        }
      }
    },
  }
}
