import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Driver } from 'neo4j-driver'
import type { GraphMemory, GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'

describe.skipIf(!hasNeo4j)('the graph in Neo4j', () => {
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

  test('preparing twice is fine', async () => {
    await graph.prepare()
    const names = await cypher(driver, 'show constraints yield name return name order by name')
    expect(names.map(({ name }) => name)).toEqual(['memoir_entity', 'memoir_memory'])
  })

  test('many that prepare at once make what is missing, and none of them fails', async () => {
    for (let round = 0; round < 3; round += 1) {
      await cypher(driver, 'drop index memoir_memory_id if exists')
      await Promise.all(Array.from({ length: 6 }, async () => await graph.prepare()))
    }
    const names = await cypher(driver, 'show indexes yield name where name = "memoir_memory_id"')
    expect(names).toHaveLength(1)
  })

  test("an index of somebody else's that could not be made keeps nobody from preparing", async () => {
    const label = `Other${randomUUID().slice(0, 8)}`
    await cypher(driver, `create (:${label} { text: $text })`, { text: 'x'.repeat(40_000) })
    await cypher(driver, `create index ${label} for (n:${label}) on (n.text)`)
    try {
      const states = async () =>
        await cypher(driver, 'show indexes yield name, state where name = $label return state', {
          label,
        })
      await vi.waitFor(async () => expect(await states()).toEqual([{ state: 'FAILED' }]), 20_000)
      await graph.prepare()
    } finally {
      await cypher(driver, `drop index ${label}`)
      await cypher(driver, `match (n:${label}) delete n`)
    }
  })

  test('memories come with their entities and links, and the same again changes nothing', async () => {
    const userId = randomUUID()
    const ada = { id: randomUUID(), type: 'person', value: 'Ada', normalized: 'ada' }
    const first = memory(userId, { entities: [ada] })
    const second = memory(userId)
    const mention = {
      src: first.id,
      dst: ada.id,
      srcIs: 'memory',
      dstIs: 'entity',
      type: 'mentions',
      weight: 1,
    } as const
    const next = {
      src: first.id,
      dst: second.id,
      srcIs: 'memory',
      dstIs: 'memory',
      type: 'next',
      weight: 1,
    } as const
    const batch = [
      { ...first, edges: [mention, next] },
      { ...second, edges: [next] },
    ]
    const written = await graph.writeMemories(batch)
    expect(written.map(({ id }) => id).toSorted()).toEqual([first.id, second.id].toSorted())
    const before = await nodesOf(userId)
    expect(before).toHaveLength(3)
    expect(before.find(({ id }) => id === first.id)?.['links']).toEqual([
      `MENTIONS ${ada.id}`,
      `NEXT ${second.id}`,
    ])
    await graph.writeMemories(batch)
    expect(await nodesOf(userId)).toEqual(before)
    expect(await graph.counts([userId])).toEqual({ memories: 2, entities: 1 })
  })

  test('a link appears with the later of its ends', async () => {
    const userId = randomUUID()
    const [a, b] = [memory(userId), memory(userId)]
    const next = {
      src: a.id,
      dst: b.id,
      srcIs: 'memory',
      dstIs: 'memory',
      type: 'next',
      weight: 1,
    } as const
    await graph.writeMemories([{ ...a, edges: [next] }])
    await graph.writeMemories([{ ...b, edges: [next] }])
    expect((await nodesOf(userId)).find(({ id }) => id === a.id)?.['links']).toEqual([
      `NEXT ${b.id}`,
    ])
  })

  test('an older revision never overwrites a newer one, and says which one stands', async () => {
    const userId = randomUUID()
    const newer = memory(userId, { revision: 3, contentHash: 'cc' })
    await graph.writeMemories([newer])
    const held = await graph.writeMemories([{ ...newer, revision: 2, contentHash: 'bb' }])
    expect(held).toEqual([{ id: newer.id, revision: 3, marks: 0 }])
    expect(await nodesOf(userId)).toMatchObject([{ revision: 3, hash: 'cc' }])
  })

  test('a link that is gone from a memory goes from the graph', async () => {
    const userId = randomUUID()
    const [a, b] = [memory(userId), memory(userId)]
    const next = {
      src: a.id,
      dst: b.id,
      srcIs: 'memory',
      dstIs: 'memory',
      type: 'next',
      weight: 1,
    } as const
    await graph.writeMemories([{ ...a, edges: [next] }, b])
    await graph.writeMemories([{ ...a, revision: 2 }])
    expect((await nodesOf(userId)).flatMap(({ links }) => links)).toEqual([])
  })

  test('a removal leaves what is newer, and takes entities along only when asked and when nobody else names them', async () => {
    const userId = randomUUID()
    const [lone, shared] = ['Lone', 'Shared'].map((value) => ({
      id: randomUUID(),
      type: 'person',
      value,
      normalized: value.toLowerCase(),
    }))
    if (!lone || !shared) throw new Error('two of them')
    const [a, b, newer] = [memory(userId), memory(userId), memory(userId, { revision: 5 })]
    await graph.writeMemories([
      { ...a, entities: [lone, shared], edges: [mentions(a, lone), mentions(a, shared)] },
      { ...b, entities: [shared], edges: [mentions(b, shared)] },
      newer,
    ])
    const removal = [a, { ...newer, revision: 4 }].map(({ id, revision }) => ({ id, revision }))
    expect(await graph.removeMemories({ userId, memories: removal, cascade: true })).toEqual({
      memories: 1,
      entities: 1,
      edges: 2,
    })
    expect(new Set((await nodesOf(userId)).map(({ id }) => id))).toEqual(
      new Set([shared.id, b.id, newer.id]),
    )
    expect(
      await graph.removeMemories({ userId: randomUUID(), memories: [b], cascade: true }),
    ).toMatchObject({
      memories: 0,
    })
    expect(await graph.removeUser(userId)).toMatchObject({ memories: 2, entities: 1 })
    expect(await nodesOf(userId)).toEqual([])
  })

  test('hostile names and types are data', async () => {
    const userId = randomUUID()
    const hostile = [
      "'}) detach delete n //",
      '`]->() match (n) detach delete n //',
      "x' or 1=1; drop table memory_trace; --",
      'a\u0000b',
      '\u{1F4A3}'.repeat(65_536),
    ]
    const entities = hostile.map((value) => ({
      id: randomUUID(),
      type: value.slice(0, 50),
      value,
      normalized: value,
    }))
    const a = memory(userId, { entities })
    const edges = entities.map((entity, index) => ({
      ...mentions(a, entity),
      type: hostile[index] ?? '',
    }))
    await graph.writeMemories([{ ...a, edges }])
    const stored = await cypher(
      driver,
      'match (:Memory { user_id: $userId })-[r:RELATED_TO]->(e:Entity) return e.value as value, r.type as type',
      { userId },
    )
    expect(new Set(stored.map(({ value }) => value))).toEqual(new Set(hostile))
    expect(new Set(stored.map(({ type }) => type))).toEqual(new Set(hostile))
  })

  test('a server that is away is told apart from one that refuses', async () => {
    const away = createNeo4jGraph({ uri: 'bolt://127.0.0.1:1', user: 'neo4j', database: 'neo4j' })
    await expect(away.check()).rejects.toMatchObject({ code: 'graph_unavailable' })
    await expect(away.writeMemories([memory(randomUUID())])).rejects.toMatchObject({
      code: 'graph_unavailable',
    })
    await away.close()
    const uri = await sharedNeo4j()
    const other = createNeo4jGraph({ uri, user: 'neo4j', database: 'nowhere' })
    await expect(other.check()).rejects.toMatchObject({
      code: 'graph_unavailable',
      message: 'Neo4j has no database of that name.',
    })
    await other.close()
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
