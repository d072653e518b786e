import type { Operations, PostAccepted, Session } from './api-types.ts'
import type { PageQuery } from './pages.ts'
import { on, type RequestOptions, type Transport, type WriteOptions } from './transport.ts'
import { keyed } from './work.ts'

export type SessionPost = Operations['postSession']['body']

export interface SessionFilter extends PageQuery {
  readonly user_id?: string
  readonly collection?: string
  readonly session_id?: string
}

export interface SessionQuery extends RequestOptions {
  readonly user_id?: string
  readonly collection?: string
}

export function createSessions(transport: Transport) {
  return {
    /** Hands in a transcript; the same again is the same post, one that goes on has its new turns processed only. */
    store: async (body: SessionPost, options: WriteOptions = {}): Promise<PostAccepted> =>
      await transport.ask<PostAccepted>({ ...keyed(options), path: '/v1/sessions', body }),
    list: async ({ signal, ...query }: SessionFilter = {}) =>
      await transport.ask<Operations['listSessions']['answer']>({
        method: 'GET',
        path: '/v1/sessions',
        query: { ...query },
        ...on(signal),
      }),
    /** A session, its posts and what was made of them. */
    get: async (id: string, { signal, ...query }: SessionQuery = {}) =>
      await transport.ask<Session>({
        method: 'GET',
        path: `/v1/sessions/${encodeURIComponent(id)}`,
        query: { ...query },
        ...on(signal),
      }),
  }
}
