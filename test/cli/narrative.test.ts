import { expect, test } from 'vitest'
import { job, startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const PATH = '/v1/narratives/maya'
const fresh = {
  narrative: '## Who\n- Maya\u001b[2J sails.',
  state: 'fresh',
  error: null,
  analysis: null,
}
const missing = { narrative: null, state: 'generating', error: null }
const accepted = { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } }

test('the numbers of a text are followed by the memories and messages that they stand for', async () => {
  const citations = [
    { n: 1, memory_id: 'm-1', message_ids: ['chat/3', 'chat/4', 'chat/5', 'chat/6'] },
    { n: 2, memory_id: 'm-2', message_ids: [] },
  ]
  await using api = await startFakeApi({ [`GET ${PATH}`]: { body: { ...fresh, citations } } })
  const { out } = await memoir(['narrative', 'maya'], { url: api.url })
  expect(out).toBe('## Who\n- Maya [2J sails.\n\n[1]  m-1  chat/3, chat/4, chat/5, …\n[2]  m-2\n')
})

test('the text alone stands on standard output, and commands a terminal to nothing', async () => {
  await using api = await startFakeApi({ [`GET ${PATH}`]: { body: fresh } })
  const { code, out, err } = await memoir(['narrative', 'maya'], { url: api.url })
  expect([code, out, err]).toEqual([0, '## Who\n- Maya [2J sails.\n', ''])
  const json = await memoir(['narrative', 'maya', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(fresh)
})

test('where there is none an analysis stands in, and says so', async () => {
  const analysis = { text: 'Maya sails.', model: 'rules', sources: [], degraded: [] }
  await using api = await startFakeApi({
    [`GET ${PATH}`]: { status: 202, body: { ...missing, analysis } },
  })
  const { code, out, err } = await memoir(['narrative', 'maya'], { url: api.url })
  expect([code, out]).toEqual([0, 'Maya sails.\n'])
  expect(err).toContain('It is being written.')
})

test('a failure is told with its reason', async () => {
  const error = { code: 'vendor_refused', message: '' }
  const body = { ...missing, state: 'failed', error, analysis: null }
  await using api = await startFakeApi({ [`GET ${PATH}`]: { status: 202, body } })
  const { code, err } = await memoir(['narrative', 'maya', '--watch'], { url: api.url })
  expect(code).toBe(1)
  expect(err).toContain('The model vendor refuses the request. (vendor_refused)')
})

test('one is written anew, and waited for when that is asked', async () => {
  await using api = await startFakeApi({
    [`POST ${PATH}/regenerate`]: accepted,
    'GET /v1/jobs/j-1': { body: job({ kind: 'narrative', state: 'succeeded', progress: {} }) },
    [`GET ${PATH}`]: { body: fresh },
  })
  const left = await memoir(['narrative', 'maya', '--regenerate'], { url: api.url })
  expect([left.code, left.out]).toEqual([
    0,
    'Accepted. Wait for it with: memoir narrative maya --watch\n',
  ])
  const waited = await memoir(['narrative', 'maya', '--regenerate', '--watch'], { url: api.url })
  expect(waited.out).toContain('sails')
})

test('a run over all users is followed, and its failures are listed by user', async () => {
  const progress = { total: 9, processed: 8, created: 7, skipped: 1, errors: 1 }
  const failed = {
    user_id: 'bob',
    code: 'vendor_refused',
    message: 'Refused.',
    failed_at: '2026-03-01T00:00:00.000Z',
  }
  const page = { items: [failed], next_cursor: null }
  await using api = await startFakeApi({
    'POST /v1/narratives/backfill': accepted,
    'GET /v1/jobs/j-1': { body: job({ kind: 'narratives', state: 'succeeded', progress }) },
    'GET /v1/narratives/backfill/j-1/failures': { body: page },
  })
  const { code, out, err } = await memoir(['narrative', '--backfill'], { url: api.url })
  expect([code, out]).toEqual([0, '9 users: 7 written, 1 unchanged, 1 failed\n'])
  expect(err).toContain('memoir jobs failures j-1')
  const failures = await memoir(['jobs', 'failures', 'j-1'], { url: api.url })
  expect(failures.out).toContain('bob')
})

test.each([[['narrative']], [['narrative', 'maya', '--backfill']]])(
  '%j names neither one user nor all',
  async (argv) => {
    const { code, err } = await memoir(argv, { url: 'http://127.0.0.1:1' })
    expect(code).toBe(2)
    expect(err).toContain('Name one user, or ask for --backfill.')
  },
)
