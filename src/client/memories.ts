import type { AcceptedMemories, Filter, Memory, MemoryDetail, Operations } from './api-types.ts'
import { everyItem, type Page, type PageQuery } from './pages.ts'
import { on, type RequestOptions, type Transport, type WriteOptions } from './transport.ts'
import { keyed } from './work.ts'

export type MemoryWrite = Operations['storeMemory']['body']
export type MemoryChange = Operations['changeMemory']['body']

export interface MemoryFilter extends PageQuery {
  readonly user_id?: string
  readonly scope?: readonly string[]
  readonly kinds?: readonly Memory['kind'][]
  readonly tags?: readonly string[]
  readonly state?: readonly string[]
  readonly session_id?: string
  /** Only memories whose metadata holds all of this. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly filter?: Filter
  readonly from?: string
  readonly to?: string
  /** The latest first: by when they became `known`, or by when it `occurred`. */
  readonly order?: 'known' | 'occurred'
}

export interface MatchOptions extends WriteOptions {
  /** Refused with `precondition_failed` when the memory has another revision by now. */
  readonly revision?: number
}

export interface RemoveOptions extends MatchOptions {
  /** For good, instead of restorable for 30 days. */
  readonly hard?: boolean
}

/** Memories that are written one by one. Writes answer their job: `jobs.wait(job)` waits until every store has it. */
export function createMemories(transport: Transport) {
  const path = (id: string, rest = '') => `/v1/memories/${encodeURIComponent(id)}${rest}`

  async function list({ signal, ...filter }: MemoryFilter = {}): Promise<Page<Memory>> {
    return await transport.ask<Operations['listMemories']['answer']>({
      method: 'GET',
      path: '/v1/memories',
      query: queryOf(filter),
      ...on(signal),
    })
  }

  return {
    add: async (body: MemoryWrite, options: WriteOptions = {}): Promise<AcceptedMemories> =>
      await transport.ask<AcceptedMemories>({ ...keyed(options), path: '/v1/memories', body }),
    /** Up to 500 of one user, as one job. */
    addAll: async (
      body: Operations['storeMemories']['body'],
      options: WriteOptions = {},
    ): Promise<AcceptedMemories> =>
      await transport.ask<AcceptedMemories>({
        ...keyed(options),
        path: '/v1/memories/batch',
        body,
      }),
    list,
    /** Every memory of a user, the latest first, page by page. */
    all: (filter: MemoryFilter = {}) =>
      everyItem(
        async (cursor) => await list({ ...filter, ...(cursor === undefined ? {} : { cursor }) }),
      ),
    /** With what it was derived from, and the words that a fact rests on. */
    get: async (id: string, { signal }: RequestOptions = {}) =>
      await transport.ask<MemoryDetail>({ method: 'GET', path: path(id), ...on(signal) }),
    /** What it is and was, the newest first. */
    history: async (id: string, { signal, ...query }: PageQuery = {}) =>
      await transport.ask<Operations['listMemoryRevisions']['answer']>({
        method: 'GET',
        path: path(id, '/history'),
        query,
        ...on(signal),
      }),
    ...changes(transport, path),
  }
}

/** A filter as parameters: lists joined by commas, objects as JSON. */
function queryOf({
  scope,
  kinds,
  tags,
  state,
  metadata,
  filter,
  ...rest
}: Omit<MemoryFilter, 'signal'>) {
  const joined = { scope, kinds, tags, state }
  const lists = Object.fromEntries(
    Object.entries(joined).map(([name, items]) => [name, items?.join(',')]),
  )
  const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value))
  return { ...rest, ...lists, metadata: json(metadata), filter: json(filter) }
}

function changes(transport: Transport, path: (id: string, rest?: string) => string) {
  return {
    update: async (id: string, body: MemoryChange, options: MatchOptions = {}) =>
      await transport.ask<AcceptedMemories>({
        ...matching(options),
        method: 'PATCH',
        path: path(id),
        body,
      }),
    /** Out of sight at once. */
    remove: async (id: string, { hard, ...options }: RemoveOptions = {}) =>
      await transport.ask<AcceptedMemories>({
        ...matching(options),
        method: 'DELETE',
        path: path(id),
        query: { hard },
      }),
    /** Brings back what was deleted or superseded. */
    restore: async (id: string, options: WriteOptions = {}) =>
      await transport.ask<AcceptedMemories>({ ...keyed(options), path: path(id, '/restore') }),
  }
}

function matching({ revision, ...options }: MatchOptions) {
  const { headers, ...rest } = keyed(options)
  const match = revision === undefined ? undefined : `"${revision}"`
  return { ...rest, headers: { ...headers, 'if-match': match } }
}
