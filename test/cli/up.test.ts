import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { run } from '../../src/cli.ts'
import type { Parts } from '../../src/cli/parts.ts'
import { counts, job, type FakeApi, type Reply } from './fake-api.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'
import { done, found, nothingStored, recordedParts, sampleApi, stackParts } from './up-fixture.ts'

const OPENED = ['+stack', 'migrate postgres://127.0.0.1:1/none', '+services', '+worker', '+api']
const CLOSED = ['-api', '-worker', '-services', '-stack']

test('up --sample --once --json answers one object, and closes everything in order', async () => {
  await using api = await sampleApi()
  const { parts, order, seen } = recordedParts(api.url)
  const { code, out, err } = await memoir(['up', '--sample', '--once', '--json'], { parts })

  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({
    parts: stackParts,
    url: api.url,
    backfill: { processed: 3, created: 3, updated: 0, skipped: 0, errors: 0, total_fetched: 3 },
    recall: { query: expect.any(String) as string, hits: found.hits },
  })
  expect(order).toEqual([...OPENED, ...CLOSED])
  expect(seen.announced).toBe(api.url)
  expect(seen.config).toMatchObject({ DATABASE_POOL_SIZE: 1 })
  expect(seen.options).toEqual({ temporalUi: 'http://127.0.0.1:8233' })
  expect(api.asked[0]?.authorization).toBe('Bearer fresh-admin-key')
  expect(err).toContain('a note of the stack')
})

/** The whole sample is there, and one job after the other makes something of it. */
const workApi = async (over: Readonly<Record<string, Reply>> = {}) =>
  await sampleApi({
    // An estimate is asked for at the same address.
    'POST /v1/backfills': {
      status: 202,
      body: {
        id: 'j-1',
        job: 'j-1',
        status: 'queued',
        conversations: 32,
        tokens: 0,
        cost: 0,
        model: 'hashing-1',
        language: null,
      },
    },
    'GET /v1/jobs/j-1': {
      body: job({
        state: 'succeeded',
        progress: counts({ processed: 32, created: 32, total_fetched: 32, total: 32 }),
      }),
    },
    'POST /v1/consolidations': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'POST /v1/narratives/backfill': {
      status: 202,
      body: { id: 'j-1', job: 'j-1', status: 'queued' },
    },
    'GET /v1/narratives/maya': {
      body: { narrative: '## Health\n- Allergic. [1]', state: 'fresh', error: null },
    },
    ...over,
  })

/** A backfill is asked what it would cost first, and a language model takes no part in it. */
const asked = (api: FakeApi) =>
  api.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => ({ path, body }))

test('up --once waits for what is made of the sample, and shows who somebody is', async () => {
  await using api = await workApi()
  const { parts } = recordedParts(api.url)
  const { code, out } = await memoir(['up', '--sample', '--once'], { parts })
  expect(code).toBe(0)
  expect(out).toMatch(/Hazelnuts[\s\S]*narrative maya\n## Health\n- Allergic. \[1\]/)
  const paths = asked(api).map(({ path }) => path)
  expect(paths.filter((path) => path !== '/v1/backfills')).toEqual([
    '/v1/recall',
    '/v1/consolidations',
    '/v1/narratives/backfill',
  ])
  expect(asked(api)).toContainEqual({ path: '/v1/backfills', body: { extract: 'rules' } })
})

test('up makes it in the background, and a job that fails does not end it', async () => {
  await using api = await workApi({
    'POST /v1/consolidations': { status: 403, body: { error: { code: 'forbidden', message: '' } } },
  })
  const { parts } = recordedParts(api.url)
  const terminal = createTerminal()
  const running = run(['up', '--sample'], terminal, parts)
  await vi.waitFor(() => expect(terminal.out()).toContain('Ctrl-C stops everything'))
  await vi.waitFor(() => expect(terminal.err()).toContain('is not complete'))
  terminal.press('SIGTERM')
  expect(await running).toBe(0)
})

test('up tells which parts it found, where everything is, and the new admin key once', async () => {
  await using api = await sampleApi()
  const { parts } = recordedParts(api.url)
  const { code, out } = await memoir(['up', '--sample', '--once'], { parts })
  expect(code).toBe(0)
  expect(out).toMatch(/^postgres +found +\/usr\/bin\/postgres$/m)
  expect(out).toContain(`${api.url}/docs`)
  expect(out).toContain('http://127.0.0.1:8233')
  expect(out.split('fresh-admin-key')).toHaveLength(2)
  expect(out).toContain('3 conversations: 3 created')
  expect(out).toContain('Hazelnuts.')
})

test('up says that a store keeps the vectors it has, and what the better model would take', async () => {
  await using api = await sampleApi()
  const { parts } = recordedParts(
    api.url,
    {},
    {
      ...nothingStored,
      stored: { model: 'hashing-1', dim: 768 },
      configured: { model: 'local:all-MiniLM-L6-v2-q', dim: 384 },
      required: true,
      estimate: { memories: 250, tokens: 12_000, cost: 0 },
    },
  )
  const { out } = await memoir(['up', '--sample', '--once'], { parts })
  expect(out).toContain(
    'embedder  250 memories keep the vectors of hashing-1; memoir reembed makes those of local:all-MiniLM-L6-v2-q (12000 tokens, some 3 s of one core)',
  )
})

test('up --once exits 1 when a conversation could not be taken in, and the object says so', async () => {
  const progress = { ...done, processed: 2, errors: 1 }
  await using api = await sampleApi({
    'GET /v1/jobs/j-1': { body: job({ state: 'succeeded', progress }) },
  })
  const { parts, order } = recordedParts(api.url)
  const { code, out } = await memoir(['up', '--sample', '--once', '--json'], { parts })
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ backfill: { processed: 2, errors: 1 } })
  expect(order.slice(-4)).toEqual(CLOSED)
})

test('up runs until Ctrl-C, then stops in order and answers 130; SIGTERM answers 0', async () => {
  await using api = await sampleApi()
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const) {
    const { parts, order } = recordedParts(api.url)
    const terminal = createTerminal()
    const running = run(['up'], terminal, parts)
    await vi.waitFor(() => expect(terminal.out()).toContain('Ctrl-C stops everything'))
    expect(order).toEqual(OPENED)
    terminal.press(signal)
    expect(await running).toBe(expected)
    expect(order).toEqual([...OPENED, ...CLOSED])
    expect(terminal.listeners()).toBe(0)
  }
})

test('a second Ctrl-C does not wait for what is still closing', async () => {
  await using api = await sampleApi()
  const closing = Promise.withResolvers<void>()
  const startApi = async () => ({ url: api.url, port: 1, close: async () => await closing.promise })
  const { parts } = recordedParts(api.url, { startApi })
  const terminal = createTerminal()
  const running = run(['up'], terminal, parts)
  await vi.waitFor(() => expect(terminal.out()).toContain('Ctrl-C stops everything'))
  terminal.press('SIGINT')
  await vi.waitFor(() => expect(terminal.err()).toContain('Stopping.'))
  expect(terminal.forced()).toBeUndefined()
  terminal.press('SIGINT')
  expect(terminal.forced()).toBe(130)
  closing.resolve()
  await running
})

test('a port that is taken is said before anything starts, with one that is free', async () => {
  await using api = await sampleApi()
  const { port } = new URL(api.url)
  for (const [argv, env] of [
    [['up', '--port', port], {}],
    [['up'], { PORT: port }],
    [['up'], { WORKER_PORT: port }],
    [['api', '--port', port], { DATABASE_URL: 'postgres://127.0.0.1:1/none' }],
  ] as const) {
    const { parts, order } = recordedParts(api.url)
    const { code, err, out } = await memoir(argv, { parts, env })
    expect([code, out, order]).toEqual([1, '', []])
    expect(err).toContain(`Port ${port} of 127.0.0.1 is taken.`)
    const [, free] = /; (\d+) is free\./.exec(err) ?? []
    expect(Number(free)).toBeGreaterThan(Number(port))
  }
  const { parts } = recordedParts(api.url)
  const odd = await memoir(['up', '--port', '18080'], { parts, env: { HOST: '192.0.2.1' } })
  expect(odd.err).toContain('This machine has no address 192.0.2.1.')
})

test('what is logged is a sentence for a person, and whole in the file that memoir logs shows', async () => {
  await using api = await sampleApi()
  const folder = mkdtempSync(join(tmpdir(), 'memoir-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const env = { MEMOIR_DATA_DIR: folder }
  const { parts } = recordedParts(api.url)
  const createServices: Parts['createServices'] = async (config, log, options) => {
    log.info({ job: 'j-1' }, 'a job began')
    const error = Object.assign(new Error('row of somebody'), { code: 'ECONNRESET' })
    log.warn({ error }, 'Redis does not answer')
    return await parts.createServices(config, log, options)
  }
  const logging = { ...parts, createServices }
  const { out, err } = await memoir(['up', '--sample', '--once'], { parts: logging, env })
  expect(err).toContain(
    'memoir    warning: Redis does not answer (ECONNRESET); more with: memoir logs memoir\n',
  )
  expect(out + err).not.toMatch(/[{}]/)
  expect(err).not.toContain('a job began')
  const logs = await memoir(['logs', 'memoir'], { env })
  expect(
    logs.out
      .trim()
      .split('\n')
      .map((each) => (JSON.parse(each) as { msg: string }).msg),
  ).toEqual(['a job began', 'Redis does not answer'])
  expect(logs.out).not.toContain('row of somebody')
  expect(statSync(join(folder, 'logs', 'memoir.log')).mode & 0o777).toBe(0o600)
})

test('up says where the dashboard is, and that a login leads elsewhere', async () => {
  await using api = await sampleApi()
  const folder = mkdtempSync(join(tmpdir(), 'memoir-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { parts } = recordedParts(api.url)
  const env = { XDG_CONFIG_HOME: folder }
  const plain = await memoir(['up', '--sample', '--once'], { parts, env })
  expect(plain.out).toContain(`Dashboard ${api.url}\n`)
  expect(plain.out).not.toContain('Login')
  mkdirSync(join(folder, 'memoir'))
  const login = { url: 'https://memoir.example.com', key: 'kept' }
  writeFileSync(join(folder, 'memoir', 'login.json'), JSON.stringify(login))
  const elsewhere = await memoir(['up', '--sample', '--once'], { parts, env })
  expect(elsewhere.out).toContain(
    `Login     commands talk to ${login.url}; to this one with --url ${api.url}`,
  )
})

test('what was opened is closed when a later part cannot start', async () => {
  const startApi = async (): Promise<never> => {
    throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })
  }
  const { parts, order } = recordedParts('', { startApi })
  const { code, err } = await memoir(['up'], { parts })
  expect(code).toBe(1)
  expect(err).toContain('--port')
  expect(order).toEqual([...OPENED.slice(0, -1), ...CLOSED.slice(1)])
})

test('a second up says that one runs already and starts nothing', async () => {
  await using api = await sampleApi()
  const attach = async () => ({ url: api.url, adminKey: 'kept', pid: 4711 })
  const plain = await memoir(['up', '--sample'], { parts: { ...noParts, attach } })
  expect(plain.code).toBe(0)
  expect(plain.out).toContain(api.url)
  expect(plain.out).toContain('4711')
  expect(api.asked).toEqual([])

  const once = await memoir(['up', '--sample', '--once', '--json'], {
    parts: { ...noParts, attach },
  })
  expect(once.code).toBe(0)
  expect(JSON.parse(once.out)).toMatchObject({
    backfill: { processed: 3 },
    recall: { hits: found.hits },
  })
  expect(api.asked[0]?.authorization).toBe('Bearer kept')
})
