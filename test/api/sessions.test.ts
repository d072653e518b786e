import { expect, test, vi } from 'vitest'
import { MAX_BODY_BYTES, MAX_TRANSCRIPT_BYTES } from '../../src/api/app.ts'
import { MemoirError } from '../../src/errors.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, requestOf, type ApiFixture } from './api-fixture.ts'
import { fact, fail, succeed, summary } from './session-world.ts'

const suite = hasPostgres ? test : test.skip

const PATH = '/v1/sessions'
const transcript = 'User: I live in Berlin.\nAssistant: Since when?'

const post = async (memoir: ApiFixture, over: Readonly<Record<string, unknown>> = {}) =>
  await memoir.send(PATH, { body: { user_id: 'ann', session_id: 's1', transcript, ...over } })

suite(
  'a transcript is accepted with its place in the queue, while nothing listens at Temporal',
  async () => {
    await using memoir = await createApiFixture()
    const first = await post(memoir)
    expect(first.status).toBe(202)
    expect(first.json).toEqual({
      id: expect.any(String) as string,
      job: expect.any(String) as string,
      status: 'queued',
      session_id: 's1',
      queue_position: 1,
      estimated_seconds: null,
    })
    expect((await post(memoir, { session_id: 's2' })).json).toMatchObject({ queue_position: 2 })
    expect((await post(memoir)).json).toEqual(first.json)
    const job = await memoir.send(`/v1/jobs/${first.json.job}`)
    expect(job.json).toMatchObject({ kind: 'session', state: 'queued', user_id: 'ann' })
  },
)

suite('text and the list of the same turns are the same post', async () => {
  await using memoir = await createApiFixture()
  const list = [
    { role: 'user', content: [{ type: 'text', text: 'I live in Berlin.' }, { type: 'image_url' }] },
    { role: 'assistant', content: 'Since when?', name: null },
  ]
  expect((await post(memoir, { transcript: list })).json).toEqual((await post(memoir)).json)
})

suite('a session shows its posts, its summary and what was made of it', async () => {
  await using memoir = await createApiFixture()
  const first = await post(memoir)
  await fact(memoir, { job: first.json.job, content: 'Ann lives in Berlin.' })
  await summary(memoir, { job: first.json.job, content: 'About Berlin.' })
  await succeed(memoir, first.json.job)
  const second = await post(memoir, { transcript: `${transcript}\nUser: May.` })
  await fail(memoir, second.json.job)

  const { status, json } = await memoir.send(`${PATH}/s1`)

  expect(status).toBe(200)
  expect(json).toMatchObject({
    session_id: 's1',
    user_id: 'ann',
    collection: '',
    status: 'error',
    post_count: 2,
    summary: 'About Berlin.',
    memories: [{ kind: 'fact', content: 'Ann lives in Berlin.', user_id: 'ann' }],
  })
  expect(json.posts).toMatchObject([
    { id: first.json.id, number: 1, status: 'processed', turns: 2, error: null },
    { id: second.json.id, number: 2, status: 'error', turns: 3, error: { code: 'vendor_refused' } },
  ])
  expect((await memoir.send(`${PATH}/s9`)).status).toBe(404)
})

suite('an id that two sessions have is refused until it is said which is meant', async () => {
  await using memoir = await createApiFixture()
  await post(memoir)
  await post(memoir, { user_id: 'bob' })
  await post(memoir, { user_id: 'bob', collection: 'work' })
  expect((await memoir.send(`${PATH}/s1`)).json.error.code).toBe('conflict')
  expect((await memoir.send(`${PATH}/s1?user_id=ann`)).json).toMatchObject({ user_id: 'ann' })
  const work = await memoir.send(`${PATH}/s1?user_id=bob&collection=work`)
  expect(work.json).toMatchObject({ user_id: 'bob', collection: 'work' })
})

suite('sessions are listed by their last change, page by page, and by status', async () => {
  await using memoir = await createApiFixture()
  const jobs: string[] = []
  for (const session_id of ['s1', 's2', 's3']) {
    jobs.push((await post(memoir, { session_id })).json.job)
  }
  await fail(memoir, jobs[1] ?? '')
  const first = await memoir.send(`${PATH}?limit=2`)
  const rest = await memoir.send(`${PATH}?limit=2&cursor=${first.json.next_cursor}`)
  const ids = [...first.json.items, ...rest.json.items].map(({ session_id }) => session_id)
  expect(ids).toEqual(['s3', 's2', 's1'])
  expect(rest.json.next_cursor).toBeNull()
  const failed = await memoir.send(`${PATH}?status=error`)
  expect(failed.json.items).toMatchObject([{ session_id: 's2', status: 'error', post_count: 1 }])
  expect((await memoir.send(`${PATH}?user_id=nobody`)).json.items).toEqual([])
  expect((await memoir.send(`${PATH}?cursor=eyJ4IjoxfQ`)).status).toBe(400)
})

suite('what is wrong is refused by its path, and nothing is written', async () => {
  await using memoir = await createApiFixture()
  const turn = { role: 'user', content: 'a' }
  for (const [body, field] of [
    [{ transcript: '' }, 'transcript'],
    [{ transcript: ' \n' }, 'transcript'],
    [{ transcript: 'User:\nAssistant:' }, 'transcript'],
    [{ transcript: 7 }, 'transcript'],
    [{ transcript: [] }, 'transcript'],
    [{ transcript: [turn, { content: 'a' }] }, 'transcript.1.role'],
    [{ transcript: [{ ...turn, colour: 'red' }] }, 'transcript.0.colour'],
    [{ transcript: [{ ...turn, content: 7 }] }, 'transcript.0.content'],
    [{ transcript: [{ ...turn, timestamp: 'soon' }] }, 'transcript.0.timestamp'],
    [{ transcript: 'a\u0000b' }, 'transcript'],
    [{ transcript: [{ role: 'user', content: '\ud800' }] }, 'transcript.0.content'],
    [{ metadata: { note: 'x'.repeat(17_000) } }, 'metadata'],
    [{ metadata: 'x' }, 'metadata'],
    [{ session_id: '' }, 'session_id'],
    [{ session_id: 'x'.repeat(257) }, 'session_id'],
    [{ colour: 'red' }, 'colour'],
    [{ user_id: undefined }, 'user_id'],
  ] as const) {
    const { status, json } = await post(memoir, body)
    expect([field, status, json.error.details?.field]).toEqual([field, 400, field])
  }
  const { rows } = await memoir.db.query('select from memoir.memory_user')
  expect(rows).toEqual([])
})

suite('a transcript may be larger than other bodies, up to its own limit', async () => {
  await using memoir = await createApiFixture()
  const large = `User: ${'word '.repeat(MAX_BODY_BYTES / 4)}`
  expect((await post(memoir, { transcript: large })).status).toBe(202)
  const request = { ...requestOf({ body: {} }), body: 'x'.repeat(MAX_TRANSCRIPT_BYTES + 1) }
  const refused = await memoir.app.request(PATH, request)
  expect(refused.status).toBe(413)
  expect(await refused.json()).toMatchObject({
    error: { details: { max_bytes: MAX_TRANSCRIPT_BYTES } },
  })
})

suite('ten megabytes of ten thousand turns are accepted at once', async () => {
  await using memoir = await createApiFixture()
  const turn = (n: number) => `${n % 2 === 0 ? 'User' : 'Assistant'}: ${`word${n} `.repeat(110)}`
  const large = Array.from({ length: 10_000 }, (_, n) => turn(n)).join('\n')
  expect(large.length).toBeGreaterThan(9_000_000)
  const began = performance.now()
  expect((await post(memoir, { transcript: large })).status).toBe(202)
  expect(performance.now() - began).toBeLessThan(10_000)
  const { json } = await memoir.send(`${PATH}/s1`)
  expect(json.posts).toMatchObject([{ turns: 10_000 }])
  const shown = await memoir.send('/api/memory/chats/hierarchy')
  expect(shown.text.length).toBeLessThan(10_000)
})

suite('an idempotency key gives the same answer, and none to another body', async () => {
  await using memoir = await createApiFixture()
  const headers = { 'idempotency-key': 'k-1' }
  const body = { user_id: 'ann', transcript }
  const first = await memoir.send(PATH, { headers, body })
  await post(memoir)
  expect((await memoir.send(PATH, { headers, body })).json).toEqual(first.json)
  const other = { ...body, transcript: 'User: other' }
  expect((await memoir.send(PATH, { headers, body: other })).status).toBe(409)
})

suite('a caller may wait for the end, and gets the session', async () => {
  await using memoir = await createApiFixture()
  const { json } = await post(memoir)
  await succeed(memoir, json.job)
  const body = { user_id: 'ann', session_id: 's1', transcript }
  const waited = await memoir.send(PATH, { headers: { prefer: 'wait=5' }, body })
  expect(waited.status).toBe(200)
  expect(waited.json).toMatchObject({ session_id: 's1', status: 'processed' })
  const other = { ...body, session_id: 's2' }
  const late = await memoir.send(PATH, { headers: { prefer: 'wait=1' }, body: other })
  expect([late.status, late.json.status]).toEqual([202, 'queued'])
})

suite(
  'the time of a post is that of turns without one, and no part of what makes it the same',
  async () => {
    await using memoir = await createApiFixture()
    const list = [
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b', timestamp: 1_683_554_160 },
    ]
    const first = await post(memoir, { transcript: list, metadata: { timestamp: '2023-05-01' } })
    const again = await post(memoir, { transcript: list, metadata: { timestamp: '2024-01-01' } })
    expect(again.json.id).toBe(first.json.id)
    const { rows } = await memoir.db.query<{ turns: { at: string }[] }>(
      'select turns from memoir.raw_session',
    )
    expect(rows[0]?.turns.map(({ at }) => at)).toEqual([
      '2023-05-01T00:00:00.000+00:00',
      '2023-05-08T13:56:00.000Z',
    ])
  },
)

suite("a user's own key posts for that user, and a scoped one not at all", async () => {
  await using memoir = await createApiFixture()
  await post(memoir)
  const bob = await memoir.key({ role: 'service', user: 'bob' })
  const own = await memoir.send(PATH, { key: bob, body: { transcript } })
  // Others' posts are not counted.
  expect(own.json).toMatchObject({ queue_position: 1 })
  const foreign = await memoir.send(PATH, { key: bob, body: { transcript, user_id: 'ann' } })
  expect(foreign.status).toBe(404)
  const list = await memoir.send(PATH, { key: bob })
  expect(list.json.items.map(({ user_id }: { user_id: string }) => user_id)).toEqual(['bob'])
  expect((await memoir.send(`${PATH}/s1`, { key: bob })).status).toBe(404)
  const scoped = await memoir.key({ role: 'service', scopes: ['personal'] })
  expect(
    (await memoir.send(PATH, { key: scoped, body: { transcript, user_id: 'ann' } })).status,
  ).toBe(403)
  expect((await memoir.send(PATH, { key: scoped })).json.items).toEqual([])
})

suite('while Postgres is away it is said when to come back', async () => {
  await using memoir = await createApiFixture()
  vi.spyOn(memoir.services.posts, 'accept').mockRejectedValue(
    new MemoirError('store_unavailable', 'Postgres does not answer.', { retryAfterMs: 5_000 }),
  )
  for (const sent of [
    { path: PATH, body: { user_id: 'ann', transcript } },
    { path: '/api/memory/chats/store_raw', body: { session_data: transcript } },
  ]) {
    const { status, headers } = await memoir.send(sent.path, { body: sent.body })
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  }
})

suite('who was erased is refused with the code that says so', async () => {
  await using memoir = await createApiFixture()
  await memoir.user('ann')
  await memoir.db.query('update memoir.memory_user set erased_at = now()')
  const { status, json } = await post(memoir)
  expect([status, json.error.code]).toEqual([409, 'suppressed_user'])
})
