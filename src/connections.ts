import type { Config } from './config.ts'
import type { ConversationSource } from './ingest/conversation.ts'
import type { Logger } from './logger.ts'
import { createEpisodeSource, type EpisodeSource } from './sources/episodes.ts'
import { createPostgresSource } from './sources/postgres-source.ts'
import { openDatabase, type Database } from './stores/database.ts'
import type { GraphStore } from './stores/graph/graph-store.ts'
import { createNeo4jGraph } from './stores/graph/neo4j-graph.ts'
import { createPostgresGraph } from './stores/graph/postgres-graph.ts'
import { openRedis, type RedisLink } from './stores/redis.ts'
import { openTemporal, type TemporalClient } from './temporal/client.ts'
import { startTracing } from './tracing.ts'

/** What a process is connected to. */
export interface Connections {
  readonly db: Database
  readonly source: ConversationSource
  readonly episodes: EpisodeSource
  readonly temporal: TemporalClient
  readonly redis: RedisLink | undefined
  readonly graph: GraphStore
  close(): Promise<void>
}

/** Opens lazily: nothing here waits for a server, so a process starts even when one is away, and says so. */
export async function openConnections(config: Config, log: Logger): Promise<Connections> {
  const onIdleError = (error: Error) => log.warn({ error }, 'a Postgres connection was lost')
  const db = openDatabase({
    url: config.DATABASE_URL ?? '',
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'memoir',
    onIdleError,
  })
  const source = createPostgresSource(config, db, onIdleError)
  const episodes = createEpisodeSource(config, db, onIdleError)
  const tracing = await startTracing(config)
  const temporal = await openTemporal(config, tracing)
  const redis = redisOf(config, log)
  const graph = graphOf(config, db)
  return {
    db,
    source,
    episodes,
    temporal,
    redis,
    graph,
    async close() {
      await temporal.close()
      await source.close()
      await episodes.close()
      redis?.close()
      await graph.close()
      await db.close()
      await tracing?.flush()
    },
  }
}

/** Undefined when none is configured. */
function redisOf({ REDIS_URL }: Config, log: Logger): RedisLink | undefined {
  if (REDIS_URL === undefined) return undefined
  const onChange = (there: boolean) =>
    there
      ? log.info('Redis answers')
      : log.warn('Redis does not answer: recall goes on without working memory')
  return openRedis({ url: REDIS_URL, onChange })
}

function graphOf(config: Config, db: Database): GraphStore {
  const { NEO4J_URI: uri, NEO4J_USER: user, NEO4J_PASSWORD: password } = config
  const beside = config.GRAPH_BACKEND !== 'postgres' && config.PERSISTENCE_ENABLE_GRAPH_STORE
  if (!beside || uri === undefined) return createPostgresGraph(db)
  const login = password === undefined ? { user } : { user, password }
  return createNeo4jGraph({ uri, ...login, database: config.NEO4J_DATABASE })
}
