import type { ApiServices, PartHealth } from './api/context.ts'
import type { Config } from './config.ts'
import type { ConversationSource } from './ingest/conversation.ts'
import type { Ingest } from './ingest/ingest.ts'
import { createIngest } from './ingest/page.ts'
import { createJobs } from './jobs/accept.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { createEmbedder } from './providers/create-embedder.ts'
import type { Embedder } from './providers/embedder.ts'
import { createQuestions } from './recall/question.ts'
import { createRecall } from './recall/recall.ts'
import { createPostgresSource } from './sources/postgres-source.ts'
import { openDatabase, type Database } from './stores/database.ts'
import { createSpaceIndexer } from './stores/space-indexer.ts'
import { ensureActiveSpace, type Space } from './stores/spaces.ts'
import { openTemporal, type TemporalClient } from './temporal/client.ts'

/** Everything a process of Memoir is made of. */
export interface Services extends ApiServices {
  readonly source: ConversationSource
  readonly embedder: Embedder
  readonly ingest: Ingest
  readonly temporal: TemporalClient
  close(): Promise<void>
}

export interface ServicesOptions {
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
  const embedder = createEmbedder(config, metrics)
  const source = createPostgresSource(config, db, onIdleError)
  const temporal = await openTemporal(config)
  const jobs = createJobs({ config, db, temporal, metrics, log })
  const activeSpace = cachedSpace(db, embedder)
  const indexer = createSpaceIndexer(db, log)
  const ingest = createIngest({
    config,
    db,
    source,
    embedder,
    log,
    onFinish: (space) => indexer.poke(space),
  })
  const question = createQuestions({
    embedder,
    timeoutMs: config.RECALL_EMBED_TIMEOUT_MS,
    activeSpace,
    log,
  })
  const health = async () => ({
    postgres: await postgresHealth(db),
    temporal: await temporal.health(),
    embedding: { ok: true, detail: `${embedder.identity.provider}: ${embedder.identity.model}` },
  })
  return {
    config,
    log,
    db,
    metrics,
    jobs,
    source,
    embedder,
    ingest,
    temporal,
    health,
    recall: createRecall({ db, question, metrics }),
    ...(options.temporalUi === undefined ? {} : { temporalUi: options.temporalUi }),
    async close() {
      await indexer.stop()
      await jobs.close()
      await temporal.close()
      await source.close()
      await db.close()
    },
  }
}

/** A changed active space is seen within this time, without a statement in each recall. */
const SPACE_FRESH_MS = 2_000

function cachedSpace(db: Database, embedder: Embedder): () => Promise<Space | null> {
  let known: { space: Space; at: number } | undefined
  return async () => {
    const now = performance.now()
    if (known && now - known.at < SPACE_FRESH_MS) return known.space
    const space = await ensureActiveSpace(db, embedder.identity)
    known = { space, at: now }
    return space
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
