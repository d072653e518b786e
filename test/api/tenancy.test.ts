import { expect, test } from 'vitest'
import { describeApi } from '../../src/api/app.ts'
import { hasPostgres } from '../support/database.ts'
import { ADMIN_RULES } from './admin-rules.ts'
import { EVENT_RULES } from './event-rules.ts'
import { SESSION_RULES } from './session-rules.ts'
import { createApiFixture, importable, type Answer, type Send } from './api-fixture.ts'
import { MEMORY_RULES } from './memory-rules.ts'
import { READING_RULES } from './reading-rules.ts'
import { MARK, settle, type World } from './tenancy-world.ts'

/**
 * The walk: every operation of the OpenAPI document is called with each kind of key, and nothing that lies outside a key's reach
 * may be seen. An operation without a rule here fails the first test, so no route comes without one.
 */

type Needed = 'reader' | 'service' | 'admin'

interface Rule {
  readonly role: Needed | null
  /** Asks for what belongs to ann of `acme` in scope `work`, or to all of `acme`. */
  readonly ask: (world: World) => Send & { readonly path: string }
  /** What keys that reach none of it get: all statuses are those of things that do not exist. */
  readonly outside: { readonly foreign: number; readonly user: number; readonly scoped: number }
  /** What a key that reaches all of it is shown. */
  readonly shows?: string
}

const UNSEEN = { foreign: 404, user: 404, scoped: 404 }
const EMPTY = { foreign: 200, user: 200, scoped: 200 }
const REFUSED = { foreign: 403, user: 403, scoped: 403 }

const controls = (action: string): Rule => ({
  role: 'service',
  ask: ({ job }) => ({ path: `/v1/jobs/${job}/${action}`, method: 'POST' }),
  outside: UNSEEN,
})

const reads = (what: string): Rule => ({
  role: 'reader',
  ask: ({ job }) => ({ path: `/v1/jobs/${job}/${what}` }),
  outside: UNSEEN,
})

const RULES: Readonly<Record<string, Rule | 'public'>> = {
  'get /health/live': 'public',
  'get /health/ready': 'public',
  'get /version': 'public',
  'get /.well-known/oauth-protected-resource': 'public',
  'get /.well-known/oauth-protected-resource/mcp': 'public',
  'get /metrics': {
    role: 'reader',
    ask: () => ({ path: '/metrics' }),
    outside: { foreign: 200, user: 404, scoped: 404 },
  },
  ...READING_RULES,
  ...ADMIN_RULES,
  ...SESSION_RULES,
  ...MEMORY_RULES,
  ...EVENT_RULES,
  'post /v1/imports': {
    role: 'service',
    ask: () => ({ path: '/v1/imports', body: { conversations: [importable] } }),
    outside: { foreign: 200, user: 200, scoped: 403 },
  },
  'get /v1/backfills/{job}/failures': {
    role: 'reader',
    ask: ({ job }) => ({ path: `/v1/backfills/${job}/failures` }),
    outside: UNSEEN,
    shows: MARK,
  },
  'get /v1/jobs': {
    role: 'reader',
    ask: () => ({ path: '/v1/jobs' }),
    outside: EMPTY,
    shows: 'work of acme',
  },
  'get /v1/jobs/{id}': {
    role: 'reader',
    ask: ({ job }) => ({ path: `/v1/jobs/${job}` }),
    outside: UNSEEN,
    shows: 'work of acme',
  },
  'get /v1/jobs/{id}/failures': reads('failures'),
  'get /v1/jobs/{id}/events': { ...reads('events'), shows: 'work of acme' },
  'post /v1/jobs/{id}/pause': controls('pause'),
  'post /v1/jobs/{id}/resume': controls('resume'),
  'post /v1/jobs/{id}/cancel': controls('cancel'),
  'post /v1/jobs/{id}/retry': controls('retry'),
  'get /v1/stats': {
    role: 'reader',
    ask: () => ({ path: '/v1/stats' }),
    outside: { foreign: 200, user: 404, scoped: 404 },
    shows: `${MARK}-model`,
  },
  'get /v1/status': {
    role: 'reader',
    ask: () => ({ path: '/v1/status' }),
    outside: EMPTY,
  },
  'get /api/persistence/status': {
    role: 'reader',
    ask: () => ({ path: '/api/persistence/status' }),
    outside: EMPTY,
  },
  'get /v1/keys/current': {
    role: 'reader',
    ask: () => ({ path: '/v1/keys/current' }),
    outside: EMPTY,
  },
  'get /v1/keys': {
    role: 'admin',
    ask: () => ({ path: '/v1/keys', headers: { 'memoir-namespace': 'acme' } }),
    outside: REFUSED,
    shows: 'key of acme',
  },
  'post /v1/keys': {
    role: 'admin',
    ask: () => ({ path: '/v1/keys', body: { name: 'more', role: 'reader' } }),
    outside: REFUSED,
  },
  'delete /v1/keys/{id}': {
    role: 'admin',
    ask: ({ keyId }) => ({ path: `/v1/keys/${keyId}`, method: 'DELETE' }),
    outside: REFUSED,
  },
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'options', 'head', 'trace'] as const

const operations = Object.entries(describeApi().paths ?? {}).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const operation = item?.[method]
    return operation === undefined ? [] : [{ name: `${method} ${path}`, operation }]
  }),
)
const guarded = Object.entries(RULES).flatMap(([name, rule]) =>
  rule === 'public' ? [] : [{ name, rule, ...rule }],
)

test('every operation has a rule, every rule an operation, and both name the same role', () => {
  expect(operations.map(({ name }) => name).toSorted()).toEqual(Object.keys(RULES).toSorted())
  const roles = operations.map(({ name, operation }) => [
    name,
    operation['x-memoir-role'] ?? null,
    operation.security?.length ?? 0,
  ])
  expect(Object.fromEntries(roles.map(([name, role]) => [name, role]))).toEqual(
    Object.fromEntries(
      Object.entries(RULES).map(([name, rule]) => [name, rule === 'public' ? null : rule.role]),
    ),
  )
  for (const [name, role, security] of roles)
    expect([String(name), security]).toEqual([String(name), role ? 1 : 0])
})

test.skipIf(!hasPostgres)('every route of the app is documented, or one of the pages', async () => {
  await using memoir = await createApiFixture()
  const undocumented = memoir.app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter((name) => !(name in RULES))
    // Another protocol than this API's, which documents itself.
    .filter((name) => !/^\w+ \/mcp\/?$/.test(name))

  expect([...new Set(undocumented)].toSorted()).toEqual([
    'get /',
    'get /assets/{name}',
    'get /docs',
    'get /docs/start.js',
    'get /docs/swagger-ui-bundle.js',
    'get /docs/swagger-ui.css',
    'get /home.css',
    'get /openapi.json',
  ])
})

test.skipIf(!hasPostgres)('without a key, or with a wrong one, nothing is told', async () => {
  await using memoir = await createApiFixture()
  const world = await settle(memoir)
  for (const { name, ask } of guarded) {
    for (const key of [null, 'mk_wrong', 'x'.repeat(5_000)]) {
      const answer = await send(world, ask, key)
      expect([name, answer.status]).toEqual([name, 401])
      expect([name, answer.json.error.code]).toEqual([name, 'unauthorized'])
      expect([name, answer.headers.get('www-authenticate')]).toEqual([
        name,
        expect.stringMatching(/^Bearer\b/),
      ])
      expect([name, answer.text]).toEqual([name, expect.not.stringContaining(MARK)])
    }
  }
})

test.skipIf(!hasPostgres)('a key that reaches it sees what the walk looks for', async () => {
  await using memoir = await createApiFixture()
  const world = await settle(memoir)
  const reader = await memoir.key({ role: 'reader', namespace: 'acme' })
  const admin = await memoir.key({ role: 'admin' })
  for (const { name, ask, role, shows } of guarded) {
    if (shows === undefined) continue
    const answer = await send(world, ask, role === 'admin' ? admin : reader)
    expect([name, answer.status]).toEqual([name, 200])
    expect([name, answer.text]).toEqual([name, expect.stringContaining(shows)])
  }
})

test.skipIf(!hasPostgres)(
  'a key of another namespace sees nothing and cannot choose this one',
  async () => {
    await using memoir = await createApiFixture()
    const world = await settle(memoir)
    const foreign = await memoir.key({ role: 'service', namespace: 'rival' })
    for (const { name, ask, outside } of guarded) {
      const answer = await send(world, withoutNamespace(ask), foreign)
      expect([name, answer.status]).toEqual([name, outside.foreign])
      expectNothing(answer, name)
      const chosen = await send(world, withNamespace(ask, 'acme'), foreign)
      expect([name, chosen.status]).toEqual([name, 404])
      expectNothing(chosen, name)
    }
  },
)

test.skipIf(!hasPostgres)('a key that is bound to a user sees nobody else', async () => {
  await using memoir = await createApiFixture()
  const world = await settle(memoir)
  const bob = await memoir.key({ role: 'service', namespace: 'acme', user: 'bob' })
  for (const { name, ask, outside } of guarded) {
    const answer = await send(world, withoutNamespace(ask), bob)
    expect([name, answer.status]).toEqual([name, outside.user])
    expectNothing(answer, name)
  }
  const users = await memoir.send('/v1/users', { key: bob })
  expect(users.json.items.map((user: { user_id: string }) => user.user_id)).toEqual(['bob'])
  const jobs = await memoir.send('/v1/jobs', { key: bob })
  expect(jobs.json.items).toEqual([expect.objectContaining({ user_id: 'bob' })])
  const recall = await memoir.send('/v1/recall?q=lake', { key: bob })
  expect(recall.json.hits).toEqual([expect.objectContaining({ content: 'what bob said' })])
})

test.skipIf(!hasPostgres)('a key that is bound to scopes sees no other scope', async () => {
  await using memoir = await createApiFixture()
  const world = await settle(memoir)
  const personal = await memoir.key({
    role: 'service',
    namespace: 'acme',
    scopes: ['personal', 'family'],
  })
  for (const { name, ask, outside } of guarded) {
    const answer = await send(world, withoutNamespace(ask), personal)
    expect([name, answer.status]).toEqual([name, outside.scoped])
    expectNothing(answer, name)
  }
  const users = await memoir.send('/v1/users', { key: personal })
  expect(users.json.items).toEqual([expect.objectContaining({ user_id: 'bob', memories: 1 })])
  const recall = await memoir.send('/v1/recall?q=lake&user_id=bob', { key: personal })
  expect(recall.json.hits).toEqual([expect.objectContaining({ content: 'what bob said' })])
  expect(memoir.asked.at(-1)?.scopes).toEqual(['personal', 'family'])
})

test.skipIf(!hasPostgres)(
  'a key whose role is too low is refused, and told what it needs',
  async () => {
    await using memoir = await createApiFixture()
    const world = await settle(memoir)
    const lower = { service: 'reader', admin: 'service' } as const
    for (const { name, ask, role } of guarded) {
      if (role === null || role === 'reader') continue
      const key = await memoir.key({ role: lower[role], namespace: 'acme' })
      const answer = await send(world, withoutNamespace(ask), key)
      expect([name, answer.status]).toEqual([name, 403])
      expect([name, answer.json.error]).toMatchObject([name, { code: 'forbidden' }])
      expect([name, answer.json.error.message]).toEqual([name, expect.stringContaining(role)])
      expectNothing(answer, name)
    }
  },
)

async function send(world: World, ask: Rule['ask'], key: string | null): Promise<Answer> {
  const { path, ...rest } = ask(world)
  return await world.memoir.send(path, { ...rest, key })
}

const withNamespace =
  (ask: Rule['ask'], namespace: string): Rule['ask'] =>
  (world) => ({ ...ask(world), headers: { 'memoir-namespace': namespace } })

const withoutNamespace =
  (ask: Rule['ask']): Rule['ask'] =>
  (world) => ({ ...ask(world), headers: {} })

function expectNothing(answer: Answer, name: string): void {
  for (const word of [MARK, 'work of acme ann', 'work of acme "', 'key of acme'])
    expect([name, answer.text]).toEqual([name, expect.not.stringContaining(word)])
}
