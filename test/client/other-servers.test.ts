import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Memoir } from '../../src/client/index.ts'
import { createApiFixture, ADMIN_KEY } from '../api/api-fixture.ts'
import { errorBody, job, startFakeApi } from '../cli/fake-api.ts'
import { hasPostgres } from '../support/database.ts'

/** The client before a server that is older, newer, no Memoir, or that breaks off. */

test.skipIf(!hasPostgres)('a route that the server does not have is named', async () => {
  await using memoir = await createApiFixture()
  // As an older server: whatever is asked for is at an address that it does not know.
  const client = new Memoir({
    baseUrl: 'http://memoir.test',
    apiKey: ADMIN_KEY,
    fetch: async (request) =>
      await memoir.app.request(new Request(request.url.replace('/v1/', '/v1/later/'), request)),
  })
  const message = (asked: string) =>
    `This Memoir does not have ${asked}; it may be older than this client.`
  await expect(client.status()).rejects.toMatchObject({
    name: 'MemoirApiError',
    code: 'not_found',
    status: 404,
    message: message('GET /v1/status'),
  })
  await expect(client.context({ q: 'x', user_id: 'ann' })).rejects.toThrow(
    message('POST /v1/context'),
  )
  await expect(client.jobs.wait('j-1')).rejects.toThrow(message('GET /v1/jobs/j-1/events'))
})

test.skipIf(!hasPostgres)('what does not exist is not called a missing route', async () => {
  await using memoir = await createApiFixture()
  const client = new Memoir({
    baseUrl: 'http://memoir.test',
    apiKey: ADMIN_KEY,
    fetch: async (request) => await memoir.app.request(request),
  })
  const missing = client.memories.get('01900000-0000-7000-8000-000000000000')
  await expect(missing).rejects.toMatchObject({ code: 'not_found' })
  await expect(missing).rejects.not.toThrow('older')
})

test('fields that this client does not know are passed through, missing ones are undefined', async () => {
  const { state, ...older } = job()
  await using api = await startFakeApi({
    'GET /v1/jobs/j-1': { body: { ...older, moods: ['good'] } },
    'GET /v1/users': { body: { items: [{ user_id: 'ann', nickname: 'A' }] } },
  })
  const client = new Memoir({ baseUrl: api.url })
  expect(await client.jobs.get('j-1')).toEqual({ ...older, moods: ['good'] })
  expect(state).toBeDefined()
  expect(await Array.fromAsync(client.users.all())).toEqual([{ user_id: 'ann', nickname: 'A' }])
})

test('an error code that this client does not know is passed on', async () => {
  await using api = await startFakeApi({
    'GET /v1/status': { status: 418, body: errorBody('teapot', 'Short and stout.') },
  })
  await expect(new Memoir({ baseUrl: api.url }).status()).rejects.toMatchObject({
    code: 'teapot',
    status: 418,
    message: 'Short and stout.',
  })
})

test.each([
  ['a page of another server', { status: 404, text: '<html>Not Found</html>' }, 404],
  ['a page of success', { text: '<html>Welcome</html>' }, 200],
  ['an answer that breaks off', { text: '{"status": "hea' }, 200],
  ['an error of another kind', { status: 404, body: { message: 'Cannot GET /v1/status' } }, 404],
])('%s is no answer of Memoir', async (_, reply, status) => {
  await using api = await startFakeApi({ 'GET /v1/status': reply })
  await expect(new Memoir({ baseUrl: api.url }).status()).rejects.toMatchObject({
    name: 'MemoirApiError',
    code: 'unknown',
    status,
    message: `GET /v1/status was answered with HTTP ${status} by something that is not Memoir; check the URL.`,
  })
})

test.each(['localhost:8080', 'memoir.example.com', 'ftp://memoir.example.com', ''])(
  'the address %j is refused before anything is asked',
  (baseUrl) => {
    expect(() => new Memoir({ baseUrl })).toThrow('baseUrl: must be an http or https address')
  },
)

test('a write whose answer was lost is sent again with the same key', async () => {
  const keys: unknown[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length === 1) return void request.socket.destroy()
    response.writeHead(202, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id: 'j-1', job: 'j-1', status: 'queued', ids: ['m-1'] }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  try {
    const { port } = server.address() as AddressInfo
    const client = new Memoir({ baseUrl: `http://127.0.0.1:${port}` })
    const accepted = await client.add({ user_id: 'ann', content: 'Ann likes tea.' })
    expect(accepted).toMatchObject({ ids: ['m-1'] })
    expect(keys).toEqual([expect.stringMatching(/./), keys[0]])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
