import type { Accepted, Consolidation, Operations } from './api-types.ts'
import { on, type RequestOptions, type Transport, type WriteOptions } from './transport.ts'
import { keyed } from './work.ts'

export type ConsolidationRequest = Operations['startConsolidation']['body']

/** Looking days of users through again, and taking that back. */
export function createConsolidations(transport: Transport) {
  const path = (id: string, rest = '') => `/v1/consolidations/${encodeURIComponent(id)}${rest}`
  return {
    /** The same day with nothing new in it asks no model and changes nothing. */
    start: async (body: ConsolidationRequest = {}, options: WriteOptions = {}): Promise<Accepted> =>
      await transport.ask<Accepted>({ ...keyed(options), path: '/v1/consolidations', body }),
    /** What it planned, and what it did. */
    get: async (id: string, { signal }: RequestOptions = {}) =>
      await transport.ask<Consolidation>({ method: 'GET', path: path(id), ...on(signal) }),
    /** For 30 days, where rows are as the run left them; the same twice is once. */
    undo: async (id: string, { signal }: RequestOptions = {}) =>
      await transport.ask<Consolidation>({
        method: 'POST',
        path: path(id, '/undo'),
        repeatable: true,
        ...on(signal),
      }),
  }
}
