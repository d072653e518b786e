import type { Delivery, NewWebhook, Operations, Webhook } from './api-types.ts'
import { everyItem, type Page, type PageQuery } from './pages.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export interface DeliveryQuery extends PageQuery {
  readonly state?: Delivery['state']
}

/** Addresses that events are sent to. */
export function createWebhooks(transport: Transport) {
  const base = '/v1/webhooks'
  const path = (id: string, rest = '') => `${base}/${encodeURIComponent(id)}${rest}`

  async function list({ signal, ...query }: PageQuery = {}): Promise<Page<Webhook>> {
    const ask = { method: 'GET', path: base, query, ...on(signal) } as const
    return await transport.ask<Operations['listWebhooks']['answer']>(ask)
  }

  async function deliveries(
    id: string,
    { signal, ...query }: DeliveryQuery = {},
  ): Promise<Page<Delivery>> {
    const ask = { method: 'GET', path: path(id, '/deliveries'), query, ...on(signal) } as const
    return await transport.ask<Operations['listDeliveries']['answer']>(ask)
  }

  return {
    list,
    /** Every webhook, newest first, page by page. */
    all: (query: PageQuery = {}) =>
      everyItem(
        async (cursor) => await list({ ...query, ...(cursor === undefined ? {} : { cursor }) }),
      ),
    /** Sends events from now on; the secret is in this answer and nowhere else, so it is not asked for twice. */
    create: async (
      body: Omit<Operations['createWebhook']['body'], 'include_content'> & {
        readonly include_content?: boolean
      },
      { signal }: RequestOptions = {},
    ) => await transport.ask<NewWebhook>({ method: 'POST', path: base, body, ...on(signal) }),
    /** With all its deliveries. */
    remove: async (id: string, { signal }: RequestOptions = {}): Promise<void> =>
      await transport.ask({ method: 'DELETE', path: path(id), ...on(signal) }),
    /** What came of each event, the latest first. */
    deliveries,
    /** Tries again what is parked; with a cursor everything after it is delivered again, and what is parked before is given up. */
    replay: async (
      id: string,
      body: Operations['replayWebhook']['body'] = {},
      { signal }: RequestOptions = {},
    ) =>
      await transport.ask<Webhook>({
        method: 'POST',
        path: path(id, '/replay'),
        body,
        // Asked twice it delivers more than once, which receivers of webhooks know by the ids.
        repeatable: true,
        ...on(signal),
      }),
  }
}
