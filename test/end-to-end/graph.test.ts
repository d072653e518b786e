import { describe, expect, test, vi } from 'vitest'
import { readStatus } from '../../src/graph/status.ts'
import { listUsers } from '../../src/stores/users.ts'
import { seed } from '../support/ingest.ts'
import { createTestMemoir } from '../support/memoir.ts'
import { createNeo4j, hasNeo4j } from '../support/neo4j.ts'
import { hasTemporal } from '../support/database.ts'

describe.skipIf(!hasNeo4j || !hasTemporal)('Memoir with a graph beside Postgres', () => {
  test(
    'a backfill ends in the graph as well, a comparison finds nothing, and the users say so',
    { timeout: 240_000 },
    async () => {
      await using neo4j = await createNeo4j()
      await using memoir = await createTestMemoir({ GRAPH_BACKEND: 'neo4j', NEO4J_URI: neo4j.url })
      const { db, namespaceId, services } = memoir
      await seed(db, conversations(6))
      expect(await memoir.backfill()).toMatchObject({
        state: 'succeeded',
        progress: { created: 6 },
      })
      const status = async () => await readStatus(services, { namespaceId })
      await vi.waitFor(
        async () =>
          expect(await status()).toMatchObject({
            status: 'healthy',
            syncPercentage: 100,
            graphStore: { backend: 'neo4j' },
          }),
        { timeout: 60_000, interval: 200 },
      )
      const { counts } = await status()
      expect(counts.memories).toBeGreaterThan(6)
      expect(await neo4j.cypher('match (m:Memory) return count(m) as n')).toEqual([
        { n: counts.memories },
      ])
      const { items } = await listUsers(db, { namespaceId, limit: 10 })
      expect(items.every(({ memories, in_graph }) => in_graph === memories)).toBe(true)

      const check = {
        operation: 'check',
        dryRun: false,
        clearExisting: false,
        limit: null,
      } as const
      const { id } = await services.syncs.accept({ namespaceId, ...check })
      expect((await memoir.until(id, 'succeeded')).progress).toMatchObject({
        checked: counts.memories,
        missing: 0,
        extra: 0,
        stale: 0,
        ahead: 0,
      })
    },
  )
})

const conversations = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `c${n}`,
    user: n % 2 === 0 ? 'ada' : 'bob',
    messages: ['We sail on Sunday.', 'From which harbour?', 'From the old one.'].map(
      (text, at) => ({
        role: at % 2 === 0 ? 'user' : 'assistant',
        content: `${text} (${n})`,
      }),
    ),
  }))
