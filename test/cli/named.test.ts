import { expect, test } from 'vitest'
import { errorBody, job, startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const A = '01a22db5-99da-75ec-82f4-c6740b92f2bc'
const B = '01a22db5-99da-75ec-82f4-c6740b92f2bd'
const missing = { status: 404, body: errorBody('not_found', 'There is no such thing here.') }

test('how an id begins is enough', async () => {
  await using api = await startFakeApi({
    'GET /v1/ids': { body: { ids: [A], more: false } },
    [`GET /v1/jobs/${A}`]: { body: job({ id: A, state: 'succeeded' }) },
    [`GET /v1/jobs/${A}/failures`]: { body: { items: [] } },
    [`POST /v1/jobs/${A}/retry`]: { status: 202, body: {} },
  })
  const shown = await memoir(['jobs', 'show', '01a2'], { url: api.url })
  expect(shown.out).toContain(A)
  expect(api.asked[0]).toMatchObject({ path: '/v1/ids', query: { of: 'job', prefix: '01a2' } })
  const retried = await memoir(['jobs', 'retry', '01a2'], { url: api.url })
  expect([retried.code, retried.err]).toEqual([0, `Watch it with: memoir jobs watch ${A}\n`])
  // A whole id is asked for at once.
  await memoir(['jobs', 'show', A, '--json'], { url: api.url })
  expect(api.asked.at(-1)?.path).toBe(`/v1/jobs/${A}`)
  expect(api.asked.filter(({ path }) => path === '/v1/ids')).toHaveLength(2)
})

test('one that several begin with is said to be ambiguous, and nothing is done', async () => {
  await using api = await startFakeApi({ 'GET /v1/ids': { body: { ids: [A, B], more: true } } })
  for (const argv of [
    ['jobs', 'cancel', '01a2'],
    ['memories', 'restore', '01a2'],
    ['forget', '01a2', '--yes'],
  ]) {
    const { code, out, err } = await memoir(argv, { url: api.url })
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`begin with 01a2: ${A}, ${B}, ….`)
    expect(err).toContain('Type more of the id.')
  }
  expect(api.asked.every(({ path }) => path === '/v1/ids')).toBe(true)
  const json = await memoir(['jobs', 'show', '01a2', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toMatchObject({
    error: { code: 'invalid_request', details: { ids: [A, B] } },
  })
})

test.each([
  [['jobs', 'show', '01a2'], 'No job 01a2; see `memoir jobs list`.'],
  [['jobs', 'watch', A], `No job ${A}; see \`memoir jobs list\`.`],
  [['jobs', 'failures', A], `No job ${A}; see \`memoir jobs list\`.`],
  [['memories', 'show', 'beef'], 'No memory beef; see `memoir memories list --user ID`.'],
  [['memories', 'history', A], `No memory ${A}; see \`memoir memories list --user ID\`.`],
  [['forget', A, '--dry-run'], `No memory ${A}; see \`memoir memories list --user ID\`.`],
  [['sessions', 'show', 'call-9'], 'No session call-9; see `memoir sessions list`.'],
  [['keys', 'revoke', 'beef'], 'No key beef; see `memoir keys list`.'],
  [['erase', 'maja', '--yes'], 'No user maja; see `memoir users list`.'],
])('%j: what is not there is named, with where to look', async (argv, message) => {
  await using api = await startFakeApi({
    'GET /v1/ids': { body: { ids: [], more: false } },
    'GET /v1/keys': { body: { items: [], next_cursor: null } },
  })
  const { code, out, err } = await memoir(argv, { url: api.url })
  expect([code, out, err]).toEqual([1, '', `memoir: ${message}\n`])
  const json = await memoir([...argv, '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'not_found', message } })
})

test('a session has the id that its posts gave it, and how that begins is enough too', async () => {
  const session = {
    session_id: 'call-10',
    user_id: 'ann',
    collection: '',
    status: 'processed',
    post_count: 1,
    open_count: 0,
    updated_at: '2026-03-01T09:00:00.000Z',
    posts: [],
    summary: null,
    memories: [],
  }
  await using api = await startFakeApi({
    'GET /v1/ids': { body: { ids: ['call-10'], more: false } },
    'GET /v1/sessions/call-1': missing,
    'GET /v1/sessions/call-10': { body: session },
  })
  const { code, out } = await memoir(['sessions', 'show', 'call-1'], { url: api.url })
  expect(code).toBe(0)
  expect(out).toContain('call-10')
})

test('a key is found by how its id begins among all pages', async () => {
  const key = (id: string) => ({ id, name: 'k', role: 'reader' })
  await using api = await startFakeApi({
    'GET /v1/keys': [
      { body: { items: [key(B.replace('01', 'ff'))], next_cursor: 'more' } },
      { body: { items: [key(A)], next_cursor: null } },
    ],
    [`DELETE /v1/keys/${A}`]: { status: 204 },
  })
  const { code, out } = await memoir(['keys', 'revoke', '01a2', '--json'], { url: api.url })
  expect([code, JSON.parse(out)]).toEqual([0, { id: A, revoked: true }])
})

const days = {
  id: A,
  user_id: null,
  day: null,
  state: 'unchanged',
  plan: null,
  guard: null,
  applied: null,
}
const nothing = { hits: [], degraded: [], took_ms: 1 }

test.each([
  [['recall', 'lake', '--user', 'maja']],
  [['context', 'lake', '--user', 'maja']],
  [['ask', 'Which lake?', '--user', 'maja']],
  [['memories', 'list', '--user', 'maja']],
  [['sessions', 'list', '--user', 'maja']],
  [['narrative', 'maja']],
  [['forget', '--user', 'maja', '--dry-run']],
  [['consolidate', '--user', 'maja']],
])('%j: an unknown user is said to be unknown', async (argv) => {
  const unknown = { known: false, answer: '', citations: [], model: 'rules' }
  const routes = {
    'POST /v1/recall': { body: nothing },
    'POST /v1/context': { body: { context: '', citations: [], tokens: 0, degraded: [] } },
    'POST /mcp/tool/call': {
      body: { content: [], structuredContent: unknown, isError: false },
    },
    'GET /v1/memories': { body: { items: [], next_cursor: null } },
    'GET /v1/sessions': { body: { items: [], next_cursor: null } },
    'POST /v1/forget': {
      body: { tombstone: { ids: [], forgotten_at: null, counts: {} } },
    },
    'POST /v1/consolidations': { status: 202, body: { id: A, job: A, status: 'queued' } },
    [`GET /v1/jobs/${A}`]: { body: job({ id: A, kind: 'consolidate', state: 'succeeded' }) },
    [`GET /v1/consolidations/${A}`]: { body: { ...days, runs: [] } },
    'GET /v1/narratives/maja': { body: { narrative: null, state: 'none', error: null } },
  }
  await using api = await startFakeApi(routes)
  const { err } = await memoir(argv, { url: api.url })
  expect(err).toContain('No user maja; see `memoir users list`.')
  const json = await memoir([...argv, '--json'], { url: api.url })
  expect(() => JSON.parse(json.out)).not.toThrow()

  const body = { user_id: 'maja', memories: 1, episodes: 0, last_active_at: null }
  await using known = await startFakeApi({ ...routes, 'GET /v1/users/maja': { body } })
  const other = await memoir(argv, { url: known.url })
  expect(other.err).not.toContain('No user')
})
