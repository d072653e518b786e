import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startDrain } from '../../src/graph/drain.ts'
import { readStatus } from '../../src/graph/status.ts'
import { expectedBuckets } from '../../src/stores/graph/graph-record.ts'
import { seedUsers } from '../support/graph-seed.ts'
import { createGraphWorld } from '../support/graph-world.ts'
import { createNeo4j, hasNeo4j, type TestNeo4j } from '../support/neo4j.ts'

/** Short, so that a test need not wait as long as an operator would. */
const QUICK = { everyMs: 50, atMostMs: 500, batch: 50 }

describe.skipIf(!hasNeo4j)('a graph that dies', () => {
  let neo4j: TestNeo4j
  beforeAll(async () => {
    neo4j = await createNeo4j()
  }, 180_000)
  afterAll(async () => await neo4j?.[Symbol.asyncDispose]())

  test(
    'killed while a thousand memories are told to it: all stand, the status says how many it lacks, and it fills up by itself',
    { timeout: 240_000 },
    async () => {
      await using world = await createGraphWorld(neo4j.url)
      const { db, graph, namespaceId } = world
      const ids = [randomUUID(), randomUUID()].toSorted((a, b) => a.localeCompare(b))
      await seedUsers(db, { namespaceId, ids, memories: 500 })
      const status = async () => await readStatus({ db, graph }, { namespaceId })
      const drain = startDrain({ db, graph, log: pino({ level: 'silent' }) }, QUICK)
      try {
        await vi.waitFor(
          async () => expect((await status()).counts.graph).toBeGreaterThan(0),
          60_000,
        )
        await neo4j.kill()
        // A batch that was written when it died may still be marked.
        await vi.waitFor(
          async () => expect((await status()).graphStore.available).toBe(false),
          10_000,
        )
        const away = await status()
        expect(away.counts.memories).toBe(1000)
        expect(away.counts.graph).toBeLessThan(1000)
        expect(away.status).toBe('degraded')
        expect(away.syncPercentage).toBe(away.counts.graph / 10)

        await neo4j.restart()
        await vi.waitFor(
          async () =>
            expect(await status()).toMatchObject({ status: 'healthy', syncPercentage: 100 }),
          {
            timeout: 120_000,
            interval: 200,
          },
        )
        for (const node of ['memory', 'entity'] as const) {
          const expected = await expectedBuckets(db, {
            node,
            userIds: ids,
            after: null,
            size: 1_000,
          })
          const held = await graph.hashes(expected)
          expect(held).toEqual(expected.map(({ nodes, hash }) => ({ nodes, hash })))
        }
      } finally {
        await drain.stop()
      }
    },
  )
})
