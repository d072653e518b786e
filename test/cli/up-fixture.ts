import type { Parts } from '../../src/cli/parts.ts'
import type { Config } from '../../src/config.ts'
import type { ReembedState } from '../../src/reembed/service.ts'
import type { Services } from '../../src/services.ts'
import type { Stack } from '../../src/stack/stack.ts'
import { counts, job, startFakeApi, type FakeApi, type Reply } from './fake-api.ts'
import { noParts } from './terminal.ts'

export const found = {
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

export const done = counts({ processed: 3, created: 3, total_fetched: 3, total: 3 })

export function sampleApi(over: Readonly<Record<string, Reply>> = {}): Promise<FakeApi> {
  return startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job({ state: 'succeeded', progress: done }) },
    'POST /v1/recall': { body: found },
    ...over,
  })
}

export const stackParts: Stack['parts'] = {
  postgres: { how: 'found', detail: '/usr/bin/postgres' },
  temporal: { how: 'configured', detail: '127.0.0.1:7233' },
  redis: { how: 'in-process', detail: 'in the process' },
  graph: { how: 'in-process', detail: 'edges in Postgres' },
  embedder: { how: 'found', detail: 'all-MiniLM-L6-v2' },
}

export const nothingStored: ReembedState = {
  stored: null,
  configured: { model: 'hashing-1', dim: 768 },
  required: false,
  job: null,
  estimate: null,
  undo: null,
}

/** Parts that write down in which order they are opened and closed. */
export function recordedParts(url: string, over: Partial<Parts> = {}, kept = nothingStored) {
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
