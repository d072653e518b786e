import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { CLAIMS, codeOf, contents, startSignIn } from './sign-in-fixture.ts'

test.skipIf(!hasPostgres)('claims say namespace, role, scopes and readable users', async () => {
  await using signedIn = await startSignIn({ ...CLAIMS, OIDC_CLAIM_ROLE: 'realm_access.roles' })
  const { issuer, memoir } = signedIn
  const key = await issuer.sign({
    sub: 'ann',
    ns: 'acme',
    realm_access: { roles: ['offline_access', 'service', 'reader'] },
    memory_scopes: 'work home',
    readable_users: ['bob', 'ann'],
  })

  const current = await memoir.send('/v1/keys/current', { key })
  const both = await memoir.send('/v1/recall?q=x&user_ids=ann,bob', { key })
  const written = await memoir.send('/v1/memories', { key, body: { content: 'x', scope: 'work' } })
  const foreign = await memoir.send('/v1/memories', { key, body: { content: 'x', user_id: 'bob' } })

  expect(current.json).toEqual({
    role: 'service',
    namespace: 'acme',
    user_id: 'ann',
    readable_users: ['bob'],
    scopes: ['work', 'home'],
  })
  expect(contents(both).toSorted()).toEqual(['ann of acme', 'bob of acme'])
  expect(memoir.asked.at(-1)?.scopes).toEqual(['work', 'home'])
  expect(written.status).toBe(202)
  expect(codeOf(foreign)).toEqual([404, 'not_found'])
})

test.skipIf(!hasPostgres)('a claim whose name is a URL with dots is found', async () => {
  const name = 'https://memoir.example/role'
  await using signedIn = await startSignIn({ OIDC_CLAIM_ROLE: name })
  const { issuer, memoir } = signedIn
  const key = await issuer.sign({ sub: 'ann', [name]: 'service' })
  expect((await memoir.send('/v1/keys/current', { key })).json.role).toBe('service')
})

test.skipIf(!hasPostgres)('claims that grant nothing are 403 and name the claim', async () => {
  await using signedIn = await startSignIn(CLAIMS)
  const { issuer, memoir } = signedIn
  const good = { sub: 'ann', ns: 'acme', role: 'reader' }
  const refused: Readonly<Record<string, readonly [object, string]>> = {
    'no namespace': [{ ns: undefined }, 'ns'],
    'an unknown namespace': [{ ns: 'nowhere' }, 'ns'],
    'a namespace that is no name': [{ ns: "acme\u0000' or true" }, 'ns'],
    'several namespaces': [{ ns: ['acme', 'default'] }, 'ns'],
    'a reader without a user': [{ sub: undefined }, 'sub'],
    'an unknown role without a user': [{ sub: undefined, role: 'owner' }, 'sub'],
    'no role and no user': [{ sub: undefined, role: undefined }, 'sub'],
    'an empty user': [{ sub: '' }, 'sub'],
    'a user that is no text': [{ sub: { id: 'ann' } }, 'sub'],
    'a user with NUL': [{ sub: 'a\u0000nn' }, 'sub'],
    'a user that no path can name': [{ sub: '..' }, 'sub'],
    'no scope': [{ memory_scopes: [] }, 'memory_scopes'],
    'a service without user and scopes': [{ sub: undefined, role: 'service' }, 'memory_scopes'],
    'readable users that are no list': [{ readable_users: '*' }, 'readable_users'],
    'readable users beyond count': [
      { readable_users: Array.from({ length: 51 }, (_, at) => `u${at}`) },
      'readable_users',
    ],
  }
  for (const [name, [claims, claim]] of Object.entries(refused)) {
    const key = await issuer.sign({ ...good, ...claims })
    const answer = await memoir.send('/v1/recall?q=x', { key })
    expect([name, ...codeOf(answer), answer.json.error?.details]).toEqual([
      name,
      403,
      'forbidden',
      { claim },
    ])
  }
  expect(memoir.asked).toEqual([])
})

test.skipIf(!hasPostgres)('an unverified address names nobody', async () => {
  await using signedIn = await startSignIn({ OIDC_CLAIM_USER: 'email' })
  const { issuer, memoir } = signedIn
  const email = 'ann@example.com'
  const status = async (claims: object) =>
    (await memoir.send('/v1/keys/current', { key: await issuer.sign({ email, ...claims }) })).status
  expect(await status({ email_verified: false })).toBe(403)
  expect(await status({ email_verified: true })).toBe(200)
})

test.skipIf(!hasPostgres)(
  'a service reads its whole namespace when it names its role and no user',
  async () => {
    await using signedIn = await startSignIn({ OIDC_CLAIM_USER: 'person', OIDC_CLAIM_ROLE: 'role' })
    const { issuer, memoir } = signedIn
    const service = await issuer.sign({ sub: 'chat-app', role: 'service' })
    const reader = await issuer.sign({ sub: 'chat-app' })
    expect(contents(await memoir.send('/v1/recall?q=x&user_id=bob', { key: service }))).toEqual([
      'bob of default',
    ])
    expect(codeOf(await memoir.send('/v1/recall?q=x&user_id=bob', { key: reader }))).toEqual([
      403,
      'forbidden',
    ])
  },
)

test.skipIf(!hasPostgres)(
  'an administrator of one namespace has nothing to do with others',
  async () => {
    await using signedIn = await startSignIn({
      OIDC_CLAIM_NAMESPACE: 'ns',
      OIDC_CLAIM_ROLE: 'role',
    })
    const { issuer, memoir } = signedIn
    await memoir.key({ role: 'admin' })
    await memoir.key({ role: 'reader', namespace: 'default' })
    const key = await issuer.sign({ sub: 'boss', ns: 'acme', role: 'admin' })
    const ask = async (path: string, sent: object = {}) =>
      codeOf(await memoir.send(path, { key, ...sent }))
    const keyOf = async (body: object) =>
      await ask('/v1/keys', { body: { name: 'x', role: 'reader', ...body } })

    expect(await ask('/v1/keys/current')).toEqual([200, undefined])
    expect((await memoir.send('/v1/keys', { key })).json.items).toEqual([])
    expect(await ask('/v1/recall?q=x&user_id=ann')).toEqual([200, undefined])
    expect(await ask('/v1/schedules')).toEqual([200, undefined])
    expect(await keyOf({})).toEqual([201, undefined])
    expect(await keyOf({ namespace: 'acme' })).toEqual([201, undefined])
    expect(await keyOf({ namespace: 'default' })).toEqual([403, 'forbidden'])
    expect(await keyOf({ role: 'admin' })).toEqual([403, 'forbidden'])
    for (const path of ['/v1/settings/ai', '/settings/ai', '/v1/reembed']) {
      expect([path, ...(await ask(path))]).toEqual([path, 403, 'forbidden'])
    }
    expect(await ask('/v1/settings/ai', { method: 'PUT', body: {} })).toEqual([403, 'forbidden'])
    const { items } = (await memoir.send('/v1/keys')).json
    for (const { id } of items) {
      expect(await ask(`/v1/keys/${id}`, { method: 'DELETE' })).toEqual([404, 'not_found'])
    }
    const stats = await memoir.send('/v1/stats', { key })
    expect(stats.json.items.map((one: { namespace: string }) => one.namespace)).toEqual(['acme'])
    expect(await ask('/v1/users', { headers: { 'memoir-namespace': 'default' } })).toEqual([
      404,
      'not_found',
    ])
  },
)

test.skipIf(!hasPostgres)(
  'where no claim names a namespace, an administrator opens all of them',
  async () => {
    await using signedIn = await startSignIn({ OIDC_CLAIM_ROLE: 'role' })
    const { issuer, memoir } = signedIn
    const key = await issuer.sign({ sub: 'boss', role: 'admin' })
    const headers = { 'memoir-namespace': 'acme' }
    const there = await memoir.send('/v1/recall?q=x&user_id=ann', { key, headers })
    expect(contents(there)).toEqual(['ann of acme'])
    const made = await memoir.send('/v1/keys', { key, body: { name: 'x', role: 'admin' } })
    expect(made.status).toBe(201)
    const { rows } = await memoir.db.query<{ actor: string }>('select actor from memoir.audit_log')
    expect(rows).toEqual([{ actor: expect.stringMatching(/^token:[\w-]{22}$/) }])
  },
)
