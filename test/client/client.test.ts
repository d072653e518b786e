import { readFileSync } from 'node:fs'
import { expect, expectTypeOf, test, vi } from 'vitest'
import { clientTypes, toolDefinitions, TOOLS_FILE, TYPES_FILE } from '../../scripts/client-types.ts'
import {
  Memoir,
  MemoirApiError,
  MemoirConnectionError,
  MemoirJobError,
  type Hit,
  type Job,
  type MemoryFilter,
} from '../../src/client/index.ts'
import { ADMIN_KEY, createApiFixture, type ApiFixture } from '../api/api-fixture.ts'
import { errorBody, job, startFakeApi } from '../cli/fake-api.ts'
import { hasPostgres } from '../support/database.ts'

const over = (memoir: ApiFixture, apiKey = ADMIN_KEY) =>
  new Memoir({
    baseUrl: 'http://memoir.test/',
    apiKey,
    fetch: async (request) => await memoir.app.request(request),
  })

const busy = {
  status: 503,
  body: errorBody('store_unavailable', 'Postgres does not answer.'),
  headers: { 'retry-after': '0' },
}

test('what the client knows of the API is what node scripts/client-types.ts writes', () => {
  expect(readFileSync(TYPES_FILE, 'utf8')).toBe(clientTypes())
  expect(readFileSync(TOOLS_FILE, 'utf8')).toBe(toolDefinitions())
})

test.skipIf(!hasPostgres)('the client reaches what the API has', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'ann', scope: 'work', content: 'the lake' })
  await memoir.user('ann')
  const id = await memoir.job()
  const client = over(memoir)

  const { hits } = await client.recall({ q: 'lake', user_id: 'ann', k: 3, scope: 'work' })
  const { items } = await client.users.list({ limit: 5 })

  expectTypeOf(hits).items.toEqualTypeOf<Hit>()
  expect(hits).toEqual([expect.objectContaining({ content: 'the lake' })])
  expect(items).toEqual([expect.objectContaining({ user_id: 'ann' })])
  expect(await client.jobs.get(id)).toMatchObject({ id, state: 'succeeded' })
  expect(await client.keys.current()).toMatchObject({ role: 'admin', namespace: 'default' })
  expect(await client.backfills.estimate()).toMatchObject({ conversations: 3, language: null })
  expect((await client.backfills.estimate({ extract: 'rules' })).language?.model).toBe('rules')
  expect(await client.backfills.failures(id)).toEqual({ items: [], next_cursor: null })
})

test.skipIf(!hasPostgres)('lists are read page by page', async () => {
  await using memoir = await createApiFixture()
  for (const name of ['ann', 'bob', 'cat', 'dan', 'eve']) await memoir.user(name)
  const names: string[] = []
  for await (const user of over(memoir).users.all({ limit: 2 })) names.push(user.user_id)
  expect(names).toEqual(['ann', 'bob', 'cat', 'dan', 'eve'])
})

test.skipIf(!hasPostgres)('a context is one text that cites memories', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'ann', scope: 'work', content: 'the lake' })
  const { context, citations } = await over(memoir).context({ q: 'lake', user_id: 'ann' })
  expect(context).toContain('the lake')
  expect(citations).toHaveLength(1)
})

test.skipIf(!hasPostgres)('memories are written, listed, changed, removed, restored', async () => {
  await using memoir = await createApiFixture()
  const client = over(memoir)
  const { ids } = await client.add({
    user_id: 'ann',
    content: 'Ann likes tea.',
    tags: ['taste'],
    metadata: { page: 3 },
  })
  const [id = ''] = ids
  const { revision } = await client.memories.get(id)
  await client.memories.update(id, { content: 'Ann likes coffee.' }, { revision })
  const late = client.memories.update(id, { content: 'x' }, { revision })

  await expect(late).rejects.toMatchObject({ code: 'precondition_failed', status: 412 })
  const { items } = await client.memories.list({ user_id: 'ann', tags: ['taste'] })
  expect(items).toEqual([expect.objectContaining({ id, content: 'Ann likes coffee.' })])
  const named = async (filter: MemoryFilter) =>
    (await client.memories.list({ user_id: 'ann', ...filter })).items.map((item) => item.id)
  expect(await named({ metadata: { page: 3 } })).toEqual([id])
  expect(await named({ metadata: { page: 4 } })).toEqual([])
  expect(await named({ filter: { 'metadata.page': { gt: 2 } } })).toEqual([id])
  expect((await client.memories.history(id)).items.length).toBeGreaterThan(1)
  await client.memories.remove(id)
  expect((await client.memories.list({ user_id: 'ann' })).items).toEqual([])
  await client.memories.restore(id)
  expect((await client.memories.list({ user_id: 'ann' })).items).toHaveLength(1)
})

test.skipIf(!hasPostgres)('transcripts are handed in', async () => {
  await using memoir = await createApiFixture()
  const transcript = [{ role: 'user', content: 'I moved to Lisbon in May.' }]
  const post = await over(memoir).sessions.store({ user_id: 'ann', session_id: 's-1', transcript })
  const session = await over(memoir).sessions.get('s-1', { user_id: 'ann' })
  expect(post).toMatchObject({ session_id: 's-1', status: 'queued' })
  expect(session).toMatchObject({ posts: [{ job: post.job }] })
})

test.skipIf(!hasPostgres)('keys are made and ended', async () => {
  await using memoir = await createApiFixture()
  const client = over(memoir)
  const made = await client.keys.create({ name: 'app', role: 'reader' })
  expect(await over(memoir, made.key).keys.current()).toMatchObject({ role: 'reader' })
  await client.keys.revoke(made.id)
  await expect(over(memoir, made.key).keys.current()).rejects.toMatchObject({ status: 401 })
})

test.skipIf(!hasPostgres)('what is refused says why, in fields a program can use', async () => {
  await using memoir = await createApiFixture()

  const refused = await over(memoir)
    .recall({ q: 'x' })
    .catch((error: unknown) => error)
  const locked = over(memoir, 'wrong').users.list()

  expect(refused).toBeInstanceOf(MemoirApiError)
  expect(refused).toMatchObject({
    name: 'MemoirApiError',
    code: 'invalid_request',
    status: 400,
    request_id: expect.stringMatching(/./),
    details: { field: 'user_id' },
  })
  await expect(locked).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
})

test('a read that meets a store that is away is tried again', async () => {
  await using api = await startFakeApi({
    'GET /v1/jobs/j-1': [busy, { status: 502, body: '' }, { body: job() }],
  })
  const client = new Memoir({ baseUrl: api.url })
  expect(await client.jobs.get('j-1')).toMatchObject({ id: 'j-1' })
  expect(api.asked).toHaveLength(3)
})

test('further tries of a write carry one key, so it is done once', async () => {
  await using api = await startFakeApi({
    'POST /v1/backfills': [
      busy,
      {
        status: 409,
        body: errorBody('in_progress', 'Still at work.'),
        headers: { 'retry-after': '0' },
      },
      { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    ],
  })
  const keys: (string | null)[] = []
  const client = new Memoir({
    baseUrl: api.url,
    fetch: async (request) => {
      keys.push(request.headers.get('idempotency-key'))
      return await fetch(request)
    },
  })

  expect(await client.backfills.start({ budget: 5 })).toMatchObject({ job: 'j-1' })

  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(api.asked[2]).toMatchObject({ body: { budget: 5 } })
})

test('what cannot be repeated safely is sent once', async () => {
  await using api = await startFakeApi({
    'POST /v1/keys': busy,
    'POST /v1/jobs/j-1/retry': busy,
  })
  const client = new Memoir({ baseUrl: api.url })
  await expect(client.keys.create({ name: 'x', role: 'reader' })).rejects.toMatchObject({
    code: 'store_unavailable',
    retryAfterMs: 0,
  })
  await expect(client.jobs.retry('j-1')).rejects.toBeInstanceOf(MemoirApiError)
  expect(api.asked).toHaveLength(2)
})

test('nobody there and nothing in time are told apart', async () => {
  const nobody = new Memoir({ baseUrl: 'http://127.0.0.1:1', retries: 0 })
  const slow = new Memoir({
    baseUrl: 'http://127.0.0.1:1',
    timeoutMs: 10,
    retries: 0,
    fetch: async ({ signal }) =>
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      }),
  })
  await expect(nobody.users.list()).rejects.toMatchObject({ timedOut: false })
  await expect(slow.users.list()).rejects.toMatchObject({ timedOut: true })
  await expect(slow.users.list()).rejects.toBeInstanceOf(MemoirConnectionError)
})

test('a signal ends the request, and what waits for another try', async () => {
  const mine = new Error('enough')
  await using api = await startFakeApi({
    'GET /v1/users': { ...busy, headers: { 'retry-after': '60' } },
  })
  const controller = new AbortController()
  const asked = new Memoir({ baseUrl: api.url }).users.list({ signal: controller.signal })
  await vi.waitFor(() => expect(api.asked).toHaveLength(1))
  controller.abort(mine)
  await expect(asked).rejects.toBe(mine)
  await expect(
    new Memoir({ baseUrl: api.url }).users.list({ signal: controller.signal }),
  ).rejects.toBe(mine)
})

test.skipIf(!hasPostgres)('waiting follows a job to its end and tells how it went', async () => {
  await using memoir = await createApiFixture()
  const id = await memoir.job({ state: 'running' })
  const seen: Job['state'][] = []
  const set = async (state: string) =>
    await memoir.db.query('update memoir.job set state = $2 where id = $1', [id, state])

  const waited = over(memoir).jobs.wait(id, { onProgress: (now) => seen.push(now.state) })
  await vi.waitFor(() => expect(seen).toEqual(['running']))
  await set('succeeded')

  expect(await waited).toMatchObject({ id, state: 'succeeded' })
  expect(seen).toEqual(['running', 'succeeded'])
  await set('failed')
  const failed = await over(memoir)
    .jobs.wait(id)
    .catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(MemoirJobError)
  expect(failed).toMatchObject({ job: { id, state: 'failed' } })
})

test('a stream that breaks off is taken up where it was', async () => {
  const event = (id: string, state: string) =>
    `event: job\nid: ${id}\ndata: ${JSON.stringify(job({ state }))}\n\n`
  const heard: (string | null)[] = []
  const streams = [event('a', 'running'), ': keep-alive\n\n', event('b', 'succeeded')]
  const client = new Memoir({
    baseUrl: 'http://memoir.test',
    fetch: async (request) => {
      heard.push(request.headers.get('last-event-id'))
      return await Promise.resolve(new Response(streams.shift()))
    },
  })
  const states = await Array.fromAsync(client.jobs.watch('j-1'), ({ state }) => state)
  expect(states).toEqual(['running', 'succeeded'])
  expect(heard).toEqual([null, 'a', 'a'])
})

test.skipIf(!hasPostgres)('a model gets the tools, and what it calls is run', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'ann', scope: 'work', content: 'the lake' })
  const { tools } = over(memoir)
  const definitions = tools.definitions({ only: ['recall_memory'] })
  expect(definitions).toEqual([
    { type: 'function', function: expect.objectContaining({ name: 'recall_memory' }) },
  ])
  const { required, properties } = definitions[0]?.function.parameters ?? {}
  expect(required).toEqual(['query'])
  expect(Object.keys(properties as object).filter((name) => name.startsWith('user'))).toEqual([])
  const call = (given: string) => ({
    id: 'call-1',
    function: { name: 'recall_memory', arguments: given },
  })

  const said = await tools.run(
    call('{"query_summary":"lake","user_id":"bob","user_ids":["bob"]}'),
    {
      userId: 'ann',
    },
  )
  const odd = await tools.run(call('{'))
  const wrong = await tools.run(call('{}'), { userId: 'ann' })

  expect(said).toMatchObject({ role: 'tool', tool_call_id: 'call-1' })
  expect(said.content).toContain('the lake')
  expect(odd.content).toContain('must be a JSON object')
  expect(wrong.content).toContain('query: is required')
})
