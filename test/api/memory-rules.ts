import type { World } from './tenancy-world.ts'
import { MARK } from './tenancy-world.ts'

/** The walk's rules for memories: ann's, in the scope `work`. */

const reads = (path: string) => ({
  role: 'reader' as const,
  ask: ({ memory }: World) => ({ path: `/v1/memories/${memory}${path}` }),
  outside: { foreign: 404, user: 404, scoped: 404 },
  shows: MARK,
})
const writes = (method: string, path = '', body?: unknown) => ({
  role: 'service' as const,
  ask: ({ memory }: World) => ({
    path: `/v1/memories/${memory}${path}`,
    method,
    ...(body === undefined ? {} : { body }),
  }),
  outside: { foreign: 404, user: 404, scoped: 404 },
})
const stores = (path: string, body: object) => ({
  role: 'service' as const,
  ask: () => ({ path, body: { user_id: 'ann', ...body } }),
  // In another namespace ann is somebody else.
  outside: { foreign: 202, user: 404, scoped: 404 },
})

const memory = { content: 'We hiked to the lake.', scope: 'work' }

/** Counts only, so that the walk's memory stays. */
const forgets = (path: string) => ({
  role: 'service' as const,
  ask: ({ memory: id }: World) => ({ path, body: { id, dry_run: true } }),
  outside: { foreign: 404, user: 404, scoped: 404 },
})

const nobody = { foreign: 404, user: 404, scoped: 404 }
const empty = { foreign: 200, user: 200, scoped: 200 }
const finds = (path: string, outside: typeof nobody, shows: string) => ({
  role: 'reader' as const,
  ask: () => ({ path }),
  outside,
  shows,
})

export const MEMORY_RULES = {
  'get /v1/users': finds('/v1/users', empty, `${MARK}-user`),
  'get /v1/users/{user_id}': finds(`/v1/users/${MARK}-user`, nobody, `${MARK}-user`),
  'get /v1/ids': finds(`/v1/ids?of=session&prefix=${MARK.slice(0, 6)}`, empty, MARK),
  'delete /v1/users/{user_id}': {
    role: 'service' as const,
    ask: () => ({ path: '/v1/users/nobody-of-this-name', method: 'DELETE' }),
    outside: { foreign: 404, user: 404, scoped: 404 },
  },
  'get /v1/users/{user_id}/export': {
    role: 'service' as const,
    ask: () => ({ path: '/v1/users/ann/export' }),
    // Whoever is named so in other namespaces and scopes is told about those alone.
    outside: { foreign: 200, user: 404, scoped: 200 },
  },
  'get /v1/erasures/{id}': {
    role: 'service' as const,
    ask: ({ job }: World) => ({ path: `/v1/erasures/${job}` }),
    outside: { foreign: 404, user: 404, scoped: 404 },
  },
  'post /v1/forget': forgets('/v1/forget'),
  'post /memory/forget': forgets('/memory/forget'),
  'post /v1/memories': stores('/v1/memories', memory),
  'post /v1/memories/batch': stores('/v1/memories/batch', { memories: [memory] }),
  'post /v1/notes': stores('/v1/notes', memory),
  'get /v1/notes/{id}/connections': {
    role: 'reader' as const,
    ask: ({ memory: id }: World) => ({ path: `/v1/notes/${id}/connections` }),
    outside: { foreign: 404, user: 404, scoped: 404 },
  },
  'get /v1/graph': {
    role: 'reader' as const,
    ask: () => ({ path: '/v1/graph?user_id=ann&scope=work' }),
    outside: { foreign: 200, user: 200, scoped: 200 },
    shows: MARK,
  },
  'get /v1/memories': {
    role: 'reader' as const,
    ask: () => ({ path: '/v1/memories?user_id=ann&scope=work' }),
    outside: { foreign: 200, user: 200, scoped: 200 },
    shows: MARK,
  },
  'get /v1/memories/{id}': reads(''),
  'get /v1/memories/{id}/history': reads('/history'),
  'patch /v1/memories/{id}': writes('PATCH', '', { tags: ['lake'] }),
  'delete /v1/memories/{id}': writes('DELETE'),
  'post /v1/memories/{id}/restore': writes('POST', '/restore'),
}
