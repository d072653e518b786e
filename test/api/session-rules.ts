import { MARK } from './tenancy-world.ts'

/** Rules of the walk for sessions: ann of `acme` has one, of id `lake` in the collection `chats`. */

const seen = { foreign: 200, user: 200, scoped: 200 } as const
const unseen = { foreign: 404, user: 404, scoped: 404 } as const
const post = { session_id: 'lake', user_id: 'ann' }
const chats = (path: string) => `/api/memory/chats/${path}`

const narrated = { shows: 'a narrative of ann' } as const

export const SESSION_RULES = {
  'get /v1/narratives/{user_id}': {
    role: 'reader',
    ask: () => ({ path: '/v1/narratives/ann' }),
    outside: { foreign: 404, user: 404, scoped: 403 },
    ...narrated,
  },
  'get /v1/narratives/{user_id}/versions': {
    role: 'reader',
    ask: () => ({ path: '/v1/narratives/ann/versions' }),
    outside: { foreign: 200, user: 404, scoped: 403 },
    shows: 'an earlier narrative of ann',
  },
  'post /v1/narratives/{user_id}/regenerate': {
    role: 'service',
    ask: () => ({ path: '/v1/narratives/ann/regenerate', method: 'POST' }),
    outside: { foreign: 404, user: 404, scoped: 403 },
  },
  'get /api/v1/memories/narrative': {
    role: 'reader',
    ask: () => ({ path: '/api/v1/memories/narrative?user_id=ann' }),
    outside: { foreign: 204, user: 204, scoped: 403 },
    ...narrated,
  },
  'post /v1/sessions': {
    role: 'service',
    ask: () => ({ path: '/v1/sessions', body: { ...post, transcript: 'User: hi' } }),
    outside: { foreign: 202, user: 404, scoped: 403 },
  },
  'get /v1/sessions': {
    role: 'reader',
    ask: () => ({ path: '/v1/sessions?user_id=ann' }),
    outside: seen,
    shows: `"session_id":"${MARK}"`,
  },
  'get /v1/sessions/{session_id}': {
    role: 'reader',
    ask: () => ({ path: `/v1/sessions/${MARK}` }),
    outside: unseen,
    shows: 'what was posted',
  },
  'post /api/memory/{vectorstore}/store_raw': {
    role: 'service',
    ask: () => ({
      path: chats('store_raw'),
      body: { session_data: 'User: hi', metadata: { user_id: 'ann' } },
    }),
    outside: { foreign: 202, user: 404, scoped: 403 },
  },
  'get /api/memory/{vectorstore}/processing_status': {
    role: 'reader',
    ask: () => ({ path: chats('processing_status') }),
    outside: seen,
    shows: '"processed_today":1',
  },
  'get /api/memory/{vectorstore}/hierarchy': {
    role: 'reader',
    ask: () => ({ path: chats('hierarchy') }),
    outside: seen,
    shows: 'what was posted',
  },
  'get /api/memory/{vectorstore}/session/{session_id}': {
    role: 'reader',
    ask: () => ({ path: chats(`session/${MARK}`) }),
    outside: unseen,
    shows: 'what was posted',
  },
  'get /api/memory/{vectorstore}/stats': {
    role: 'reader',
    ask: () => ({ path: chats('stats') }),
    outside: seen,
    shows: '"discrete":1',
  },
  'post /api/memory/{vectorstore}/cleanup': {
    role: 'service',
    ask: () => ({ path: chats('cleanup?retention_days=0'), method: 'POST' }),
    outside: { foreign: 200, user: 200, scoped: 403 },
  },
} as const
