import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { MemoirError, type ErrorCode } from '../../src/errors.ts'
import { readStatus } from '../../src/graph/status.ts'
import type { Database } from '../../src/stores/database.ts'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { seedUsers } from '../support/graph-seed.ts'
import { defaultNamespace } from '../support/ingest.ts'

describe.skipIf(!hasPostgres)('what is said of the stores', () => {
  test('is healthy from nine tenths on in each of them, and degraded below or when the graph is away', async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const namespaceId = await defaultNamespace(db)
    const status = async (away = false) => {
      const { status: word, ...rest } = await readStatus(
        { db, graph: graphOf(db, away) },
        { namespaceId },
      )
      return [word, rest.syncPercentage, rest.vectorStore.healthy, rest.graphStore.healthy]
    }
    expect(await status()).toEqual(['healthy', 100, true, true])
    await seedUsers(db, { namespaceId, ids: [randomUUID()], memories: 10 })
    const lack = async (column: 'graph_state' | 'vector_state', n: number) =>
      await db.query(
        `update memoir.memory_trace set ${column} = case when seq <= (select min(seq) + ${n} - 1 from memoir.memory_trace) then 'pending' else 'written' end`,
      )
    await lack('graph_state', 1)
    expect(await status()).toEqual(['healthy', 90, true, true])
    await lack('graph_state', 2)
    expect(await status()).toEqual(['degraded', 80, true, false])
    await lack('graph_state', 0)
    await lack('vector_state', 2)
    expect(await status()).toEqual(['degraded', 80, false, true])
    await lack('vector_state', 0)
    expect(await status()).toEqual(['healthy', 100, true, true])
    expect(await status(true)).toEqual(['degraded', 100, true, false])
  })

  test('is unhealthy while the record is away, and an error of its own stays one', async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const failing = (code: ErrorCode) => ({
      db: { ...db, query: async () => await Promise.reject(new MemoirError(code, 'no')) },
      graph: graphOf(db, false),
    })
    const reach = { namespaceId: await defaultNamespace(db) }
    expect(await readStatus(failing('store_unavailable'), reach)).toMatchObject({
      status: 'unhealthy',
      vectorStore: { available: false, healthy: false },
      counts: { memories: 0, vectors: 0, graph: 0 },
    })
    await expect(readStatus(failing('persistence_failed'), reach)).rejects.toMatchObject({
      code: 'persistence_failed',
    })
  })
})

function graphOf(db: Database, away: boolean): GraphStore {
  return {
    ...createPostgresGraph(db),
    backend: 'neo4j',
    check: async () => {
      if (away) throw new MemoirError('graph_unavailable', 'away')
      await Promise.resolve()
    },
  }
}
