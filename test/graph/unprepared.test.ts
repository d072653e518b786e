import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { startDrain } from '../../src/graph/drain.ts'
import { readStatus } from '../../src/graph/status.ts'
import { beginSync, endSync, syncStep } from '../../src/graph/sync.ts'
import { graphHealth } from '../../src/health.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import type { GraphMemory } from '../../src/stores/graph/graph-store.ts'
import { createGraphWorld, type GraphWorld } from '../support/graph-world.ts'
import { createNeo4j, hasNeo4j, type TestNeo4j } from '../support/neo4j.ts'

/** What drops a database would drop. */
const FORGET_SCHEMA = [
  'drop constraint memoir_memory if exists',
  'drop constraint memoir_entity if exists',
]
const DUPLICATES = `match (n) where n:Memory or n:Entity
  with labels(n) as label, n.user_id as user, n.id as id, count(*) as nodes where nodes > 1 return count(*) as n`

describe.skipIf(!hasNeo4j)('a Neo4j without its constraints', () => {
  let neo4j: TestNeo4j
  beforeAll(async () => void (neo4j = await createNeo4j()), 240_000)
  afterAll(async () => await neo4j?.[Symbol.asyncDispose]())
  beforeEach(async () => await replaceDatabase(neo4j))

  const graphOf = () => createNeo4jGraph({ uri: neo4j.url, user: 'neo4j', database: 'neo4j' })
  const duplicates = async () => (await neo4j.cypher(DUPLICATES))[0]?.['n']
  const constraints = async () =>
    (await neo4j.cypher('show constraints yield name return name order by name')).map(
      ({ name }) => name,
    )

  test('live writes at once, before anybody prepared it, make no node twice', async () => {
    const graphs = Array.from({ length: 8 }, graphOf)
    const [userId, entityId] = [randomUUID(), randomUUID()]
    await Promise.all(
      graphs.map(async (graph) => {
        for (let n = 0; n < 5; n += 1) await graph.writeMemories([memory(userId, entityId)])
      }),
    )
    expect(await constraints()).toEqual(['memoir_entity', 'memoir_memory'])
    expect(await neo4j.cypher('match (e:Entity) return count(e) as n')).toEqual([{ n: 1 }])
    await Promise.all(graphs.map(async (graph) => await graph.close()))
  })

  test('nodes that are there twice are merged, the newest stays with the links of all', async () => {
    const graph = graphOf()
    const [userId, entityId] = [randomUUID(), randomUUID()]
    const [one, other] = [memory(userId, entityId), memory(userId, entityId)]
    await graph.writeMemories([one, other])
    for (const statement of FORGET_SCHEMA) await neo4j.cypher(statement)
    await neo4j.cypher(
      `match (e:Entity), (m:Memory { id: $id }) detach delete e
       create (:Entity { user_id: $user, id: $entity, value: 'Ada' }), (f:Entity { user_id: $user, id: $entity, value: 'Ada' }),
              (m)-[:MENTIONS { weight: 1 }]->(f), (:Memory { user_id: $user, id: $id, revision: 0, kind: 'old' })-[:NEXT { weight: 0.5 }]->(f),
              ({ note: 'of somebody else' })`,
      { user: userId, entity: entityId, id: one.id },
    )
    expect(await duplicates()).toBe(2)

    await graph.prepare()
    expect(await duplicates()).toBe(0)
    expect(await constraints()).toEqual(['memoir_entity', 'memoir_memory'])
    expect(
      await neo4j.cypher(
        'match (m:Memory { id: $id })-[r]->(e:Entity) return m.revision as revision, type(r) as type, r.weight as weight order by type',
        { id: one.id },
      ),
    ).toEqual([
      { revision: 1, type: 'MENTIONS', weight: 1 },
      { revision: 1, type: 'NEXT', weight: 0.5 },
    ])
    expect(await neo4j.cypher('match (n) return count(n) as n')).toEqual([{ n: 4 }])
    await graph.close()
  })

  test('an index of the same properties, whatever its name, gives way to the constraint', async () => {
    const graph = graphOf()
    await neo4j.cypher('create index by_hand for (m:Memory) on (m.user_id, m.id)')
    await neo4j.cypher('call db.awaitIndexes(60)')
    await graph.prepare()
    expect(await constraints()).toEqual(['memoir_entity', 'memoir_memory'])
    await graph.close()
  })

  test('a worker whose database was replaced goes on with constraints', async () => {
    await using world = await createGraphWorld(neo4j.url)
    await world.seed({ memories: 5 })
    await world.drain.round()
    await replaceDatabase(neo4j)
    const [userId = ''] = await world.seed({ memories: 4 })
    expect(await world.drain.round()).toMatchObject({ written: 4 })
    expect(await constraints()).toEqual(['memoir_entity', 'memoir_memory'])
    expect(await world.graph.counts([userId])).toMatchObject({ memories: 4 })
  })

  test.each([
    { operation: 'check', clearExisting: false },
    { operation: 'rebuild', clearExisting: true },
  ] as const)('$operation ends where nodes are there twice', async (wanted) => {
    await using world = await createGraphWorld(neo4j.url)
    await world.seed({ memories: 6 })
    await world.drain.round()
    for (const statement of FORGET_SCHEMA) await neo4j.cypher(statement)
    await neo4j.cypher('match (n:Memory) create (m:Memory) set m = n')
    await neo4j.cypher('match (n:Entity) create (m:Entity) set m = n')
    await sync(world, wanted)
    expect(await duplicates()).toBe(0)
    expect(await sync(world, { operation: 'check', clearExisting: false })).toMatchObject({
      missing: 0,
      extra: 0,
      stale: 0,
    })
  })

  test('a rebuild that clears first is not kept from it by what it clears', async () => {
    await using world = await createGraphWorld(neo4j.url)
    await world.seed({ memories: 3 })
    let cleared = false
    const graph = {
      ...world.graph,
      prepare: async () => {
        if (!cleared) throw new MemoirError('graph_store_failed', '')
        await world.graph.prepare()
      },
      removeUser: async (userId: string) => {
        cleared = true
        return await world.graph.removeUser(userId)
      },
    }
    const rebuild = { operation: 'rebuild', clearExisting: true } as const
    expect(await sync({ ...world, graph }, rebuild)).toMatchObject({ repaired: 8, failed: 0 })
  })

  test('while what is pending cannot be written neither status nor readiness calls the store healthy', async () => {
    await using world = await createGraphWorld(neo4j.url)
    const { db, namespaceId } = world
    const health = async () => (await readStatus(world, { namespaceId })).graphStore.healthy
    const ready = async () => (await graphHealth(world.graph, db)).graph
    await world.seed({ memories: 2 })
    await world.drain.round()
    expect([await health(), await ready()]).toEqual([true, { ok: true, detail: 'neo4j' }])
    await world.seed({ memories: 1 })
    await db.query(`update memoir.graph_turn set holder = null`)
    const graph = {
      ...world.graph,
      prepare: async () => await Promise.reject(new MemoirError('graph_store_failed', '')),
    }
    const failing = startDrain(
      { db, graph, log: pino({ level: 'silent' }) },
      { everyMs: 3_600_000 },
    )
    await expect(failing.round()).rejects.toMatchObject({ code: 'graph_store_failed' })
    await failing.stop()
    expect(await health()).toBe(false)
    expect(await ready()).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/could not write to it since .+\(graph_store_failed\)/),
    })
    await world.drain.round()
    expect(await health()).toBe(true)
  })
})

/** Empty and without a schema, as a volume that was put in its place. */
async function replaceDatabase({ cypher }: TestNeo4j): Promise<void> {
  await cypher('match (n) detach delete n')
  for (const statement of FORGET_SCHEMA) await cypher(statement)
  const indexes = await cypher(`show indexes yield name, type where type = 'RANGE' return name`)
  for (const { name } of indexes) await cypher(`drop index ${String(name)} if exists`)
}

async function sync(
  world: Pick<GraphWorld, 'db' | 'graph' | 'namespaceId'>,
  { operation, clearExisting }: { operation: 'check' | 'rebuild'; clearExisting: boolean },
) {
  const request = { operation, clearExisting, dryRun: false, limit: null }
  const job = { jobId: randomUUID(), namespaceId: world.namespaceId, userId: null, request }
  await beginSync(world, job)
  while (await syncStep(world, job));
  return await endSync(world, job)
}

function memory(userId: string, entityId: string): GraphMemory {
  const id = randomUUID()
  return {
    id,
    userId,
    revision: 1,
    marks: 0,
    contentHash: 'ff',
    kind: 'note',
    occurredAt: new Date(0),
    salience: 0.5,
    entities: [{ id: entityId, type: 'person', value: 'Ada', normalized: 'ada' }],
    edges: [
      {
        src: id,
        dst: entityId,
        srcIs: 'memory',
        dstIs: 'entity',
        type: 'mentions',
        weight: 1,
      },
    ],
  }
}
