import { randomBytes } from 'node:crypto'
import { SignJWT, UnsecuredJWT, exportSPKI, generateKeyPair, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { hasPostgres } from '../support/database.ts'
import { AUDIENCE, startFakeIssuer } from '../support/fake-issuer.ts'
import { ADMIN_KEY, createApiFixture } from './api-fixture.ts'
import { codeOf, contents, startSignIn } from './sign-in-fixture.ts'

test.skipIf(!hasPostgres)(
  'a token of the issuer opens its own user’s memories, as a reader',
  async () => {
    await using signedIn = await startSignIn()
    const { issuer, memoir } = signedIn
    const key = await issuer.sign({ sub: 'ann' })

    const current = await memoir.send('/v1/keys/current', { key })
    const own = await memoir.send('/v1/recall?q=x', { key })
    const other = await memoir.send('/v1/recall?q=x&user_id=bob', { key })
    const several = await memoir.send('/v1/recall?q=x&user_ids=ann,bob', { key })
    const write = await memoir.send('/v1/memories', { key, body: { content: 'x' } })
    const elsewhere = await memoir.send('/v1/recall?q=x', {
      key,
      headers: { 'memoir-namespace': 'acme' },
    })

    expect(current.json).toEqual({
      role: 'reader',
      namespace: 'default',
      user_id: 'ann',
      readable_users: [],
      scopes: null,
    })
    expect(contents(own)).toEqual(['ann of default'])
    expect(contents(other)).toEqual([])
    expect(codeOf(several)).toEqual([403, 'forbidden'])
    expect(codeOf(write)).toEqual([403, 'forbidden'])
    expect(codeOf(elsewhere)).toEqual([404, 'not_found'])
    // Keys go on as before.
    expect((await memoir.send('/v1/keys')).status).toBe(200)
  },
)

test.skipIf(!hasPostgres).for(['RS256', 'PS256', 'ES256', 'EdDSA'])(
  'keys of kind %s sign in',
  async (alg) => {
    await using signedIn = await startSignIn()
    const { issuer, memoir } = signedIn
    await issuer.rotate(alg)
    const key = await issuer.sign({ sub: 'ann' })
    expect((await memoir.send('/v1/keys/current', { key })).status).toBe(200)
  },
)

test.skipIf(!hasPostgres)(
  'what is no good token of this issuer and audience is 401, with the reason',
  async () => {
    await using signedIn = await startSignIn()
    const { issuer, memoir } = signedIn
    await using other = await startFakeIssuer()
    const now = Math.floor(Date.now() / 1000)
    const sub = 'ann'
    const [shown] = issuer.shown
    const publicKey = await importJWK(shown ?? {}, 'RS256', { extractable: true })
    const pem = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey)
    const base = { iss: issuer.url, aud: AUDIENCE, sub }
    const hmac = async (secret: Uint8Array) =>
      await new SignJWT(base)
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .setExpirationTime('5m')
        .sign(secret)
    const good = await issuer.sign({ sub })
    const [head = '', body = '', signature = ''] = good.split('.')
    const forged = Buffer.from(JSON.stringify({ ...base, sub: 'bob', exp: now + 300 }))
    const none = new UnsecuredJWT(base).setExpirationTime('5m').encode()
    const stranger = (await generateKeyPair('RS256')).privateKey
    const raw = (given: object) => Buffer.from(JSON.stringify(given)).toString('base64url')
    const refused: Readonly<Record<string, readonly [string, string]>> = {
      'another issuer': [await other.sign({ sub }), 'issuer'],
      'another issuer that says it is this one': [await other.sign({ ...base }), 'signature'],
      'no issuer': [await issuer.sign({ sub, iss: undefined }), 'issuer'],
      'another audience': [await issuer.sign({ sub, aud: 'another' }), 'audience'],
      'no audience': [await issuer.sign({ sub, aud: undefined }), 'audience'],
      expired: [await issuer.sign({ sub }, { expires: now - 1 }), 'expired'],
      'without an end': [await issuer.sign({ sub }, { expires: null }), 'claims'],
      'not valid yet': [await issuer.sign({ sub, nbf: now + 300 }), 'not_yet_valid'],
      'alg none': [none, 'algorithm'],
      'alg none with a signature': [`${raw({ alg: 'none' })}.${body}.${signature}`, 'algorithm'],
      'HS256 with the public key': [await hmac(new TextEncoder().encode(pem)), 'algorithm'],
      'HS256 with the modulus': [await hmac(Buffer.from(shown?.n ?? '', 'base64url')), 'algorithm'],
      'a key of its own': [await issuer.sign({ sub }, { key: stranger }), 'signature'],
      'a key that it brings along': [
        await issuer.sign({ sub }, { key: stranger, kid: 'made-up' }),
        'signature',
      ],
      'a logout token': [await issuer.sign({ sub }, { typ: 'logout+jwt' }), 'type'],
      'changed after signing': [
        `${head}.${forged.toString('base64url')}.${signature}`,
        'signature',
      ],
      'without its signature': [`${head}.${body}.`, 'signature'],
      'no JSON': [`${head}.${Buffer.from('"x"').toString('base64url')}.${signature}`, 'malformed'],
      'odd types': [
        `${raw({ alg: ['RS256'], typ: 3, kid: {} })}.${raw({ iss: 7, exp: {} })}.x`,
        'algorithm',
      ],
      'a megabyte': [`${head}.${'A'.repeat(1_000_000)}.${signature}`, 'malformed'],
    }
    for (const [name, [key, reason]] of Object.entries(refused)) {
      const answer = await memoir.send('/v1/recall?q=x', { key })
      expect([name, ...codeOf(answer), answer.json.error.details?.reason]).toEqual([
        name,
        401,
        'unauthorized',
        reason,
      ])
      expect([name, answer.headers.get('www-authenticate')]).toEqual([
        name,
        expect.stringMatching(
          /^Bearer error="invalid_token", error_description=".+", resource_metadata="/,
        ),
      ])
    }
    expect((await memoir.send('/v1/recall?q=x', { key: good })).status).toBe(200)
  },
)

test.skipIf(!hasPostgres)(
  'the user of a token is erased like any other, and shut out then',
  async () => {
    await using signedIn = await startSignIn()
    const { issuer, memoir } = signedIn
    const key = await issuer.sign({ sub: 'ann' })
    expect((await memoir.send('/v1/users', { key })).status).toBe(200)
    await memoir.send('/v1/users/ann', { method: 'DELETE' })
    expect(codeOf(await memoir.send('/v1/recall?q=x', { key }))).toEqual([403, 'forbidden'])
  },
)

test.skipIf(!hasPostgres)('limits are those of who holds a token, over its renewals', async () => {
  await using signedIn = await startSignIn({ RATE_LIMIT_READS: '2' })
  const { issuer, memoir } = signedIn
  const statuses = []
  for (let n = 0; n < 4; n += 1) {
    const key = await issuer.sign({ sub: 'ann', jti: String(n) })
    statuses.push((await memoir.send('/v1/recall?q=x', { key })).status)
  }
  const bob = await issuer.sign({ sub: 'bob' })
  expect(statuses).toEqual([200, 200, 429, 429])
  expect((await memoir.send('/v1/recall?q=x', { key: bob })).status).toBe(200)
})

test.skipIf(!hasPostgres)(
  'without an issuer a token is a wrong key, and no metadata is there',
  async () => {
    await using issuer = await startFakeIssuer()
    await using memoir = await createApiFixture()
    const answer = await memoir.send('/v1/recall?q=x', { key: await issuer.sign({ sub: 'ann' }) })
    expect(codeOf(answer)).toEqual([401, 'unauthorized'])
    for (const path of ['', '/mcp']) {
      const there = await memoir.send(`/.well-known/oauth-protected-resource${path}`, { key: null })
      expect(codeOf(there)).toEqual([404, 'not_found'])
    }
    expect(issuer.reads).toBe(0)
  },
)

test.skipIf(!hasPostgres)('a key that looks like a token is still a key', async () => {
  const secret = `eyJ${randomBytes(8).toString('hex')}.b.c`
  await using signedIn = await startSignIn({ MEMOIR_ADMIN_KEY: secret })
  const { memoir } = signedIn
  expect((await memoir.send('/v1/keys', { key: secret })).status).toBe(200)
  expect((await memoir.send('/v1/keys', { key: ADMIN_KEY })).status).toBe(401)
})

test('problems of the configuration are named', () => {
  const problems = (env: Record<string, string>) => {
    try {
      loadConfig(env)
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  const OIDC_AUDIENCE = 'memoir'
  expect(problems({ OIDC_ISSUER: 'https://login.example.com' })).toContain(
    'OIDC_ISSUER, OIDC_AUDIENCE: only together',
  )
  expect(problems({ OIDC_AUDIENCE })).toContain('only together')
  expect(problems({ OIDC_ISSUER: 'http://login.example.com', OIDC_AUDIENCE })).toContain(
    'OIDC_ISSUER: https',
  )
  expect(problems({ OIDC_ISSUER: 'https://a:b@login.example.com', OIDC_AUDIENCE })).toContain(
    'OIDC_ISSUER: must be',
  )
  expect(problems({ OIDC_ISSUER: 'http://127.0.0.1:9000/realms/x', OIDC_AUDIENCE })).toBe('')
  expect(
    problems({
      OIDC_ISSUER: 'http://keycloak:8080',
      OIDC_AUDIENCE,
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
    }),
  ).toBe('')
})

test.skipIf(!hasPostgres)('a stream of events ends with the token that opened it', async () => {
  await using signedIn = await startSignIn()
  const { issuer, memoir } = signedIn
  const job = await memoir.job({ user: 'ann', state: 'running' })
  const expires = Math.floor(Date.now() / 1000) + 3
  const key = await issuer.sign({ sub: 'ann' }, { expires })
  const headers = { accept: 'text/event-stream' }

  // Each answer is whole only when its stream has ended.
  const [ofJob, ofUser] = await Promise.all([
    memoir.send(`/v1/jobs/${job}/events`, { key, headers }),
    memoir.send('/v1/events', { key, headers }),
  ])

  expect([ofJob.status, ofUser.status]).toEqual([200, 200])
  expect(ofJob.text).toContain('"state":"running"')
  expect(Date.now()).toBeGreaterThanOrEqual(expires * 1000 - 50)
})
