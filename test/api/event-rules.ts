import { MARK } from './tenancy-world.ts'

/** The walk's rules for events and webhooks. */
export const EVENT_RULES = {
  'get /v1/events': {
    role: 'reader' as const,
    ask: () => ({ path: '/v1/events?limit=200' }),
    outside: { foreign: 200, user: 200, scoped: 200 },
    shows: `${MARK}-user`,
  },
}
