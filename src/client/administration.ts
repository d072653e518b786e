import type { Accepted, Key, NewKey, Operations, Schedule, User } from './api-types.ts'
import { everyItem, type Page, type PageQuery } from './pages.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

/** Users, schedules and keys. */

export function createUsers(transport: Transport) {
  async function list({ signal, ...query }: PageQuery = {}): Promise<Page<User>> {
    const ask = { method: 'GET', path: '/v1/users', query, ...on(signal) } as const
    return await transport.ask<Operations['listUsers']['answer']>(ask)
  }
  return {
    list,
    get: async (id: string, { signal }: RequestOptions = {}) =>
      await transport.ask<User>({
        method: 'GET',
        path: `/v1/users/${encodeURIComponent(id)}`,
        ...on(signal),
      }),
    /** Every user, by id, page by page. */
    all: (options: PageQuery = {}) =>
      everyItem(async (cursor) => await list(next(options, cursor))),
  }
}

export function createSchedules(transport: Transport) {
  const path = (id: string, rest = '') => `/v1/schedules/${encodeURIComponent(id)}${rest}`
  return {
    list: async ({ signal }: RequestOptions = {}) =>
      await transport.ask<Operations['listSchedules']['answer']>({
        method: 'GET',
        path: '/v1/schedules',
        ...on(signal),
      }),
    change: async (
      id: string,
      body: Operations['changeSchedule']['body'],
      { signal }: RequestOptions = {},
    ) => await transport.ask<Schedule>({ method: 'PATCH', path: path(id), body, ...on(signal) }),
    /** Removes it; workers do not make it again. */
    remove: async (id: string, { signal }: RequestOptions = {}): Promise<void> =>
      await transport.ask({ method: 'DELETE', path: path(id), ...on(signal) }),
    /** Runs it once now, paused or not. While a run is unfinished it is joined, so trying again does no harm. */
    trigger: async (id: string, { signal }: RequestOptions = {}) =>
      await transport.ask<Accepted>({
        method: 'POST',
        path: path(id, '/trigger'),
        repeatable: true,
        ...on(signal),
      }),
    /** Runs the times between two moments again, one after the other. */
    backfill: async (
      id: string,
      body: Operations['backfillSchedule']['body'],
      { signal }: RequestOptions = {},
    ) =>
      await transport.ask<Operations['backfillSchedule']['answer']>({
        method: 'POST',
        path: path(id, '/backfill'),
        body,
        ...on(signal),
      }),
  }
}

export function createKeys(transport: Transport) {
  const path = '/v1/keys'
  async function list({ signal, ...query }: PageQuery = {}): Promise<Page<Key>> {
    const ask = { method: 'GET', path, query, ...on(signal) } as const
    return await transport.ask<Operations['listKeys']['answer']>(ask)
  }
  return {
    list,
    all: (options: PageQuery = {}) =>
      everyItem(async (cursor) => await list(next(options, cursor))),
    /** What the key of this client may do. */
    current: async ({ signal }: RequestOptions = {}) =>
      await transport.ask<Operations['currentKey']['answer']>({
        method: 'GET',
        path: `${path}/current`,
        ...on(signal),
      }),
    /** Makes a key; its secret is in this answer and nowhere else, so it is not asked for twice. */
    create: async (body: Operations['createKey']['body'], { signal }: RequestOptions = {}) =>
      await transport.ask<NewKey>({ method: 'POST', path, body, ...on(signal) }),
    /** Ends a key at once. */
    revoke: async (id: string, { signal }: RequestOptions = {}): Promise<void> =>
      await transport.ask({
        method: 'DELETE',
        path: `${path}/${encodeURIComponent(id)}`,
        ...on(signal),
      }),
  }
}

const next = (options: PageQuery, cursor: string | undefined) => ({
  ...options,
  ...(cursor === undefined ? {} : { cursor }),
})
