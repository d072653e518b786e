import type { ApiServices } from './api/context.ts'
import type { Config } from './config.ts'
import { openConnections, type Connections } from './connections.ts'
import type { ConversationSource } from './ingest/conversation.ts'
import { ingestByNamespace } from './ingest/by-namespace.ts'
import { createEstimate } from './ingest/estimate.ts'
import type { Ingest } from './ingest/ingest.ts'
import { createIngest } from './ingest/page.ts'
import { createSyncSteps, type SyncSteps } from './graph/sync-steps.ts'
import { acceptErasure } from './forget/accept-erasure.ts'
import { createEraseSteps, type EraseSteps } from './forget/erase-steps.ts'
import {
  createLedgerGuard,
  type LedgerGuard,
  type LedgerGuardParts,
} from './forget/ledger-guard.ts'
import { forget } from './forget/forget.ts'
import { createJobs } from './jobs/accept.ts'
import { createWebhookSteps, type WebhookSteps } from './events/deliver.ts'
import { createWebhooks } from './events/webhooks.ts'
import { createSyncs } from './jobs/sync.ts'
import type { Schedules } from './jobs/jobs.ts'
import { createSchedules, type ScheduleKeeper } from './jobs/schedules.ts'
import { createPersistence, type Persistence } from './memories/persist.ts'
import { createMemories } from './memories/service.ts'
import type { Logger } from './logger.ts'
import { createExposition } from './exposition.ts'
import { createHealth } from './health.ts'
import { createMetrics } from './metrics.ts'
import { createConsolidations } from './consolidation/consolidations.ts'
import { createDreamSteps, type DreamSteps } from './consolidation/dream.ts'
import { createConsolidationSteps, type ConsolidationSteps } from './consolidation/steps.ts'
import { createNarratives } from './narratives/narratives.ts'
import { createAnalyse, type Analyse } from './narratives/analyse.ts'
import { createNarrativeRuns, type NarrativeRuns } from './narratives/run.ts'
import { createNarrativeSteps, type NarrativeSteps } from './narratives/steps.ts'
import { answerInTime } from './providers/in-time.ts'
import type { Embedder } from './providers/embedder.ts'
import { localFolderOf } from './providers/local-model.ts'
import type { LanguageModel } from './providers/language-model.ts'
import { configuredReranker } from './providers/reranker.ts'
import { pricedEmbedding } from './providers/configured-prices.ts'
import { importRecords } from './portable/import-records.ts'
import { cachedSpace } from './recall/active-space.ts'
import { createQuestionSpending } from './recall/question-spending.ts'
import { createQuestions, type QuestionDependencies } from './recall/question.ts'
import { createRecall } from './recall/recall.ts'
import { createSessionSteps, type SessionSteps } from './sessions/process.ts'
import { createLiveModels, type LiveModels } from './settings/live-models.ts'
import { createAiSettings } from './settings/settings.ts'
import { createEpisodes } from './episodes/service.ts'
import { createEpisodeSteps, type EpisodeSteps } from './episodes/steps.ts'
import { createReembeds } from './reembed/service.ts'
import { createReembedSteps, type ReembedSteps } from './reembed/steps.ts'
import { sourceByNamespace } from './sources/source-by-namespace.ts'
import { createPosts } from './sessions/posts.ts'
import { extractionIn, WHOLE_NAMESPACE } from './steering/settings.ts'
import { createTryExtraction } from './steering/try.ts'
import { createProcessFocus, createRedisFocus, type FocusBuffer } from './stores/recall/focus.ts'
import type { GraphStore } from './stores/graph/graph-store.ts'
import type { RedisLink } from './stores/redis.ts'
import { createRequestRates } from './stores/request-rates.ts'
import { createSharedRates } from './stores/spending/shared-rates.ts'
import { createSpaceIndexer } from './stores/spaces/space-indexer.ts'
import type { Space } from './stores/spaces/spaces.ts'
import type { TemporalClient } from './temporal/client.ts'

/** Everything a process of Memoir is made of. */
export interface Services extends ApiServices {
  readonly source: ConversationSource
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  readonly ingest: Ingest
  readonly persistence: Persistence
  readonly sessions: SessionSteps
  readonly narration: NarrativeSteps
  readonly consolidation: ConsolidationSteps
  readonly dreams: DreamSteps
  readonly narrativeRuns: NarrativeRuns
  readonly schedules: Schedules & ScheduleKeeper
  readonly temporal: TemporalClient
  readonly ledger: LedgerGuard
  /** Working memory by user: in Redis when there is one, else in this process. */
  readonly focus: FocusBuffer
  readonly sync: SyncSteps
  readonly erase: EraseSteps
  readonly reembed: ReembedSteps
  readonly episodeSteps: EpisodeSteps
  readonly webhookSteps: WebhookSteps
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
  const connections = await openConnections(config, log)
  const { db, source, temporal, redis, graph } = connections
  const shared = sharedThrough(redis, config)
  const parts = { config, log, db, metrics: createMetrics(), ...shared }
  const models = createLiveModels({ ...parts, rates: redis ? createSharedRates(redis) : null })
  const { embedder = models.embedder, languageModel = models.languageModel } = options
  const sourceOf = sourceByNamespace(config, db, source)
  const inForce = models.config
  const jobs = createJobs({ ...parts, temporal, inForce })
  const indexer = createSpaceIndexer(db, log)
  const activeSpace = cachedSpace(db, embedder)
  const { focus } = shared
  const spending = createQuestionSpending({ db, log, priced: pricedBy(config, embedder) })
  const recall = recallOf(parts, { embedder, activeSpace, spending, focus })
  const analyse = createAnalyse({ config, db, languageModel, recall })
  return {
    ...parts,
    ...pipelines(parts, { sourceOf, embedder, languageModel, graph, focus, indexer, inForce }),
    embedder,
    languageModel,
    ...reading({ ...parts, sourceOf, embedder, languageModel }),
    source,
    temporal,
    ...forgetting({ ...parts, launch: jobs.launch, focus }),
    graph,
    jobs,
    ...accepting({ ...parts, temporal, jobs, analyse }),
    dreams: createDreamSteps({ config, db, launcher: jobs, languageModel }),
    ...publishing({ ...parts, graph }),
    erase: createEraseSteps({ db, graph, focus, temporal }),
    exposition: createExposition(parts),
    recall,
    ...embedding({ ...parts, embedder, models, launch: jobs.launch }),
    ...migrating({ ...parts, embedder, inForce, jobs, connections }),
    health: createHealth({ ...connections, embedder, languageModel, models, activeSpace }),
    ...(options.temporalUi === undefined ? {} : { temporalUi: options.temporalUi }),
    async close() {
      await indexer.stop()
      await jobs.close()
      await spending.close()
      await connections.close()
    },
  }
}

/** What passes changes on: to the graph store and to webhooks. */
const publishing = (
  parts: Pick<Services, 'config' | 'db' | 'log' | 'metrics' | 'graph'>,
): Pick<Services, 'sync' | 'webhooks' | 'webhookSteps'> => ({
  sync: createSyncSteps(parts),
  webhooks: createWebhooks(parts),
  webhookSteps: createWebhookSteps(parts),
})

/** What a namespace wants remembered now. */
const steeringIn = (db: Services['db']) => async (namespaceId: string) =>
  (await extractionIn(db, { namespaceId, collection: WHOLE_NAMESPACE })).steering

const pricedBy = (config: Config, embedder: Embedder) => () =>
  pricedEmbedding(config, embedder.identity.model)

/** Somebody waits for the answer. */
const ANSWER_WITHIN_MS = 20_000

/** What is asked while somebody waits: of the language model, and of what it would cost. */
const reading = (
  parts: Pick<Services, 'config' | 'db' | 'embedder' | 'languageModel'> &
    Pick<PipelineParts, 'sourceOf'>,
): Pick<Services, 'answer' | 'tryExtraction' | 'estimate'> => ({
  answer: async (request) =>
    await answerInTime(
      parts.languageModel,
      async (model, how) => await model.answer(request, how),
      { withinMs: ANSWER_WITHIN_MS },
    ),
  tryExtraction: createTryExtraction(parts),
  estimate: createEstimate(parts.config, { ...parts, steeringOf: steeringIn(parts.db) }),
})

/** What takes work in and has it started. */
function accepting(
  given: Pick<Services, 'config' | 'db' | 'log' | 'metrics' | 'temporal'> & {
    readonly jobs: ReturnType<typeof createJobs>
    readonly analyse: Analyse
  },
): Pick<
  Services,
  'syncs' | 'posts' | 'narratives' | 'narrativeRuns' | 'consolidations' | 'memories' | 'schedules'
> {
  const parts = { ...given, launcher: given.jobs }
  const consolidations = createConsolidations(parts)
  const narratives = createNarratives(parts)
  return {
    syncs: createSyncs(parts),
    posts: createPosts({ ...parts, ...forgetSecretOf(parts.config) }),
    narratives,
    consolidations,
    narrativeRuns: createNarrativeRuns(parts),
    schedules: createSchedules({ ...parts, consolidations, narratives }),
    memories: createMemories({ ...parts, launch: parts.launcher.launch }),
  }
}

interface PipelineParts {
  readonly sourceOf: ReturnType<typeof sourceByNamespace>
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  readonly graph: GraphStore
  readonly focus: FocusBuffer
  readonly indexer: ReturnType<typeof createSpaceIndexer>
  readonly inForce: LiveModels['config']
}

/** What a worker's steps go through. */
function pipelines(
  parts: Pick<Services, 'config' | 'db' | 'log' | 'metrics'>,
  { sourceOf, embedder, languageModel, graph, focus, indexer, inForce }: PipelineParts,
): Pick<Services, 'ingest' | 'persistence' | 'sessions' | 'narration' | 'consolidation'> {
  const onFinish = (space: Space) => indexer.poke(space)
  return {
    ingest: ingestByNamespace(sourceOf, (source) =>
      createIngest({ ...parts, source, embedder, languageModel, inForce, onFinish }),
    ),
    persistence: createPersistence({ ...parts, embedder, graph, focus }),
    sessions: createSessionSteps({ ...parts, embedder, languageModel }),
    narration: createNarrativeSteps({ ...parts, embedder, languageModel }),
    consolidation: createConsolidationSteps({ ...parts, embedder, languageModel }),
  }
}

function recallOf(
  { config, db, log, metrics }: Pick<Services, 'config' | 'db' | 'log' | 'metrics'>,
  {
    focus,
    ...asking
  }: Pick<QuestionDependencies, 'embedder' | 'activeSpace' | 'spending'> & Pick<Services, 'focus'>,
): Services['recall'] {
  const timeoutMs = config.RECALL_EMBED_TIMEOUT_MS
  const question = createQuestions({ ...asking, timeoutMs, log })
  const reranker = configuredReranker(config)
  const judge = reranker && { reranker, timeoutMs: config.RERANK_TIMEOUT_MS, log }
  const heads = config.MEMORY_HEADS
  return createRecall({ db, question, metrics, focus, heads, ...(judge ? { judge } : {}) })
}

interface MigratingParts extends Pick<Services, 'config' | 'db' | 'embedder'> {
  readonly inForce: LiveModels['config']
  readonly jobs: Pick<ReturnType<typeof createJobs>, 'launch'>
  readonly connections: Pick<Connections, 'episodes'>
}

/** What another system kept. */
function migrating(parts: MigratingParts): Pick<Services, 'episodes' | 'episodeSteps'> {
  const { config, db, embedder, inForce, jobs, connections } = parts
  const source = connections.episodes
  const language = config.MEMORY_LANGUAGE
  return {
    episodes: createEpisodes({ db, source, language, launch: jobs.launch }),
    episodeSteps: createEpisodeSteps({ db, source, embedder, inForce }),
  }
}

/** Which model makes vectors, and what changes when another does. */
function embedding(
  parts: Pick<Services, 'config' | 'log' | 'db' | 'metrics' | 'embedder'> & {
    readonly models: LiveModels
    readonly launch: ReturnType<typeof createJobs>['launch']
  },
): Pick<Services, 'settings' | 'reembeds' | 'reembed'> {
  const { models, ...rest } = parts
  warmUp(parts)
  const onChange = () => models.forget()
  return {
    settings: createAiSettings({ ...rest, onChange }),
    reembeds: createReembeds({ ...rest, inForce: models.config, onChange }),
    reembed: createReembedSteps({
      ...rest,
      inForce: models.config,
      makerOf: models.makerOfSpace,
      onSwitch: onChange,
    }),
  }
}

/** The first question has no time to wait for a model to be loaded. */
function warmUp({ config, embedder, log }: Pick<Services, 'config' | 'embedder' | 'log'>): void {
  if (localFolderOf(config.EMBEDDING_MODEL) === undefined) return
  embedder.warm?.().catch((error: unknown) => {
    log.warn({ error }, 'the embedding model is not ready')
  })
}

/** What takes away for good, and what brings back what was taken along. */
const forgetting = (
  context: LedgerGuardParts,
): Pick<Services, 'forget' | 'eraseUser' | 'importRecords' | 'ledger'> => ({
  ledger: createLedgerGuard(context),
  forget: async (...given) => await forget(context, ...given),
  eraseUser: async (request) => await acceptErasure(context, request),
  importRecords: async (...given) => await importRecords(context, ...given),
})

const forgetSecretOf = (config: Config) => ({ forgetSecret: config.MEMOIR_ENCRYPTION_KEY })

/** What processes share where they have a Redis, and each has by itself where not. */
function sharedThrough(
  redis: RedisLink | undefined,
  config: Config,
): Pick<Services, 'focus' | 'requestRates'> {
  const options = { ttlSeconds: config.REDIS_FOCUS_TTL_SECONDS }
  return {
    focus: redis === undefined ? createProcessFocus(options) : createRedisFocus(redis, options),
    requestRates: createRequestRates(redis),
  }
}
