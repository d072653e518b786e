import type { Accepted, Operations, Status, SyncState } from './api-types.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export type SyncRequest = Operations['startSync']['body']

/** Whether the stores agree, and making them. */
export function createSync(transport: Transport) {
  const path = '/v1/sync'
  return {
    /** How far they agree, and what the latest comparisons found. */
    get: async ({ signal }: RequestOptions = {}) =>
      await transport.ask<SyncState>({ method: 'GET', path, ...on(signal) }),
    /** Compares the graph with the record, and mends it when asked to; the same while one is under way joins it. */
    start: async (body: SyncRequest = {}, { signal }: RequestOptions = {}) =>
      await transport.ask<Accepted>({
        method: 'POST',
        path,
        body,
        repeatable: true,
        ...on(signal),
      }),
  }
}

/** Whether the stores and the other parts answer. */
export const createStatus =
  (transport: Transport) =>
  async ({ signal }: RequestOptions = {}) =>
    await transport.ask<Status>({ method: 'GET', path: '/v1/status', ...on(signal) })
