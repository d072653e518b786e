import { expect, test, vi } from 'vitest'
import { run } from '../../src/cli.ts'
import type { Parts } from '../../src/cli/parts.ts'
import type { Config } from '../../src/config.ts'
import type { Services } from '../../src/services.ts'
import type { ReembedState } from '../../src/reembed/service.ts'
import type { Stack } from '../../src/stack/stack.ts'
import { counts, job, startFakeApi, type FakeApi, type Reply } from './fake-api.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

const found = {
  id: 'j-1',
  hits: [
    {
      id: 'm-1',
      kind: 'message',
      role: 'user',
      content: 'Hazelnuts.',
      occurred_at: '2026-02-03T08:15:00.000Z',
      score: 0.8,
    },
  ],
  degraded: [],
  took_ms: 4,
}

const done = counts({ processed: 3, created: 3, total_fetched: 3, total: 3 })

function sampleApi(over: Readonly<Record<string, Reply>> = {}): Promise<FakeApi> {
  return startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job({ state: 'succeeded', progress: done }) },
    'POST /v1/recall': { body: found },
    ...over,
  })
}

const stackParts: Stack['parts'] = {
  postgres: { how: 'found', detail: '/usr/bin/postgres' },
  temporal: { how: 'configured', detail: '127.0.0.1:7233' },
  redis: { how: 'in-process', detail: 'in the process' },
  graph: { how: 'in-process', detail: 'edges in Postgres' },
  embedder: { how: 'found', detail: 'all-MiniLM-L6-v2' },
}

const nothingStored: ReembedState = {
  stored: null,
  configured: { model: 'hashing-1', dim: 768 },
  required: false,
  job: null,
  estimate: null,
  undo: null,
}

/** Parts that write down in which order they are opened and closed. */
function recordedParts(url: string, over: Partial<Parts> = {}, kept = nothingStored) {
  const order: string[] = []
  const seen: { config?: Config; options?: unknown; announced?: string } = {}
  const opened = (name: string) => {
    order.push(`+${name}`)
    return { close: async () => void order.push(`-${name}`) }
  }
  const parts: Parts = {
    ...noParts,
    async startStack(_config, { say }) {
      say('a note of the stack')
      const stack: Stack = {
        ...opened('stack'),
        announce: (at) => void (seen.announced = at),
        parts: stackParts,
        env: {
          DATABASE_URL: 'postgres://127.0.0.1:1/none',
          DATABASE_POOL_SIZE: '1',
          MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
        },
        temporalUi: 'http://127.0.0.1:8233',
        adminKey: 'fresh-admin-key',
        adminKeyIsNew: true,
      }
      return stack
    },
    async migrate(given) {
      order.push(`migrate ${given}`)
      return []
    },
    async createServices(config, _log, options) {
      seen.config = config
      seen.options = options
      const services: Partial<Services> = {
        ...opened('services'),
        config,
        source: { count: async () => 3 } as Services['source'],
        reembeds: { begin: async () => kept } as Services['reembeds'],
      }
      return services as Services
    },
    async startWorker() {
      const { close } = opened('worker')
      return {
        stopped: new Promise(() => undefined),
        shutdown: close,
        sweep: async () => undefined,
      }
    },
    startApi: async () => ({ ...opened('api'), url, port: 1 }),
    ...over,
  }
  return { parts, order, seen }
}

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

test('a model on loopback may be configured for up, which allows such addresses', async () => {
  await using api = await sampleApi()
  const { parts, seen } = recordedParts(api.url)
  const env = {
    EMBEDDING_BASE_URL: 'http://127.0.0.1:11434/v1',
    EMBEDDING_MODEL: 'nomic-embed-text',
    OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
    LLM_MODEL: 'qwen3:8b',
  }
  const up = await memoir(['up', '--sample', '--once'], { parts, env })
  expect(up.err).not.toContain('memoir:')
  expect(up.code).toBe(0)
  expect(seen.config).toMatchObject({ ...env, MEMOIR_ALLOW_PRIVATE_PROVIDERS: true })
  // Other commands beside it give providers nothing, and are not stopped by the same file of variables.
  const attach = async () => ({ url: api.url, adminKey: 'kept', pid: 1 })
  const recall = await memoir(['recall', 'nuts', '--user', 'maya'], {
    parts: { ...noParts, attach },
    env,
  })
  expect([recall.code, recall.err]).toEqual([0, ''])
  // Whoever forbids them by hand is believed, and processes of their own ask for the permission as before.
  const forbidden = await memoir(['up'], {
    parts,
    env: { ...env, MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'false' },
  })
  expect(forbidden.err).toContain('EMBEDDING_BASE_URL')
  const worker = await memoir(['worker'], { parts, env: { ...env, DATABASE_URL: 'postgres://x' } })
  expect(worker.err).toContain('MEMOIR_ALLOW_PRIVATE_PROVIDERS=true')
})

const OLLAMA = {
  name: 'ollama',
  title: 'Ollama',
  url: 'http://127.0.0.1:11434/v1',
  models: ['qwen3:8b', 'llama3.2'],
}
const LINE =
  'Models    Ollama answers at http://127.0.0.1:11434/v1 with qwen3:8b, llama3.2; to use it: memoir models use ollama'

test('a language model on this machine is said, with the command that uses it, unless one is used', async () => {
  await using api = await sampleApi()
  for (const [provider, said] of [
    ['builtin', true],
    ['openai', false],
  ] as const) {
    const { parts } = recordedParts(api.url, { findModels: async () => [OLLAMA] })
    const createServices: Parts['createServices'] = async (...given) => {
      const services = await parts.createServices(...given)
      return {
        ...services,
        languageModel: { ...services.languageModel, identity: { provider, model: 'm' } },
      }
    }
    const { out } = await memoir(['up', '--sample', '--once'], {
      parts: { ...parts, createServices },
    })
    expect(out.includes(LINE)).toBe(said)
  }
})
