import { MARK, type World } from './tenancy-world.ts'

/** Ann's, of `acme`. */
const webhook = (path: string, method: string, body?: unknown) => ({
  role: 'service' as const,
  ask: ({ webhook: id }: World) => ({
    path: `/v1/webhooks/${id}${path}`,
    method,
    ...(body === undefined ? {} : { body }),
  }),
  outside: { foreign: 404, user: 404, scoped: 404 },
})

/** The walk's rules for events and webhooks. */
export const EVENT_RULES = {
  'get /v1/events': {
    role: 'reader' as const,
    ask: () => ({ path: '/v1/events?limit=200' }),
    outside: { foreign: 200, user: 200, scoped: 200 },
    shows: `${MARK}-user`,
  },
  'get /v1/webhooks': {
    role: 'service' as const,
    ask: () => ({ path: '/v1/webhooks' }),
    outside: { foreign: 200, user: 200, scoped: 200 },
  },
  'post /v1/webhooks': {
    role: 'service' as const,
    // Ann of `acme`; in another namespace ann is somebody else, who may have webhooks of their own.
    ask: () => ({ path: '/v1/webhooks', body: { url: 'https://example.com', user_id: 'ann' } }),
    outside: { foreign: 500, user: 404, scoped: 403 },
  },
  'delete /v1/webhooks/{id}': webhook('', 'DELETE'),
  'get /v1/webhooks/{id}/deliveries': webhook('/deliveries', 'GET'),
  'post /v1/webhooks/{id}/replay': webhook('/replay', 'POST', {}),
}
