import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { STATUS } from '../../src/api/errors.ts'
import { ERROR_CODES, MemoirError } from '../../src/errors.ts'
import { describeError } from '../../src/logger.ts'
import { hasPostgres } from '../support/database.ts'
import { answerOf, createApiFixture, requestOf } from './api-fixture.ts'

const PATH = '/v1/recall'
const body = { q: 'x', user_id: 'ann' }

test.skipIf(!hasPostgres)('every code is told in the one shape, with its status', async () => {
  await using memoir = await createApiFixture()
  for (const code of ERROR_CODES) {
    vi.spyOn(memoir.services, 'recall').mockRejectedValueOnce(
      new MemoirError(code, 'Said to the caller.', { details: { field: 'x' } }),
    )
    const { status, json, headers } = await memoir.send(PATH, { body })
    expect([code, status]).toEqual([code, STATUS[code]])
    expect([code, json]).toEqual([
      code,
      {
        error: {
          code,
          message: code === 'internal' ? 'Something unexpected failed.' : 'Said to the caller.',
          request_id: headers.get('x-request-id'),
          details: { field: 'x' },
        },
      },
    ])
    expect([code, headers.has('retry-after')]).toEqual([code, status === 503])
  }
})

test.skipIf(!hasPostgres)(
  'what nobody expected is logged by request and told to nobody',
  async () => {
    const lines: string[] = []
    const log = pino(
      { serializers: { error: describeError } },
      { write: (line) => lines.push(line) },
    )
    await using memoir = await createApiFixture({ log })
    const secret = 'a row of somebody'
    vi.spyOn(memoir.services, 'recall').mockRejectedValueOnce(new Error(secret))

    const answer = await memoir.send(PATH, { body, headers: { 'x-request-id': 'r-17' } })

    expect(answer.status).toBe(500)
    expect(answer.json.error).toEqual({
      code: 'internal',
      message: 'Something unexpected failed.',
      request_id: 'r-17',
    })
    const logged = lines.find((line) => line.includes('r-17')) ?? ''
    expect(JSON.parse(logged)).toMatchObject({ request_id: 'r-17', error: { type: 'Error' } })
    expect(lines.join('')).not.toContain(secret)
  },
)

test.skipIf(!hasPostgres)('a request may bring its id, when it is one', async () => {
  await using memoir = await createApiFixture()
  const idOf = async (id: string) =>
    (await memoir.send('/version', { headers: { 'x-request-id': id } })).headers.get('x-request-id')

  expect(await idOf('trace-1.a:b_C')).toBe('trace-1.a:b_C')
  for (const odd of ['', 'a b', '{"a":1}', 'x'.repeat(129)]) {
    expect([odd, await idOf(odd)]).toEqual([odd, expect.stringMatching(/^[0-9a-f-]{36}$/)])
  }
})

test.skipIf(!hasPostgres)('a body has to be JSON, and to say so', async () => {
  await using memoir = await createApiFixture()
  const post = async (text: string, type?: string) =>
    await memoir.send(PATH, {
      body: text,
      headers: type === undefined ? {} : { 'content-type': type },
    })

  const malformed = await post('{"q": ')
  expect(malformed.status).toBe(400)
  expect(malformed.json.error).toMatchObject({
    code: 'invalid_request',
    message: 'The body is not JSON.',
  })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    const answer = await post(JSON.stringify(body), type)
    expect([type, [answer.status, answer.json.error.code]]).toEqual([
      type,
      [415, 'unsupported_media_type'],
    ])
  }
  expect((await post(JSON.stringify(body), 'application/json; charset=utf-8')).status).toBe(200)
})

test.skipIf(!hasPostgres)(
  'a body that is too large is refused before it is read whole',
  async () => {
    await using memoir = await createApiFixture()
    const large = { ...requestOf({ body }), body: 'x'.repeat(MAX_BODY_BYTES + 1) }
    expect((await memoir.app.request(PATH, large)).status).toBe(413)

    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    const chunked = { ...requestOf({ body }), body: endless, duplex: 'half' as const }
    const answer = await memoir.app.request(PATH, chunked)

    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({
      error: { code: 'payload_too_large', details: { max_bytes: MAX_BODY_BYTES } },
    })
    expect(pulled).toBeLessThan(MAX_BODY_BYTES / 65_536 + 4)
  },
)

test.skipIf(!hasPostgres)('a body of nothing but depth is refused and breaks nothing', async () => {
  await using memoir = await createApiFixture()
  const deep = `{"q":"x","user_id":"ann","metadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`
  const answer = await memoir.send(PATH, { body: deep })
  expect([answer.status, answer.json.error.details.field]).toEqual([400, 'metadata'])

  // Sixteen megabytes of brackets would take the parser 700.
  const before = process.resourceUsage().maxRSS * 1_024
  const brackets = { body: '['.repeat(16_000_000) }
  expect((await memoir.send('/v1/sessions', brackets)).status).toBe(400)
  expect(process.resourceUsage().maxRSS * 1_024 - before).toBeLessThan(300 * 1_048_576)

  const wide = `{${Array.from({ length: 50_000 }, (_, n) => `"f${n}":1`).join(',')}}`
  const many = await memoir.send(PATH, { body: wide })
  expect(many.status).toBe(400)
  expect(many.text.length).toBeLessThan(10_000)
})

test
  .skipIf(!hasPostgres)
  .each([
    'application/json',
    'application/vnd.memoir+json',
    'application/merge-patch+json; charset=utf-8',
    'Application/Problem+JSON',
  ])('text that nothing can hold is refused in a body of the type %s', async (type) => {
  await using memoir = await createApiFixture()
  const store = async (body: string | Uint8Array<ArrayBuffer>) => {
    const sent = requestOf({ headers: { 'content-type': type }, method: 'POST' })
    return await answerOf(await memoir.app.request('/v1/memories', { ...sent, body }))
  }
  const deep = `{"a":`.repeat(40) + '1' + '}'.repeat(40)
  for (const [body, field] of [
    ['{"user_id":"u\\ud800","content":"x"}', 'user_id'],
    ['{"user_id":"u","content":"a\\u0000b"}', 'content'],
    ['{"user_id":"u","content":"x","metadata":{"a\\u0000b":1}}', 'metadata'],
    [`{"user_id":"u","content":"x","metadata":${deep}}`, 'metadata'],
  ] as const) {
    const { status, json } = await store(body)
    expect([body, status, json.error.details?.field]).toEqual([body, 400, field])
  }
  const latin1 = new Uint8Array(Buffer.from('{"user_id":"jos\u00e9","content":"x"}', 'latin1'))
  const { status, json } = await store(latin1)
  expect([status, json.error.message]).toEqual([400, 'body: is not UTF-8'])
  const { rowCount } = await memoir.db.query('select from memoir.memory_user')
  expect(rowCount).toBe(0)
  expect((await store('{"user_id":"jos\u00e9","content":"x"}')).status).toBe(202)
})

test.skipIf(!hasPostgres)('escapes in a URL have to be UTF-8', async () => {
  await using memoir = await createApiFixture()
  for (const path of [
    '/v1/memories?user_id=u%ff',
    '/v1/memories?user_id=u%ED%A0%80',
    '/v1/users/jos%E9/export',
  ]) {
    const { status, json } = await memoir.send(path)
    expect([path, status, json.error.message]).toEqual([path, 400, 'The URL is not UTF-8.'])
  }
  expect((await memoir.send('/v1/memories?user_id=jos%C3%A9')).status).toBe(200)
})

test.skipIf(!hasPostgres)('nobody and no session is called what no path can name', async () => {
  await using memoir = await createApiFixture()
  const turns = 'User: I moved to Lisbon.'
  for (const dots of ['.', '..']) {
    for (const [path, body] of [
      ['/v1/memories', { user_id: dots, content: 'x' }],
      ['/v1/memories', { user_id: 'u', session_id: dots, content: 'x' }],
      ['/v1/sessions', { user_id: dots, transcript: turns }],
      ['/v1/sessions', { user_id: 'u', session_id: dots, transcript: turns }],
      ['/v1/sessions', { user_id: 'u', collection: dots, transcript: turns }],
      ['/api/memory/u/store_raw', { session_data: turns, session_id: dots }],
      ['/api/memory/u/store_raw', { session_data: turns, metadata: { user_id: dots } }],
      ['/v1/keys', { name: 'k', role: 'reader', user_id: dots }],
    ] as const) {
      const { status, json } = await memoir.send(path, { body })
      expect([path, body, status, json.error?.code]).toEqual([path, body, 400, 'invalid_request'])
    }
    const message = { id: 'm', role: 'user', content: 'x', created_at: '2026-01-02T03:04:05Z' }
    const conversation = { id: 'c', user_id: dots, created_at: message.created_at }
    const { json } = await memoir.send('/v1/imports', {
      body: { conversations: [{ ...conversation, messages: [message] }] },
    })
    expect(json.rejected).toMatchObject([{ id: 'c', field: 'user_id' }])
  }
  const { rowCount } = await memoir.db.query('select from memoir.memory_user')
  expect(rowCount).toBe(0)
})

test.skipIf(!hasPostgres)('a route that does not exist says so in the one shape', async () => {
  await using memoir = await createApiFixture()
  for (const [path, method] of [
    ['/v1/nothing', 'GET'],
    ['/v2/recall', 'POST'],
  ] as const) {
    const answer = await memoir.send(path, { method, key: null })
    expect([path, [answer.status, answer.json.error.code]]).toEqual([path, [404, 'not_found']])
  }
})

test.skipIf(!hasPostgres)(
  'a method that a route does not take is 405, with those it takes',
  async () => {
    await using memoir = await createApiFixture()
    for (const [path, method, allowed] of [
      ['/v1/jobs', 'DELETE', 'GET, HEAD'],
      ['/v1/memories', 'PUT', 'GET, HEAD, POST'],
      ['/v1/memories/0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10', 'POST', 'DELETE, GET, HEAD, PATCH'],
      ['/v1/forget', 'GET', 'POST'],
      ['/health/live', 'POST', 'GET, HEAD'],
      ['/', 'DELETE', 'GET, HEAD'],
      ['/api/memory/ada/store_raw', 'PATCH', 'POST'],
    ] as const) {
      const { status, headers, json } = await memoir.send(path, { method, key: null })
      expect([path, status, json.error]).toEqual([
        path,
        405,
        {
          code: 'method_not_allowed',
          message: expect.any(String),
          request_id: headers.get('x-request-id'),
        },
      ])
      const allow = (headers.get('allow') ?? '').split(', ').toSorted().join(', ')
      expect([path, allow]).toEqual([path, allowed])
    }
    // What a route itself does not find stays what it is.
    const path = '/v1/jobs/0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10'
    expect((await memoir.send(path)).status).toBe(404)
  },
)

test.skipIf(!hasPostgres)('when Postgres is away callers are told when to come back', async () => {
  await using memoir = await createApiFixture()
  const key = await memoir.key({ role: 'reader' })
  vi.spyOn(memoir.db, 'query').mockRejectedValue(
    new MemoirError('store_unavailable', 'Postgres does not answer.', { retryAfterMs: 5_000 }),
  )

  const answer = await memoir.send('/v1/users', { key })

  expect([answer.status, answer.json.error.code]).toEqual([503, 'store_unavailable'])
  expect(answer.headers.get('retry-after')).toBe('5')
})

test.skipIf(!hasPostgres)(
  'an app in this process acts as an administrator without a key',
  async () => {
    await using memoir = await createApiFixture({ app: { principal: localAdmin } })
    await memoir.namespace('acme')

    const answer = await memoir.send('/v1/keys', { key: null, headers: { host: 'memoir.local' } })
    const chosen = await memoir.send('/v1/keys', {
      key: 'whatever',
      body: { name: 'x', role: 'reader' },
      headers: { 'memoir-namespace': 'acme' },
    })

    expect(answer.status).toBe(200)
    expect(chosen.json.namespace).toBe('acme')
  },
)

test.skipIf(!hasPostgres)("the source's namespace needs no key to come into being", async () => {
  await using memoir = await createApiFixture({ env: { SOURCE_NAMESPACE: 'shop' } })
  const ask = async (namespace: string) =>
    (await memoir.send('/v1/jobs', { headers: { 'memoir-namespace': namespace } })).status

  expect(await ask('shop')).toBe(200)
  expect(await ask('other')).toBe(404)
  expect(await ask('Not A Name')).toBe(404)
})

test.skipIf(!hasPostgres)('a refusal says what was not sent, in words', async () => {
  await using memoir = await createApiFixture()
  const refusal = async (sent: Parameters<typeof memoir.send>[1]) =>
    (await memoir.send(PATH, sent)).json.error.message as string
  expect(await refusal({ body, key: null })).toBe(
    'No key was sent. Send one in the header: Authorization: Bearer KEY.',
  )
  expect(await refusal({ body, key: 'mk_of_nobody' })).toBe(
    'This key is not valid: it is unknown, revoked or expired.',
  )
  expect(await refusal({ body: { user_id: 'ann' } })).toBe('q: is required, as a string')
})
