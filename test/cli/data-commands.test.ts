import { expect, test, vi } from 'vitest'
import { run } from '../../src/cli.ts'
import { counts, errorBody, job, startFakeApi } from './fake-api.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

const hit = {
  id: 'm-1',
  user_id: 'maya',
  kind: 'message',
  role: 'user',
  content:
    'We hiked up to the lake,\nthree hours each way, and it rained all the way back down to the car.',
  occurred_at: '2026-02-03T08:15:00.000Z',
  score: 0.8123,
  scores: { relevance: 0.7 },
}

const found = { hits: [hit], degraded: [], took_ms: 4.2 }

test('recall asks what was typed, with the key and the namespace', async () => {
  await using api = await startFakeApi({ 'POST /v1/recall': { body: found } })
  const { code } = await memoir(
    `recall lake --user maya --k 3 --kinds fact,message --scope work --from 2026-01-01 --threshold 0.2 --namespace acme`.split(
      ' ',
    ),
    { url: api.url },
  )
  expect(code).toBe(0)
  expect(api.asked).toEqual([
    {
      method: 'POST',
      path: '/v1/recall',
      query: {},
      authorization: 'Bearer test-key',
      namespace: 'acme',
      body: {
        q: 'lake',
        user_id: 'maya',
        k: 3,
        kinds: ['fact', 'message'],
        scope: ['work'],
        from: '2026-01-01T00:00:00.000Z',
        threshold: 0.2,
      },
    },
  ])
})

test('hits are fitted to the width of the terminal, and one line each in a pipe', async () => {
  await using api = await startFakeApi({ 'POST /v1/recall': { body: found } })
  const narrow = await memoir(['recall', 'lake', '--user', 'maya'], { url: api.url, columns: 72 })
  const lines = narrow.out.trimEnd().split('\n')
  expect(lines[1]).toBe('0.812  2026-02-03 08:15  message  user')
  expect(lines[2]).toMatch(/^ {2}We hiked up to the lake, three/)
  expect(narrow.out).toContain('to the car.')
  for (const each of lines) expect(each.length).toBeLessThanOrEqual(72)
  const piped = await memoir(['recall', 'lake', '--user', 'maya'], { url: api.url })
  expect(piped.out).toContain('down to the car.')
})

test('memory text cannot command the terminal', async () => {
  const content = 'red \u001b[31malert\u001b]0;owned\u0007 \u202ereversed\u202c \u009b2J'
  await using api = await startFakeApi({
    'POST /v1/recall': { body: { ...found, hits: [{ ...hit, content }] } },
  })
  const table = await memoir(['recall', 'x', '--user', 'maya'], { url: api.url })
  const json = await memoir(['recall', 'x', '--user', 'maya', '--json'], { url: api.url })
  for (const { out } of [table, json]) {
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  }
  expect(table.out).not.toContain('\u202e')
  expect(JSON.parse(json.out)).toMatchObject({ hits: [{ content }] })
})

test('--json is the answer of the API and nothing else; what is degraded is said on the side', async () => {
  const answer = { ...found, degraded: ['embedding_timeout'], later: 1 }
  await using api = await startFakeApi({ 'POST /v1/recall': { body: answer } })
  const json = await memoir(['recall', 'lake', '--user', 'maya', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(answer)
  const table = await memoir(['recall', 'lake', '--user', 'maya'], { url: api.url })
  expect(table.err).toContain('embedding_timeout')
})

test('a backfill is followed to its end, with plain lines off a terminal', async () => {
  const half = counts({
    processed: 50,
    created: 49,
    skipped: 1,
    total_fetched: 52,
    errors: 2,
    total: 100,
  })
  const whole = { ...half, processed: 98, created: 97, total_fetched: 100 }
  await using api = await startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': [
      { body: job({ progress: half }) },
      { status: 503, body: errorBody('store_unavailable', 'Postgres does not answer.') },
      { body: job({ state: 'succeeded', progress: whole }) },
    ],
  })
  const { code, out, err } = await memoir(['backfill', '--page-size', '50'], { url: api.url })
  expect(code).toBe(0)
  expect(api.asked[0]?.body).toEqual({ page_size: 50 })
  expect(out).toBe('100 conversations: 97 created, 0 updated, 1 unchanged, 2 failed\n')
  expect(err.split('\n').slice(0, 2)).toEqual([
    'backfill: 52/100  1 unchanged, 2 failed',
    'backfill: 100/100  succeeded, 1 unchanged, 2 failed',
  ])
  expect(err).not.toContain('\u001b')
  expect(err).toContain('memoir jobs failures j-1')
})

test('a person at a terminal sees a bar on standard error', async () => {
  await using api = await startFakeApi({
    'GET /v1/jobs/j-1': {
      body: job({ state: 'succeeded', progress: counts({ processed: 8, total: 8 }) }),
    },
  })
  const { out, err } = await memoir(['jobs', 'watch', 'j-1', '--json'], {
    url: api.url,
    isTTY: true,
  })
  expect(err).toContain('8/8')
  expect(JSON.parse(out)).toMatchObject({ id: 'j-1', state: 'succeeded' })
})

test('a backfill that fails says where and how to go on, and exits 1', async () => {
  const error = { code: 'vendor_unauthorized', message: 'The vendor says no.', step: 'ingestPage' }
  await using api = await startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job({ state: 'failed', error }) },
  })
  const { code, err } = await memoir(['backfill', '--retry-failed'], { url: api.url })
  expect(code).toBe(1)
  expect(api.asked[0]?.body).toEqual({ retry_failed: true })
  expect(err).toContain('The vendor says no. (vendor_unauthorized in ingestPage)')
  expect(err).toContain('memoir jobs retry j-1')
})

test('Ctrl-C ends the watching, leaves the job alone, says how to go on, and exits 130', async () => {
  await using api = await startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job({ progress: counts({ processed: 1, total: 9 }) }) },
  })
  const terminal = createTerminal({ env: { MEMOIR_URL: api.url } })
  const running = run(['backfill'], terminal, noParts)
  await vi.waitFor(() => expect(terminal.err()).toContain('1/9'))
  terminal.press('SIGINT')
  expect(await running).toBe(130)
  expect(terminal.err()).toContain('memoir jobs watch j-1')
  expect(terminal.listeners()).toBe(0)
  expect(api.asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('--no-wait answers at once', async () => {
  await using api = await startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job() },
  })
  const plain = await memoir(['backfill', '--no-wait'], { url: api.url })
  expect(plain).toMatchObject({ code: 0 })
  expect(plain.out).toContain('memoir jobs watch j-1')
  const json = await memoir(['backfill', '--no-wait', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(job())
})

test('jobs are listed with their state and how far they are', async () => {
  const failed = job({
    id: 'j-2',
    state: 'failed',
    error: { code: 'stuck', message: 'm', step: 's' },
  })
  const single = job({ id: 'j-3', kind: 'session', state: 'succeeded', progress: {} })
  const items = [job({ progress: counts({ processed: 7, errors: 1 }) }), failed, single]
  await using api = await startFakeApi({
    'GET /v1/jobs': { body: { items, next_cursor: 'abc' } },
  })
  const { out, err } = await memoir(['jobs', 'list', '--state', 'running', '--limit', '2'], {
    url: api.url,
  })
  expect(api.asked[0]?.query).toEqual({ state: 'running', limit: '2' })
  expect(out).toMatch(/j-1 +backfill +running +2026-03-01T09:00:00 +7 processed, 1 failed/)
  expect(out).toMatch(/j-2 +backfill +failed .* stuck/)
  expect(out).toMatch(/j-3 +session +succeeded +\S+\s*$/m)
  expect(err).toContain('--cursor abc')
  const json = await memoir(['jobs', 'list', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual({ items, next_cursor: 'abc' })
})

test('one job is shown with all that is known of it', async () => {
  const shown = job({ temporal_url: 'http://t/1', progress: counts({ processed: 7 }) })
  const failed = {
    step: 'embedSession',
    code: 'vendor_busy',
    message: 'The vendor is busy.',
    failures: 3,
    last_at: '2026-03-01T09:00:04.123Z',
  }
  await using api = await startFakeApi({
    'GET /v1/jobs/j-1': { body: shown },
    'GET /v1/jobs/j-1/failures': { body: { items: [failed] } },
  })
  const { out } = await memoir(['jobs', 'show', 'j-1'], { url: api.url })
  expect(out).toMatch(/^embedSession +vendor_busy +3 +2026-03-01T09:00:04 +The vendor is busy\.$/m)
  expect(out).toMatch(/^state: +running$/m)
  expect(out).toMatch(/^processed: +7$/m)
  expect(out).toMatch(/^Temporal: +http:\/\/t\/1$/m)
  expect(await memoir(['jobs', 'show', 'j-9'], { url: api.url })).toMatchObject({ code: 1 })
})

test.each(['pause', 'resume', 'cancel', 'retry'])(
  'jobs %s asks for it and shows the job',
  async (action) => {
    await using api = await startFakeApi({
      [`POST /v1/jobs/j-1/${action}`]: { status: 202, body: job() },
      'GET /v1/jobs/j-1': { body: job({ state: 'paused' }) },
    })
    const { code, out } = await memoir(['jobs', action, 'j-1', '--json'], { url: api.url })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ id: 'j-1', state: 'paused' })
    expect(api.asked[0]).toMatchObject({ method: 'POST', path: `/v1/jobs/j-1/${action}` })
  },
)

test('failures are listed with their reasons', async () => {
  const items = [
    {
      conversation_id: 'c-7',
      code: 'no_user',
      message: 'Nobody.',
      failed_at: '2026-03-01T09:00:00.000Z',
    },
  ]
  await using api = await startFakeApi({
    'GET /v1/backfills/j-1/failures': { body: { items, next_cursor: null } },
  })
  const { out } = await memoir(['jobs', 'failures', 'j-1'], { url: api.url })
  expect(out).toMatch(/c-7 +no_user +2026-03-01T09:00:00 +Nobody\./)
  const json = await memoir(['jobs', 'failures', 'j-1', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual({ items, next_cursor: null })
})

const key = {
  id: 'k-1',
  name: 'app',
  role: 'reader',
  namespace: 'default',
  user_id: 'maya',
  scopes: null,
  expires_at: null,
}

test('a new key stands alone on standard output, once', async () => {
  await using api = await startFakeApi({
    'POST /v1/keys': { status: 201, body: { ...key, key: 'mk_secret' } },
  })
  const { out, err } = await memoir(
    [
      'keys',
      'create',
      '--name',
      'app',
      '--role',
      'reader',
      '--user',
      'maya',
      '--scopes',
      'a, b',
      '--expires',
      '30d',
    ],
    { url: api.url },
  )
  expect(out).toBe('mk_secret\n')
  expect(err).not.toContain('mk_secret')
  expect(api.asked[0]?.body).toEqual({
    name: 'app',
    role: 'reader',
    user_id: 'maya',
    scopes: ['a', 'b'],
    expires_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/) as string,
  })
})

test('keys are listed and revoked', async () => {
  await using api = await startFakeApi({
    'GET /v1/keys': { body: { items: [key], next_cursor: null } },
    'DELETE /v1/keys/k-1': { status: 204 },
  })
  const { out } = await memoir(['keys', 'list'], { url: api.url })
  expect(out).toMatch(/k-1 +reader +default +maya +never +app/)
  const revoked = await memoir(['keys', 'revoke', 'k-1', '--json'], { url: api.url })
  expect(JSON.parse(revoked.out)).toEqual({ id: 'k-1', revoked: true })
})
