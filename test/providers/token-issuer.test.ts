import { generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import type { MemoirError } from '../../src/errors.ts'
import { verifyToken } from '../../src/providers/access-token.ts'
import { createTokenIssuer } from '../../src/providers/token-issuer.ts'
import { AUDIENCE, startFakeIssuer, type FakeIssuer } from '../support/fake-issuer.ts'

const MINUTE_MS = 60_000

function verifier(issuer: FakeIssuer, { url = issuer.url, now = 0 } = {}) {
  const clock = { now }
  const warnings: unknown[] = []
  const keys = createTokenIssuer({
    issuer: url,
    allowHttp: false,
    log: { warn: (given: unknown) => warnings.push(given) },
    now: () => clock.now,
  })
  const check = async (token: string): Promise<unknown> => {
    try {
      const { payload } = await verifyToken(token, { issuer: url, audience: [AUDIENCE] }, keys)
      return payload.sub
    } catch (error) {
      const { code, details } = error as MemoirError
      return details?.['reason'] ?? code
    }
  }
  return { check, clock, warnings }
}

test('keys are read once and kept', async () => {
  await using issuer = await startFakeIssuer()
  const { check } = verifier(issuer)
  const token = await issuer.sign({ sub: 'ann' })
  expect(await Promise.all([check(token), check(token), check(token)])).toEqual(
    Array(3).fill('ann'),
  )
  expect(await check(token)).toBe('ann')
  expect(issuer.reads).toBe(1)
})

test('a rotation is seen at once, by many at the same time, with one read', async () => {
  await using issuer = await startFakeIssuer()
  const { check } = verifier(issuer)
  expect(await check(await issuer.sign({ sub: 'ann' }))).toBe('ann')

  await issuer.rotate()
  const token = await issuer.sign({ sub: 'bob' })

  const all = await Promise.all(Array.from({ length: 20 }, async () => await check(token)))
  expect(all).toEqual(Array(20).fill('bob'))
  expect(issuer.reads).toBe(2)
})

test('a withdrawn key is forgotten within ten minutes, and nobody waits for that', async () => {
  await using issuer = await startFakeIssuer()
  const { check, clock } = verifier(issuer)
  const old = await issuer.sign({ sub: 'ann' }, { expires: '1h' })
  expect(await check(old)).toBe('ann')
  await issuer.rotate()

  clock.now += 9 * MINUTE_MS
  expect(await check(old)).toBe('ann')
  clock.now += 2 * MINUTE_MS
  // This one starts the reading and is answered by what was known before.
  expect(await check(old)).toBe('ann')
  await expect.poll(async () => await check(old)).toBe('signature')
})

test('made-up keys cost the issuer one request in five seconds', async () => {
  await using issuer = await startFakeIssuer()
  const { check, clock } = verifier(issuer)
  const good = await issuer.sign({ sub: 'ann' })
  expect(await check(good)).toBe('ann')
  const { privateKey } = await generateKeyPair('RS256')
  for (let n = 0; n < 50; n += 1) {
    const token = await issuer.sign({ sub: 'ann' }, { key: privateKey, kid: `made-up-${n}` })
    expect(await check(token)).toBe('signature')
  }
  expect(issuer.reads).toBe(6)
  // A rotation in the meantime is seen soon after.
  await issuer.rotate()
  clock.now += 5_000
  expect(await check(await issuer.sign({ sub: 'bob' }))).toBe('bob')
})

test.for(['down', 'hanging'] as const)(
  'while the issuer is %s known keys serve on, and nobody waits long for others',
  async (mode) => {
    await using issuer = await startFakeIssuer()
    const { check, clock, warnings } = verifier(issuer)
    const known = await issuer.sign({ sub: 'ann' }, { expires: '1d' })
    expect(await check(known)).toBe('ann')
    issuer.mode = mode

    // Long after the keys should have been read again.
    clock.now += 120 * MINUTE_MS
    const began = performance.now()
    for (let n = 0; n < 20; n += 1) expect(await check(known)).toBe('ann')
    expect(performance.now() - began).toBeLessThan(1_000)

    await issuer.rotate()
    const unknown = await issuer.sign({ sub: 'bob' })
    const asked = performance.now()
    const many = Array.from({ length: 20 }, async () => await check(unknown))
    expect(await Promise.all(many)).toEqual(Array(20).fill('issuer_unavailable'))
    expect(performance.now() - asked).toBeLessThan(3_000)
    // Whoever comes right after is told so at once.
    const again = performance.now()
    expect(await check(unknown)).toBe('issuer_unavailable')
    expect(performance.now() - again).toBeLessThan(500)
    expect(warnings.length).toBeGreaterThan(0)

    issuer.mode = 'up'
    clock.now += 10_000
    expect(await check(unknown)).toBe('bob')
  },
)

test('an issuer that never answered is no reason to wait for ever', async () => {
  await using issuer = await startFakeIssuer()
  issuer.mode = 'hanging'
  const { check } = verifier(issuer)
  const began = performance.now()
  expect(await check(await issuer.sign({ sub: 'ann' }))).toBe('issuer_unavailable')
  expect(performance.now() - began).toBeLessThan(3_000)
})

test('a token that names no key is tried with each, where there are several', async () => {
  await using issuer = await startFakeIssuer()
  const [old] = issuer.shown
  await issuer.rotate()
  if (old !== undefined) issuer.shown.unshift(old)
  const { check } = verifier(issuer)
  const { privateKey } = await generateKeyPair('RS256')
  expect(await check(await issuer.sign({ sub: 'ann' }, { kid: null }))).toBe('ann')
  expect(await check(await issuer.sign({ sub: 'x' }, { kid: null, key: privateKey }))).toBe(
    'signature',
  )
})

test('a slash at the end of the configured issuer makes no difference', async () => {
  await using issuer = await startFakeIssuer()
  const { check } = verifier(issuer, { url: `${issuer.url}/` })
  expect(await check(await issuer.sign({ sub: 'ann' }))).toBe('ann')
})

test.for([
  ['of another issuer', { issuer: 'https://evil.example' }],
  ['with keys at an open address', { jwks_uri: 'http://keys.example/keys' }],
  ['without keys', { jwks_uri: undefined }],
] as const)('a discovery document %s is not believed', async ([, document]) => {
  await using issuer = await startFakeIssuer()
  issuer.document = document
  const { check } = verifier(issuer)
  expect(await check(await issuer.sign({ sub: 'ann' }))).toBe('issuer_unavailable')
})

test('symmetric keys among those shown sign nothing', async () => {
  await using issuer = await startFakeIssuer()
  const secret = new TextEncoder().encode('a secret that everybody can read')
  issuer.shown.push({ kty: 'oct', kid: 'shared', k: Buffer.from(secret).toString('base64url') })
  const { check } = verifier(issuer)
  const forged = await issuer.sign({ sub: 'ann' }, { alg: 'HS256', kid: 'shared', key: secret })
  expect(await check(forged)).toBe('algorithm')
  expect(await check(await issuer.sign({ sub: 'ann' }))).toBe('ann')
})
