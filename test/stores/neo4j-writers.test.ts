import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Driver } from 'neo4j-driver'
import type { GraphMemory, GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'

describe.skipIf(!hasNeo4j)('several writers at the graph in Neo4j', () => {
  let driver: Driver
  let graph: GraphStore

  beforeAll(async () => {
    const uri = await sharedNeo4j()
    driver = openNeo4j(uri)
    graph = createNeo4jGraph({ uri, user: 'neo4j', database: 'neo4j' })
    await graph.prepare()
  }, 120_000)

  afterAll(async () => {
    await graph?.close()
    await driver?.close()
  })

  const nodesOf = async (userId: string) =>
    await cypher(
      driver,
      `match (n { user_id: $userId }) optional match (n)-[r]->(d)
       with n, r, d order by type(r), d.id
       return labels(n)[0] as label, n.id as id, n.revision as revision, n.content_hash as hash,
              [x in collect(case when r is null then null else type(r) + ' ' + d.id end) | x] as links order by label, id`,
      { userId },
    )

  test('within a revision, fewer changes of links never overwrite more', async () => {
    const userId = randomUUID()
    const ada = { id: randomUUID(), type: 'person', value: 'Ada', normalized: 'ada' }
    const before = memory(userId)
    const after = { ...before, marks: 1, entities: [ada], edges: [mentions(before, ada)] }
    await graph.writeMemories([after])
    expect(await graph.writeMemories([before])).toEqual([{ id: before.id, revision: 1, marks: 1 }])
    expect((await nodesOf(userId)).flatMap(({ links }) => links)).toEqual([`MENTIONS ${ada.id}`])
  })

  test('a link from a memory that has changed since it was read is not written, and whoever read it reads again', async () => {
    const userId = randomUUID()
    const [from, to] = [memory(userId, { marks: 2 }), memory(userId)]
    const next = (marks: number) =>
      ({
        src: from.id,
        dst: to.id,
        srcIs: 'memory',
        dstIs: 'memory',
        srcAt: { revision: 1, marks },
        type: 'next',
        weight: 1,
      }) as const
    await graph.writeMemories([from])
    expect(await graph.writeMemories([{ ...to, edges: [next(1)] }])).toEqual([])
    expect((await nodesOf(userId)).flatMap(({ links }) => links)).toEqual([])
    expect(await graph.writeMemories([{ ...to, edges: [next(2)] }])).toHaveLength(1)
    expect((await nodesOf(userId)).flatMap(({ links }) => links)).toEqual([`NEXT ${to.id}`])
  })

  describe('an entity that is named anew while a removal takes it along', () => {
    const scene = async () => {
      const userId = randomUUID()
      const ada = { id: randomUUID(), type: 'person', value: 'Ada', normalized: 'ada' }
      const [leaving, coming, neighbour] = [memory(userId), memory(userId), memory(userId)]
      await graph.writeMemories([
        { ...leaving, entities: [ada], edges: [mentions(leaving, ada)] },
        neighbour,
      ])
      const remove = async () =>
        await graph.removeMemories({ userId, memories: [leaving], cascade: true })
      return { userId, ada, coming, neighbour, remove }
    }
    const untilOneWaits = async () =>
      await vi.waitFor(async () => {
        const waiting = await cypher(
          driver,
          `show transactions yield status where status starts with 'Blocked' return status`,
        )
        expect(waiting).not.toHaveLength(0)
      }, 20_000)

    test('stays when the link is made first', async () => {
      const { userId, ada, coming, remove } = await scene()
      await graph.writeMemories([coming])
      const session = driver.session()
      const tx = session.beginTransaction()
      await tx.run(
        `match (m:Memory { user_id: $userId, id: $m }), (e:Entity { user_id: $userId, id: $e })
         merge (m)-[:MENTIONS { weight: 1.0 }]->(e)`,
        { userId, m: coming.id, e: ada.id },
      )
      const removal = remove()
      await untilOneWaits()
      await tx.commit()
      await session.close()
      await removal
      expect((await nodesOf(userId)).flatMap(({ links }) => links)).toEqual([`MENTIONS ${ada.id}`])
    })

    test('comes back when the removal is first', async () => {
      const { userId, ada, coming, neighbour, remove } = await scene()
      // Its links are held up by the other end of one of them, after its node is there.
      const session = driver.session()
      const tx = session.beginTransaction()
      await tx.run(`match (m:Memory { user_id: $userId, id: $id }) set m.id = m.id`, {
        userId,
        id: neighbour.id,
      })
      const next = {
        src: coming.id,
        dst: neighbour.id,
        srcIs: 'memory',
        dstIs: 'memory',
        type: 'next',
        weight: 1,
      } as const
      const write = graph.writeMemories([
        { ...coming, entities: [ada], edges: [next, mentions(coming, ada)] },
      ])
      await untilOneWaits()
      const removal = remove()
      await new Promise((resolve) => setTimeout(resolve, 300))
      await tx.commit()
      await session.close()
      await Promise.all([write, removal])
      const own = (await nodesOf(userId)).find(({ id }) => id === coming.id)
      expect(own?.['links']).toEqual([`MENTIONS ${ada.id}`, `NEXT ${neighbour.id}`])
    })
  })
})

function memory(userId: string, more: Partial<GraphMemory> = {}): GraphMemory {
  return {
    id: randomUUID(),
    userId,
    revision: 1,
    marks: 0,
    contentHash: 'aa',
    kind: 'fact',
    occurredAt: new Date('2026-01-02T03:04:05.678Z'),
    salience: 0.35,
    entities: [],
    edges: [],
    ...more,
  }
}

const mentions = (src: { id: string }, dst: { id: string }) =>
  ({
    src: src.id,
    dst: dst.id,
    srcIs: 'memory',
    dstIs: 'entity',
    type: 'mentions',
    weight: 1,
  }) as const
