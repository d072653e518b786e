import type { ApiServices, PartHealth } from './api/context.ts'
import type { Config } from './config.ts'
import type { ConversationSource } from './ingest/conversation.ts'
import { ingestByNamespace } from './ingest/by-namespace.ts'
import { createEstimate } from './ingest/estimate.ts'
import { toMemoirError } from './errors.ts'
import type { Ingest } from './ingest/ingest.ts'
import { createIngest } from './ingest/page.ts'
import { createSyncSteps, type SyncSteps } from './graph/sync-steps.ts'
import { createJobs } from './jobs/accept.ts'
import { createSyncs } from './jobs/sync.ts'
import type { Schedules } from './jobs/jobs.ts'
import { createSchedules, type ScheduleKeeper } from './jobs/schedules.ts'
import { createPersistence, type Persistence } from './memories/persist.ts'
import { createMemories } from './memories/service.ts'
import type { Logger } from './logger.ts'
import { createExposition } from './exposition.ts'
import { createMetrics } from './metrics.ts'
import type { Embedder } from './providers/embedder.ts'
import type { LanguageModel } from './providers/language-model.ts'
import { pricedEmbedding } from './providers/configured-prices.ts'
import { createQuestionSpending } from './recall/question-spending.ts'
import { createQuestions, type QuestionDependencies } from './recall/question.ts'
import { createRecall } from './recall/recall.ts'
import { createSessionSteps, type SessionSteps } from './sessions/process.ts'
import { createLiveModels } from './settings/live-models.ts'
import { createAiSettings } from './settings/settings.ts'
import { createPostgresSource } from './sources/postgres-source.ts'
import { sourceByNamespace } from './sources/source-by-namespace.ts'
import { createPosts } from './sessions/posts.ts'
import { openDatabase, type Database } from './stores/database.ts'
import { createProcessFocus, createRedisFocus, type FocusBuffer } from './stores/focus.ts'
import { openRedis, type RedisLink } from './stores/redis.ts'
import type { GraphStore } from './stores/graph-store.ts'
import { createNeo4jGraph } from './stores/neo4j-graph.ts'
import { createPostgresGraph } from './stores/postgres-graph.ts'
import { createSpaceIndexer } from './stores/space-indexer.ts'
import { ensureActiveSpace, sameSpace, type Space } from './stores/spaces.ts'
import { openTemporal, type TemporalClient } from './temporal/client.ts'

/** Everything a process of Memoir is made of. */
export interface Services extends ApiServices {
  readonly source: ConversationSource
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  readonly ingest: Ingest
  readonly persistence: Persistence
  readonly sessions: SessionSteps
  readonly schedules: Schedules & ScheduleKeeper
  readonly temporal: TemporalClient
  /** Working memory by user: in Redis when there is one, else in this process. */
  readonly focus: FocusBuffer
  readonly sync: SyncSteps
  close(): Promise<void>
}

export interface ServicesOptions {
  /** Another maker of vectors than the configured one. */
  readonly embedder?: Embedder
  /** Another reader and writer of language than the configured one. */
  readonly languageModel?: LanguageModel
  readonly temporalUi?: string
}

/** Opens connections lazily: nothing here waits for a server, so a process starts even when one is away, and says so. */
export async function createServices(
  config: Config,
  log: Logger,
  options: ServicesOptions = {},
): Promise<Services> {
  const onIdleError = (error: Error) => log.warn({ error }, 'a Postgres connection was lost')
  const db = openDatabase({
    url: config.DATABASE_URL ?? '',
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'memoir',
    onIdleError,
  })
  const metrics = createMetrics()
  const parts = { config, log, db, metrics }
  const models = createLiveModels(parts)
  const { embedder = models.embedder, languageModel = models.languageModel } = options
  const source = createPostgresSource(config, db, onIdleError)
  const sourceOf = sourceByNamespace(config, db, source)
  const temporal = await openTemporal(config)
  const redis = redisOf(config, log)
  const graph = graphOf(config, db)
  const jobs = createJobs({ ...parts, temporal })
  const indexer = createSpaceIndexer(db, log)
  const activeSpace = cachedSpace(db, embedder)
  const spending = createQuestionSpending({
    db,
    log,
    priced: () => pricedEmbedding(config, embedder.identity.model),
  })
  return {
    ...parts,
    embedder,
    languageModel,
    source,
    temporal,
    focus: focusOf(config, redis),
    graph,
    jobs,
    syncs: createSyncs({ db, launcher: jobs }),
    sync: createSyncSteps({ db, graph }),
    posts: createPosts({ db, temporal, launcher: jobs }),
    schedules: createSchedules({ ...parts, temporal, jobs }),
    exposition: createExposition(parts),
    recall: recallOf(parts, { embedder, activeSpace, spending }),
    ingest: ingestByNamespace(sourceOf, (each) =>
      createIngest({ ...parts, source: each, embedder, onFinish: (space) => indexer.poke(space) }),
    ),
    memories: createMemories({ ...parts, launch: jobs.launch }),
    persistence: createPersistence({ ...parts, embedder }),
    sessions: createSessionSteps({ ...parts, embedder, languageModel }),
    settings: createAiSettings({ ...parts, onChange: () => models.forget() }),
    estimate: createEstimate(config, { sourceOf, embedder }),
    health: healthOf({ db, temporal, embedder, redis, graph }, activeSpace),
    ...(options.temporalUi === undefined ? {} : { temporalUi: options.temporalUi }),
    async close() {
      await indexer.stop()
      await jobs.close()
      await temporal.close()
      await source.close()
      redis?.close()
      await Promise.all([graph.close(), spending.close()])
      await db.close()
    },
  }
}

function recallOf(
  { config, db, log, metrics }: Pick<Services, 'config' | 'db' | 'log' | 'metrics'>,
  asking: Pick<QuestionDependencies, 'embedder' | 'activeSpace' | 'spending'>,
): Services['recall'] {
  const timeoutMs = config.RECALL_EMBED_TIMEOUT_MS
  const question = createQuestions({ ...asking, timeoutMs, log })
  return createRecall({ db, question, metrics })
}

/** Undefined when none is configured. */
function redisOf({ REDIS_URL }: Config, log: Logger): RedisLink | undefined {
  if (REDIS_URL === undefined) return undefined
  const onChange = (there: boolean) =>
    there ? log.info('Redis answers') : log.warn('Redis does not answer: working memory rests')
  return openRedis({ url: REDIS_URL, onChange })
}

function graphOf(config: Config, db: Database): GraphStore {
  const { NEO4J_URI: uri, NEO4J_USER: user, NEO4J_PASSWORD: password } = config
  if (config.GRAPH_BACKEND === 'postgres' || uri === undefined) return createPostgresGraph(db)
  const login = password === undefined ? { user } : { user, password }
  return createNeo4jGraph({ uri, ...login, database: config.NEO4J_DATABASE })
}

function focusOf(config: Config, redis: RedisLink | undefined): FocusBuffer {
  const options = { ttlSeconds: config.REDIS_FOCUS_TTL_SECONDS }
  return redis === undefined ? createProcessFocus(options) : createRedisFocus(redis, options)
}

function healthOf(
  {
    db,
    temporal,
    embedder,
    redis,
    graph,
  }: Pick<Services, 'db' | 'temporal' | 'embedder' | 'graph'> & { redis: RedisLink | undefined },
  activeSpace: ActiveSpace,
): Services['health'] {
  return async () => {
    const [postgres, temporalHealth, embedding, redisHealth, graphPart] = await Promise.all([
      postgresHealth(db),
      temporal.health(),
      embeddingHealth(embedder, activeSpace),
      healthOfRedis(redis),
      graphHealth(graph),
    ])
    return { postgres, temporal: temporalHealth, embedding, redis: redisHealth, ...graphPart }
  }
}

async function healthOfRedis(redis: RedisLink | undefined): Promise<PartHealth> {
  if (redis === undefined) return { ok: true, detail: 'none: working memory is in this process' }
  if (await redis.answers()) return { ok: true }
  return { ok: false, detail: 'Redis does not answer; recall goes without working memory' }
}

/** Whether questions can be compared with what is stored; a vendor is not asked, since that would cost something each time. */
async function embeddingHealth(embedder: Embedder, activeSpace: ActiveSpace): Promise<PartHealth> {
  const { provider, model } = embedder.identity
  // Postgres being away is Postgres' own line.
  const space = await activeSpace().catch(() => null)
  if (space === null || sameSpace(space, embedder.identity)) {
    return { ok: true, detail: `${provider}: ${model}` }
  }
  return {
    ok: false,
    detail: `stored vectors come from ${space.provider}: ${space.model}; recall goes by words alone`,
  }
}

type ActiveSpace = () => Promise<Space | null>

/** A changed active space is seen within this time, without a statement in each recall. */
const SPACE_FRESH_MS = 2_000

function cachedSpace(db: Database, embedder: Embedder): ActiveSpace {
  let known: { space: Space; at: number } | undefined
  return async () => {
    await embedder.ready?.()
    const now = performance.now()
    if (known && now - known.at < SPACE_FRESH_MS) return known.space
    const space = await ensureActiveSpace(db, embedder.identity)
    known = { space, at: now }
    return space
  }
}

/** Left out when Postgres is the graph: then it is Postgres' own line. */
async function graphHealth(graph: GraphStore): Promise<{ readonly graph?: PartHealth }> {
  if (graph.backend === 'postgres') return {}
  try {
    await graph.check()
    return { graph: { ok: true, detail: graph.backend } }
  } catch (error) {
    return { graph: { ok: false, detail: toMemoirError(error).message } }
  }
}

async function postgresHealth(db: Database): Promise<PartHealth> {
  try {
    await db.query('select 1')
    return { ok: true }
  } catch {
    return { ok: false, detail: 'Postgres does not answer' }
  }
}
