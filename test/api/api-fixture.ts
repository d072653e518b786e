import { randomBytes, randomUUID } from 'node:crypto'
import { pino, type Logger } from 'pino'
import { createApp, type AppOptions } from '../../src/api/app.ts'
import type { ApiServices, PartHealth } from '../../src/api/context.ts'
import { loadConfig } from '../../src/config.ts'
import type { RecallRequest } from '../../src/domain/recall.ts'
import { acceptErasure } from '../../src/forget/accept-erasure.ts'
import { forget } from '../../src/forget/forget.ts'
import { createJobs } from '../../src/jobs/accept.ts'
import { createSchedules } from '../../src/jobs/schedules.ts'
import { createExposition } from '../../src/exposition.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { importRecords } from '../../src/portable/import-records.ts'
import { createMemories } from '../../src/memories/service.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createEmbedder } from '../../src/providers/create-embedder.ts'
import { createEpisodes } from '../../src/episodes/service.ts'
import { createEpisodeSource } from '../../src/sources/episodes.ts'
import { createReembeds } from '../../src/reembed/service.ts'
import { createAiSettings } from '../../src/settings/settings.ts'
import { createWebhooks } from '../../src/events/webhooks.ts'
import { createSyncs } from '../../src/jobs/sync.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { createAnalyse } from '../../src/narratives/analyse.ts'
import { createConsolidations } from '../../src/consolidation/consolidations.ts'
import { createNarratives } from '../../src/narratives/narratives.ts'
import { createPosts } from '../../src/sessions/posts.ts'
import { createTryExtraction } from '../../src/steering/try.ts'
import { insertKey, secretHash, type Role } from '../../src/stores/api-keys.ts'
import type { Database } from '../../src/stores/database.ts'
import { insertJob } from '../../src/stores/jobs/jobs.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { createRequestRates } from '../../src/stores/request-rates.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { openTemporal } from '../../src/temporal/client.ts'
import { createTestDatabase } from '../support/database.ts'
import { hitOf, type Remembered } from './remembered.ts'

/** The API over a real Postgres. Jobs are accepted for real and never run: nothing listens at Temporal's address. */

export const ADMIN_KEY = 'an-admin-key-for-tests'

const FACTS = { input_tokens: 9_000, output_tokens: 900, cost: 0 }

export interface Send {
  readonly method?: string
  readonly key?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are what the tests look into
  readonly json: any
}

export interface KeyOptions {
  readonly role: Role
  readonly namespace?: string
  readonly user?: string
  readonly readable?: readonly string[]
  readonly scopes?: readonly string[]
  readonly expiresAt?: Date
}

export interface FixtureOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly app?: AppOptions
  readonly services?: Partial<ApiServices>
  readonly log?: Logger
}

export interface ApiFixture extends AsyncDisposable {
  readonly services: ApiServices
  readonly db: Database
  readonly app: ReturnType<typeof createApp>
  readonly memories: Remembered[]
  /** What recall was asked. */
  readonly asked: RecallRequest[]
  readonly health: Record<string, PartHealth>
  send(path: string, options?: Send): Promise<Answer>
  key(options: KeyOptions): Promise<string>
  namespace(name: string): Promise<string>
  user(name: string, namespace?: string): Promise<string>
  /** A job row: of the whole namespace, or about a user. */
  job(options?: { namespace?: string; user?: string; state?: string }): Promise<string>
}

function embeddingOf(
  parts: Pick<ApiServices, 'config' | 'db' | 'metrics' | 'log'> & {
    readonly launch: ReturnType<typeof createJobs>['launch']
  },
): Pick<ApiServices, 'settings' | 'reembeds'> {
  const onChange = () => undefined
  const embedder = createEmbedder(parts.config, parts.metrics)
  const inForce = async () => await Promise.resolve(parts.config)
  return {
    settings: createAiSettings({ ...parts, onChange }),
    reembeds: createReembeds({ ...parts, embedder, inForce, onChange }),
  }
}

export async function createApiFixture(options: FixtureOptions = {}): Promise<ApiFixture> {
  const test = await createTestDatabase()
  const { db } = test
  const config = loadConfig({
    DATABASE_URL: test.url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    MEMOIR_ADMIN_KEY: ADMIN_KEY,
    ...options.env,
  })
  const log = options.log ?? pino({ level: 'silent' })
  const metrics = createMetrics()
  const temporal = await openTemporal(config)
  const jobs = createJobs({ config, db, temporal, metrics, log })
  const memories: Remembered[] = []
  const asked: RecallRequest[] = []
  const health: Record<string, PartHealth> = {
    postgres: { ok: true },
    temporal: { ok: true },
    embedding: { ok: true, detail: 'built-in' },
  }
  const recall = async (request: RecallRequest) => {
    asked.push(request)
    const hits = memories.filter((memory) => lies(memory, request)).map(hitOf)
    return await Promise.resolve({ hits: hits.slice(0, request.k), degraded: [], took_ms: 1 })
  }
  const languageModel = createRulesModel()
  const analyse = createAnalyse({ config, db, languageModel, recall })
  const narratives = createNarratives({ config, db, launcher: jobs, analyse })
  const services: ApiServices = {
    graph: createPostgresGraph(db),
    syncs: createSyncs({ db, launcher: jobs }),
    webhooks: createWebhooks({ config, db }),
    narratives,
    consolidations: createConsolidations({ config, db, launcher: jobs }),
    config,
    log,
    db,
    metrics,
    exposition: createExposition({ db, metrics, log }),
    jobs,
    posts: createPosts({ db, temporal, launcher: jobs }),
    estimate: async (_namespaceId, extract) =>
      await Promise.resolve({
        conversations: 3,
        tokens: 400,
        cost: 0,
        model: 'hashing-1',
        language: extract === undefined ? null : { model: extract, ...FACTS },
      }),
    episodes: createEpisodes({
      db,
      source: createEpisodeSource(config, db, () => undefined),
      language: config.MEMORY_LANGUAGE,
      launch: jobs.launch,
    }),
    ...embeddingOf({ config, db, metrics, log, launch: jobs.launch }),
    forget: async (...given) => await forget({ config, db, launch: jobs.launch }, ...given),
    eraseUser: async (request) => await acceptErasure({ config, db, launch: jobs.launch }, request),
    importRecords: async (...given) =>
      await importRecords({ config, db, launch: jobs.launch }, ...given),
    answer: async (request) => ({
      ...(await languageModel.answer(request, { priority: 'live' })),
      model: languageModel.identity.model,
      stoodIn: false,
    }),
    tryExtraction: createTryExtraction({ config, languageModel }),
    memories: createMemories({ config, db, launch: jobs.launch }),
    schedules: createSchedules({
      config,
      db,
      temporal,
      jobs,
      consolidations: createConsolidations({ config, db, launcher: jobs }),
      narratives,
      log,
    }),
    recall,
    health: async () => await Promise.resolve(health),
    requestRates: createRequestRates(undefined),
    ...options.services,
  }
  const app = createApp(services, options.app)
  const namespace = async (name: string) => {
    const found = await ensureNamespace(db, name)
    if (found === null) throw new Error(`${name} cannot be a namespace`)
    return found.id
  }
  const user = async (name: string, of = 'default') => {
    const id = (await ensureUsers(db, await namespace(of), [name])).get(name)
    if (id === undefined) throw new Error(`${name} was erased`)
    return id
  }
  return {
    services,
    db,
    app,
    memories,
    asked,
    health,
    namespace,
    user,
    send: async (path, sent) => await answerOf(await app.request(path, requestOf(sent))),
    async key({ role, namespace: of = 'default', user: bound, readable = [], scopes, expiresAt }) {
      const secret = `mk_${randomBytes(32).toString('base64url')}`
      await insertKey(db, {
        id: randomUUID(),
        namespaceId: role === 'admin' ? null : await namespace(of),
        name: `key of ${of}`,
        role,
        hash: secretHash(secret),
        prefix: secret.slice(0, 9),
        userId: bound === undefined ? null : await user(bound, of),
        readableUserIds: await Promise.all(readable.map(async (name) => await user(name, of))),
        scopes: scopes ?? null,
        expiresAt: expiresAt ?? null,
      })
      return secret
    },
    async job({ namespace: of = 'default', user: about, state = 'succeeded' } = {}) {
      const id = randomUUID()
      await insertJob(db, {
        id,
        namespaceId: await namespace(of),
        userId: about === undefined ? null : await user(about, of),
        kind: 'backfill',
        workflowId: `w-${id}`,
        request: { source: 'main', pageSize: 10, retryFailed: false },
        lockKey: null,
      })
      await db.query('update memoir.job set state = $2, progress = $3 where id = $1', [
        id,
        state,
        JSON.stringify({ note: `work of ${of} ${about ?? ''}` }),
      ])
      return id
    },
    async [Symbol.asyncDispose]() {
      await jobs.close()
      await temporal.close()
      await test[Symbol.asyncDispose]()
    },
  }
}

/** Without a key the administrator asks; `null` sends none. */
export function requestOf({ method, key = ADMIN_KEY, body, headers = {} }: Send = {}): RequestInit {
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = headers.get('content-type')?.startsWith('application/json') === true
  return { status, headers, text, json: isJson ? JSON.parse(text) : undefined }
}

function lies(memory: Remembered, { namespaceId, userId, scopes }: RecallRequest): boolean {
  return (
    memory.namespaceId === namespaceId &&
    memory.userId === userId &&
    (scopes === undefined || scopes.includes(memory.scope))
  )
}

const AT = '2026-03-01T09:00:00.000Z'

/** A conversation of ann's as it is handed in. */
export const importable = {
  id: 'lake',
  user_id: 'ann',
  created_at: AT,
  messages: [{ id: 'lake-1', role: 'user', content: 'We hiked to the lake.', created_at: AT }],
}
