import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import type { Database } from '../../src/stores/database.ts'
import type { GraphStore } from '../../src/stores/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/neo4j-graph.ts'
import { startDrain, type Drain } from '../../src/graph/drain.ts'
import { createTestDatabase } from './database.ts'
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

export async function seedUsers(
  db: Database,
  { namespaceId, ids, memories }: { namespaceId: string; ids: readonly string[]; memories: number },
): Promise<void> {
  await db.query(
    `insert into memoir.memory_user (id, namespace_id, external_id, trace_count)
     select id, $1::uuid, id::text, $3 from unnest($2::uuid[]) as u(id)`,
    [namespaceId, ids, memories],
  )
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, vector_state, salience, occurred_at)
     select md5(u.id::text || n)::uuid, u.id, case n % 3 when 0 then 'fact' when 1 then 'message' else 'note' end,
            'memory ' || n, sha256(convert_to('memory ' || n, 'UTF8')), 'written', (n % 10) / 10.0, timestamptz '2026-01-01' + n * interval '1 minute 1.234567 seconds'
       from unnest($1::uuid[]) as u(id), generate_series(1, $2::int) as n`,
    [ids, memories],
  )
  await db.query(
    `insert into memoir.entity (id, user_id, type, value, normalized)
     select md5(u.id::text || 'entity' || n)::uuid, u.id, 'person', 'Person ' || n, 'person ' || n
       from unnest($1::uuid[]) as u(id), generate_series(0, 4) as n`,
    [ids],
  )
  await db.query(
    `insert into memoir.memory_edge (src, dst, type, user_id, weight)
     select md5(u.id::text || n)::uuid, md5(u.id::text || (n + 1))::uuid, 'next', u.id, 1
       from unnest($1::uuid[]) as u(id), generate_series(1, $2::int - 1) as n
     union all
     select md5(u.id::text || n)::uuid, md5(u.id::text || 'entity' || n % 5)::uuid, 'mentions', u.id, 0.35
       from unnest($1::uuid[]) as u(id), generate_series(1, $2::int) as n
     union all
     select md5(u.id::text || 'entity0')::uuid, md5(u.id::text || 'entity1')::uuid, 'knows', u.id, 0.5
       from unnest($1::uuid[]) as u(id)`,
    [ids, memories],
  )
}
