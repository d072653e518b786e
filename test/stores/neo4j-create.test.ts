import { randomUUID } from 'node:crypto'
import type { Driver } from 'neo4j-driver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  GraphEdge,
  GraphEntity,
  GraphMemory,
  GraphStore,
} from '../../src/stores/graph/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'

/** Written as new or looked for first: nobody can tell afterwards. */
const FRESH = { fresh: true }

describe.skipIf(!hasNeo4j)('memories that should not be in Neo4j yet', () => {
  let driver: Driver
  let graph: GraphStore
  beforeAll(async () => {
    const uri = await sharedNeo4j()
    driver = openNeo4j(uri)
    graph = createNeo4jGraph({ uri, user: 'neo4j', database: 'neo4j' })
    await graph.prepare()
  }, 180_000)
  afterAll(async () => {
    await graph?.close()
    await driver?.close()
  })

  /** Without ids that differ from one user to the next. */
  const shapeOf = async (userId: string) =>
    await cypher(
      driver,
      `match (n { user_id: $userId }) optional match (n)-[r]->(d)
       with n, r, d order by type(r), coalesce(r.type, ''), coalesce(d.content_hash, d.value)
       return labels(n)[0] as label, coalesce(n.content_hash, n.value) as what, n.revision as revision, n.kind as kind,
              n.salience as salience, toString(n.occurred_at) as at, n.type as type, n.normalized as normalized,
              collect(case when r is not null then [type(r), r.type, r.weight, coalesce(d.content_hash, d.value)] end) as links
        order by label, what`,
      { userId },
    )

  test('come out the same as when each is looked for, and are looked for where one is there after all', async () => {
    const [looked, created, partly] = [world(), world(), world()]
    const held = await graph.writeMemories(looked.memories)
    expect(held).toHaveLength(3)
    expect(await graph.writeMemories(created.memories, FRESH)).toEqual(
      created.memories.map(({ id, revision, marks }) => ({ id, revision, marks })).toSorted(byId),
    )
    const shape = await shapeOf(looked.userId)
    expect(shape).toHaveLength(5)
    expect(shape.flatMap(({ links }) => links)).toHaveLength(7)
    expect(await shapeOf(created.userId)).toEqual(shape)

    const [first, , third] = partly.memories
    if (!first || !third) throw new Error('three of them')
    await graph.writeMemories([{ ...third, revision: 9, contentHash: 'ff' }])
    const ahead = await graph.writeMemories(partly.memories, FRESH)
    expect(ahead.find(({ id }) => id === third.id)).toEqual({ id: third.id, revision: 9, marks: 0 })
    await graph.removeMemories({ userId: partly.userId, memories: ahead, cascade: false })
    await graph.writeMemories([third, first], FRESH)
    await graph.writeMemories(partly.memories, FRESH)
    expect(await shapeOf(partly.userId)).toEqual(shape)
    await graph.writeMemories(partly.memories, FRESH)
    expect(await shapeOf(partly.userId)).toEqual(shape)
  })

  test('have their links with the later of two ends, once, whoever of two writers at once comes second', async () => {
    const userId = randomUUID()
    const pairs = Array.from({ length: 12 }, () => {
      const [a, b] = [memory(userId), memory(userId)]
      const edges = [link(a.id, b.id, 'next')]
      return [
        { ...a, edges },
        { ...b, edges },
      ] as const
    })
    const [alone] = pairs
    if (!alone) throw new Error('there are twelve')
    await graph.writeMemories([alone[0]], FRESH)
    await graph.writeMemories([alone[1]], FRESH)
    for (const [a, b] of pairs.slice(1)) {
      await Promise.all([graph.writeMemories([a], FRESH), graph.writeMemories([b], FRESH)])
    }
    const links = await cypher(
      driver,
      'match (:Memory { user_id: $userId })-[r:NEXT]->(d) return d.id as id',
      { userId },
    )
    expect(links).toHaveLength(pairs.length)
    expect(new Set(links.map(({ id }) => id))).toEqual(new Set(pairs.map(([, b]) => b.id)))
  })

  test('that the graph refuses are refused with its code', async () => {
    const one = { ...memory(randomUUID()), salience: Number.NaN, kind: Object(1) }
    await expect(graph.writeMemories([one], FRESH)).rejects.toMatchObject({
      code: 'graph_store_failed',
    })
    expect(await graph.counts([one.userId])).toEqual({ memories: 0, entities: 0 })
  })
})

const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)

/** Three memories of a user, two things they name, and links of each kind. */
function world() {
  const userId = randomUUID()
  const [ada, otto] = [entity('Ada'), entity('Otto')]
  const [a, b, c] = [1, 2, 3].map((n) => memory(userId, n))
  if (!a || !b || !c) throw new Error('three of them')
  const knows: GraphEdge = { ...link(ada.id, otto.id, 'knows'), srcIs: 'entity', dstIs: 'entity' }
  const names = (src: string, dst: string): GraphEdge => ({
    ...link(src, dst, 'mentions'),
    dstIs: 'entity',
    weight: 0.25,
  })
  const [ab, ca] = [link(a.id, b.id, 'next'), link(c.id, a.id, 'Some odd kind')]
  const memories: GraphMemory[] = [
    {
      ...a,
      entities: [ada, otto],
      edges: [ab, ca, names(a.id, ada.id), names(a.id, otto.id), knows],
    },
    { ...b, entities: [ada, otto], edges: [ab, names(b.id, ada.id), knows] },
    { ...c, entities: [otto], edges: [ca, names(c.id, otto.id)] },
  ]
  return { userId, memories }
}

const entity = (value: string): GraphEntity => ({
  id: randomUUID(),
  type: 'person',
  value,
  normalized: value.toLowerCase(),
})

const link = (src: string, dst: string, type: string): GraphEdge => ({
  src,
  dst,
  srcIs: 'memory',
  dstIs: 'memory',
  type,
  weight: 1,
})

const memory = (userId: string, n = 0): GraphMemory => ({
  id: randomUUID(),
  userId,
  revision: 1 + n,
  marks: 0,
  contentHash: `a${n}`,
  kind: 'note',
  occurredAt: new Date(Date.UTC(2026, 2, 1, n)),
  salience: 0.5,
  entities: [],
  edges: [],
})
