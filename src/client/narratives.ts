import type { Accepted, Narrative, Operations } from './api-types.ts'
import type { PageQuery } from './pages.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export interface NarrativeOptions extends RequestOptions {
  /** True unless given. */
  readonly analysis?: boolean
}

/** Who a user is, in one text. */
export function createNarratives(transport: Transport) {
  const path = (userId: string, rest = '') => `/v1/narratives/${encodeURIComponent(userId)}${rest}`
  return {
    /**
     * As it stands now; one that is missing or stale has its generation started, and `state` says so. For a missing one an `analysis`
     * stands in, which takes some seconds; without it the answer comes at once.
     */
    get: async (userId: string, { analysis, signal }: NarrativeOptions = {}) =>
      await transport.ask<Narrative>({
        method: 'GET',
        path: path(userId),
        ...(analysis === undefined ? {} : { query: { analysis: analysis ? 'true' : 'false' } }),
        ...on(signal),
      }),
    /** Has it written anew; asking while that goes on is one further generation at most. */
    regenerate: async (userId: string, { signal }: RequestOptions = {}) =>
      await transport.ask<Accepted>({
        method: 'POST',
        path: path(userId, '/regenerate'),
        repeatable: true,
        ...on(signal),
      }),
    /** What it was before, the latest first. */
    versions: async (userId: string, { signal, ...query }: PageQuery = {}) =>
      await transport.ask<Operations['listNarrativeVersions']['answer']>({
        method: 'GET',
        path: path(userId, '/versions'),
        query,
        ...on(signal),
      }),
  }
}
