import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import type { Database } from '../../src/stores/database.ts'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { startDrain, type Drain } from '../../src/graph/drain.ts'
import { createTestDatabase } from './database.ts'
import { seedUsers } from './graph-seed.ts'
import { defaultNamespace } from './ingest.ts'

/** Memories with entities and links in a database of its own, and a graph that is told of them when the test says so. */
export interface GraphWorld extends AsyncDisposable {
  readonly db: Database
  readonly graph: GraphStore
  readonly drain: Drain
  readonly namespaceId: string
  /** Users with `memories` memories each: every one links to the next, and to one of its user's entities. */
  seed(options?: { users?: number; memories?: number }): Promise<string[]>
}

/** Each says itself when to drain. */
const NEVER = 3_600_000

export async function createGraphWorld(uri: string): Promise<GraphWorld> {
  const store = await createTestDatabase()
  const { db } = store
  const graph = createNeo4jGraph({ uri, user: 'neo4j', database: 'neo4j' })
  const log = pino({ level: 'silent' })
  const drain = startDrain({ db, graph, log }, { everyMs: NEVER })
  await drain.round()
  const namespaceId = await defaultNamespace(db)
  return {
    db,
    graph,
    drain,
    namespaceId,
    async seed({ users = 1, memories = 10 } = {}) {
      const ids = Array.from({ length: users }, () => randomUUID()).toSorted((a, b) =>
        a < b ? -1 : 1,
      )
      await seedUsers(db, { namespaceId, ids, memories })
      return ids
    },
    async [Symbol.asyncDispose]() {
      await drain.stop()
      await graph.close()
      await store[Symbol.asyncDispose]()
    },
  }
}
