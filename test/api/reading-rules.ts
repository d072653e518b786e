import { MARK } from './tenancy-world.ts'

/** The walk's rules for questions: about ann, in the scope `work`. */

const question = { q: 'lake', user_id: 'ann', scope: 'work' }
const EMPTY = { foreign: 200, user: 200, scoped: 200 }

export const READING_RULES = {
  'get /v1/recall': {
    role: 'reader' as const,
    ask: () => ({ path: `/v1/recall?${new URLSearchParams(question).toString()}` }),
    outside: EMPTY,
    shows: MARK,
  },
  'post /v1/recall': {
    role: 'reader' as const,
    ask: () => ({ path: '/v1/recall', body: question }),
    outside: EMPTY,
    shows: MARK,
  },
  'post /v1/context': {
    role: 'reader' as const,
    ask: () => ({ path: '/v1/context', body: question }),
    outside: EMPTY,
    shows: MARK,
  },
  'get /memory/recall': {
    role: 'reader' as const,
    ask: () => ({ path: '/memory/recall?q=lake&user_id=ann' }),
    outside: EMPTY,
    shows: MARK,
  },
  'get /mcp/resources': {
    role: 'reader' as const,
    ask: () => ({ path: '/mcp/resources' }),
    outside: EMPTY,
    shows: `${MARK}-user`,
  },
  'get /mcp/resources/read': {
    role: 'reader' as const,
    ask: () => ({
      path: `/mcp/resources/read?uri=${encodeURIComponent('memoir://users/ann/memories/recent')}`,
    }),
    outside: { foreign: 404, user: 404, scoped: 200 },
    shows: MARK,
  },
  'post /mcp/tool/call': {
    role: 'reader' as const,
    ask: () => ({
      path: '/mcp/tool/call',
      body: { name: 'recall_memory', arguments: { query_summary: 'lake', user_id: 'ann' } },
    }),
    outside: EMPTY,
    shows: MARK,
  },
}
