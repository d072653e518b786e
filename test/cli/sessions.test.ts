import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../src/cli.ts'
import { errorBody, startFakeApi } from './fake-api.ts'
import { createTerminal, noParts } from './terminal.ts'

const info = (over: Readonly<Record<string, unknown>> = {}) => ({
  session_id: 's1',
  user_id: 'ann',
  collection: '',
  status: 'processed',
  post_count: 2,
  open_count: 0,
  created_at: '2026-03-01T09:00:00.000Z',
  updated_at: '2026-03-01T09:00:00.000Z',
  ...over,
})

const post = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: 'p-1',
  job: 'j-1',
  number: 1,
  status: 'processed',
  turns: 3,
  facts: 2,
  superseded: 0,
  queued_at: '2026-03-01T09:00:00.000Z',
  processed_at: null,
  error: null,
  ...over,
})

const session = (over: Readonly<Record<string, unknown>> = {}) => ({
  ...info(),
  posts: [post()],
  summary: 'About Berlin.',
  memories: [
    { content: 'Ann lives in Berlin.\u001b[31m', occurred_at: '2026-03-01T09:00:00.000Z' },
  ],
  ...over,
})

const accepted = {
  id: 'p-1',
  job: 'j-1',
  status: 'queued',
  session_id: 's1',
  queue_position: 3,
  estimated_seconds: null,
}

const page = (...items: unknown[]) => ({ body: { items, next_cursor: null } })

async function file(content: string): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-'))
  const path = join(folder, 'chat')
  await writeFile(path, content)
  return { path, [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true }) }
}

test('a transcript is handed in, followed and shown', async () => {
  await using api = await startFakeApi({
    'POST /v1/sessions': { status: 202, body: accepted },
    'GET /v1/sessions': [page(info({ status: 'processing', open_count: 1 })), page(info())],
    'GET /v1/sessions/s1': { body: session() },
  })
  await using chat = await file('User: I live in Berlin.')
  const terminal = createTerminal({ env: { MEMOIR_URL: api.url } })

  const code = await run(
    ['sessions', 'post', chat.path, '--user', 'ann', '--collection', 'c'],
    terminal,
    noParts,
  )

  expect(code).toBe(0)
  expect(api.asked[0]?.body).toEqual({
    user_id: 'ann',
    collection: 'c',
    transcript: 'User: I live in Berlin.',
  })
  expect(api.asked[1]?.query).toMatchObject({ session_id: 's1', user_id: 'ann', collection: 'c' })
  expect(terminal.out()).toContain('About Berlin.')
  expect(terminal.out()).toContain('Ann lives in Berlin. [31m')
  expect(terminal.err()).toContain('posts: 2/2  processed')
})

test('a JSON list is handed in as such, a bracketed text as text', async () => {
  await using api = await startFakeApi({ 'POST /v1/sessions': { status: 202, body: accepted } })
  const given: unknown[] = []
  for (const content of ['[{"role":"user","content":"a"}]', '[2023-05-08 13:56] Ann: hi']) {
    await using chat = await file(content)
    const terminal = createTerminal({ env: { MEMOIR_URL: api.url } })
    expect(await run(['sessions', 'post', chat.path, '--no-wait'], terminal, noParts)).toBe(0)
    expect(terminal.out()).toBe('Accepted, place 3 in the queue.\n')
    given.push(api.asked.at(-1)?.body)
  }
  expect(given).toEqual([
    { transcript: [{ role: 'user', content: 'a' }] },
    { transcript: '[2023-05-08 13:56] Ann: hi' },
  ])
})

test('--speaker says which of the people who speak is the user', async () => {
  await using api = await startFakeApi({ 'POST /v1/sessions': { status: 202, body: accepted } })
  await using chat = await file('Ann: I moved to Graz.\nBo: Lovely.')
  const terminal = createTerminal({ env: { MEMOIR_URL: api.url } })
  const argv = ['sessions', 'post', chat.path, '--user', 'u-1', '--speaker', 'Ann', '--no-wait']
  expect(await run(argv, terminal, noParts)).toBe(0)
  expect(api.asked.at(-1)?.body).toMatchObject({ user_id: 'u-1', metadata: { user_name: 'Ann' } })
})

test('a post that could not be processed ends with 1 and says what to do', async () => {
  const failed = post({ status: 'error', error: { code: 'vendor_refused', message: 'No.' } })
  await using api = await startFakeApi({
    'GET /v1/sessions': page(info({ status: 'error' })),
    'GET /v1/sessions/s1': { body: session({ status: 'error', posts: [failed] }) },
  })
  const terminal = createTerminal({ env: { MEMOIR_URL: api.url } })
  expect(await run(['sessions', 'watch', 's1'], terminal, noParts)).toBe(1)
  expect(terminal.out()).toContain('vendor_refused: No.')
  expect(terminal.err()).toContain('memoir sessions retry s1')
})

test('Ctrl-C ends the watching, not the work', async () => {
  await using api = await startFakeApi({
    'GET /v1/sessions': page(info({ status: 'processing', open_count: 1 })),
    'GET /v1/sessions/s1': { body: session({ status: 'processing' }) },
  })
  const terminal = createTerminal({ env: { MEMOIR_URL: api.url }, isTTY: true })
  const running = run(['sessions', 'watch', 's1'], terminal, noParts)
  await expect.poll(() => terminal.listeners()).toBe(1)
  await expect.poll(() => api.asked.length).toBeGreaterThan(0)
  terminal.press('SIGINT')
  expect(await running).toBe(130)
  expect(terminal.err()).toContain('memoir sessions watch s1')
})

test('only the posts that failed are tried again', async () => {
  const posts = [
    post({ job: 'j-1', status: 'error', error: { code: 'guard', message: 'm' } }),
    post({ job: 'j-2' }),
    post({ job: 'j-3', status: 'error', error: { code: 'internal', message: 'm' } }),
  ]
  await using api = await startFakeApi({
    'GET /v1/sessions/s1': { body: session({ posts }) },
    'POST /v1/jobs/j-1/retry': { body: {} },
    'POST /v1/jobs/j-3/retry': { body: {} },
  })
  const terminal = createTerminal({ env: { MEMOIR_URL: api.url } })
  const code = await run(['sessions', 'retry', 's1', '--user', 'ann'], terminal, noParts)
  expect(code).toBe(0)
  expect(terminal.out()).toBe('2 posts are tried again.\n')
  expect(api.asked.map(({ path }) => path)).toEqual([
    '/v1/sessions/s1',
    '/v1/jobs/j-1/retry',
    '/v1/jobs/j-3/retry',
  ])
})

test('sessions are listed, and shown as JSON', async () => {
  await using api = await startFakeApi({
    'GET /v1/sessions': { body: { items: [info()], next_cursor: 'next' } },
    'GET /v1/sessions/s1': { body: session() },
  })
  const list = createTerminal({ env: { MEMOIR_URL: api.url } })
  expect(await run(['sessions', 'list', '--status', 'error'], list, noParts)).toBe(0)
  expect(list.out()).toMatch(/^SESSION .*\ns1 +ann +processed +2 +2026-03-01T09:00:00\n$/)
  expect(list.err()).toContain('--cursor next')
  expect(api.asked[0]?.query).toEqual({ limit: '20', status: 'error' })
  const show = createTerminal({ env: { MEMOIR_URL: api.url } })
  expect(await run(['sessions', 'show', 's1', '--json'], show, noParts)).toBe(0)
  expect(JSON.parse(show.out())).toMatchObject({ session_id: 's1', summary: 'About Berlin.' })
})

test('what cannot be read or found ends with 1', async () => {
  await using api = await startFakeApi({
    'GET /v1/sessions': page(),
    'GET /v1/sessions/s9': { status: 404, body: errorBody('not_found', 'Not here.') },
  })
  const env = { MEMOIR_URL: api.url }
  const missing = createTerminal({ env })
  expect(await run(['sessions', 'post', '/none/chat.txt'], missing, noParts)).toBe(1)
  expect(missing.err()).toContain('/none/chat.txt')
  const unknown = createTerminal({ env })
  expect(await run(['sessions', 'watch', 's9'], unknown, noParts)).toBe(1)
  expect(unknown.err()).toContain('No session s9; see `memoir sessions list`.')
})
