import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SyncOperation } from '../../src/domain/graph.ts'
import { beginSync, endSync, syncStep, type SyncRequest } from '../../src/graph/sync.ts'
import { everything } from '../support/graph-contents.ts'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createGraphWorld, type GraphWorld } from '../support/graph-world.ts'
import { createNeo4j, hasNeo4j, type TestNeo4j } from '../support/neo4j.ts'

describe.skipIf(!hasNeo4j)('comparing graph and record', () => {
  let neo4j: TestNeo4j
  beforeAll(async () => {
    neo4j = await createNeo4j()
  }, 180_000)
  beforeEach(async () => {
    await neo4j.cypher('match (n) detach delete n')
  })
  afterAll(async () => await neo4j?.[Symbol.asyncDispose]())

  test(
    'what was tampered with by hand is found exactly, and a repair restores it',
    BUSY,
    async () => {
      await using world = await createGraphWorld(neo4j.url)
      const [first = '', second = '', untouched = ''] = await world.seed({ users: 3, memories: 60 })
      await world.drain.round()
      const before = await everything(neo4j.driver)
      expect(await sync(world, 'check')).toMatchObject({ checked: 180, ...NONE })

      const at = async (userId: string, n: number) => await memoryAt(world, userId, n)
      const cypher = neo4j.cypher
      // Three nodes deleted: the neighbours before them have lost a link.
      await cypher('match (m:Memory) where m.id in $ids detach delete m', {
        ids: [await at(first, 10), await at(first, 20), await at(second, 30)],
      })
      // Added: one of a user, one of nobody known, one without any user.
      await cypher(
        'create (:Memory { id: $a, user_id: $first }), (:Memory { id: $b, user_id: $b, revision: 1 }), (:Memory { id: $c })',
        {
          a: randomUUID(),
          b: randomUUID(),
          c: randomUUID(),
          first,
        },
      )
      // Changed: a hash, a revision behind, one ahead, a time, a name of an entity.
      await cypher('match (m:Memory { id: $id }) set m.content_hash = "00"', {
        id: await at(first, 40),
      })
      await cypher('match (m:Memory { id: $id }) set m.revision = 0', { id: await at(second, 41) })
      await cypher('match (m:Memory { id: $id }) set m.revision = 7', { id: await at(second, 50) })
      await cypher('match (m:Memory { id: $id }) set m.occurred_at = datetime()', {
        id: await at(first, 44),
      })
      await cypher(
        'match (e:Entity { user_id: $second, normalized: "person 2" }) set e.value = "Mallory"',
        { second },
      )
      // What one entity has to do with another: cut, added, and an entity lost with all its links.
      await cypher('match (e:Entity { user_id: $first })-[r:KNOWS]->() delete r', { first })
      await cypher(
        `match (a:Entity { user_id: $first, normalized: "person 2" }), (b:Entity { user_id: $first, normalized: "person 3" })
       create (a)-[:OWES { weight: 1 }]->(b)`,
        { first },
      )
      await cypher(
        'match (e:Entity { user_id: $untouched, normalized: "person 1" }) detach delete e',
        {
          untouched,
        },
      )
      // Edges cut and added.
      await cypher('match (:Memory { id: $id })-[r:NEXT]->() delete r', { id: await at(second, 5) })
      await cypher(
        'match (a:Memory { id: $a }), (b:Memory { id: $b }) create (a)-[:NEXT { weight: 1 }]->(b)',
        {
          a: await at(first, 1),
          b: await at(first, 3),
        },
      )

      const tampered = await everything(neo4j.driver)
      // The lost entity was named by twelve memories, and one other knew it.
      const drift = { missing: 3 + 1, extra: 3, stale: 9 + 2 + 12 + 1, ahead: 1 }
      const found = await sync(world, 'check')
      expect(found).toMatchObject({ checked: 180, ...drift, repaired: 0, failed: 0 })
      expect(found.sample.missing).toEqual(
        expect.arrayContaining([await at(first, 10), await at(first, 20), await at(second, 30)]),
      )
      expect(found.sample.stale).toContain(await at(second, 5))
      expect(JSON.stringify(found.sample)).not.toContain(await at(untouched, 2))
      expect(await sync(world, 'repair', { dryRun: true })).toMatchObject({ ...drift, repaired: 0 })
      expect(await everything(neo4j.driver)).toEqual(tampered)

      expect(await sync(world, 'repair')).toMatchObject({ ...drift, repaired: 32, failed: 0 })
      expect(await sync(world, 'check')).toMatchObject({ checked: 180, ...NONE })
      expect(await everything(neo4j.driver)).toEqual(before)
    },
  )

  test('a comparison with a limit goes on where the last one stopped, and begins anew at the end', async () => {
    await using world = await createGraphWorld(neo4j.url)
    await world.seed({ users: 3, memories: 50 })
    await world.drain.round()
    const checked = []
    for (let run = 0; run < 5; run += 1) {
      checked.push((await sync(world, 'check', { limit: 40 })).checked)
    }
    expect(checked.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(150)
    expect(Math.max(...checked)).toBeLessThanOrEqual(40)
    expect(Math.min(...checked)).toBeGreaterThan(0)
  })

  test('one user is compared, mended and rebuilt alone', async () => {
    await using world = await createGraphWorld(neo4j.url)
    const [mine = '', other = ''] = await world.seed({ users: 2, memories: 20 })
    await world.drain.round()
    const before = await everything(neo4j.driver)
    await neo4j.cypher('match (n) detach delete n')
    expect(await sync(world, 'check', { userId: mine })).toMatchObject({ checked: 20, missing: 25 })
    expect(await sync(world, 'rebuild', { userId: mine, clearExisting: true })).toMatchObject({
      checked: 20,
      repaired: 25,
      failed: 0,
    })
    expect(await world.graph.counts([mine, other])).toEqual({ memories: 20, entities: 5 })
    await sync(world, 'full')
    expect(await everything(neo4j.driver)).toEqual(before)
  })

  test('a memory that is still being stored is neither too much nor mended', async () => {
    await using world = await createGraphWorld(neo4j.url)
    const [userId = ''] = await world.seed({ memories: 10 })
    await world.drain.round()
    const before = await everything(neo4j.driver)
    await world.db.query(`update memoir.memory_trace set state = 'pending' where id = $1`, [
      await memoryAt(world, userId, 1),
    ])
    expect(await sync(world, 'check')).toMatchObject({ checked: 9, ...NONE })
    expect(await sync(world, 'repair')).toMatchObject({ checked: 9, ...NONE })
    expect(await everything(neo4j.driver)).toEqual(before)
  })

  test('what comes between reading the record and reading the graph is no drift, and stays', async () => {
    await using world = await createGraphWorld(neo4j.url)
    const { db, graph } = world
    const [userId = ''] = await world.seed({ memories: 5 })
    await world.drain.round()
    await neo4j.cypher('match (m:Memory { id: $id }) set m.content_hash = "00"', {
      id: await memoryAt(world, userId, 2),
    })
    let came = false
    const meddling: GraphStore = {
      ...graph,
      async rows(range, limit) {
        if (!came) {
          came = true
          await db.query(
            `with thing as (
               insert into memoir.entity (id, user_id, type, value, normalized)
               values (gen_random_uuid(), $1, 'person', 'New', 'new') returning id)
             , memory as (
               insert into memoir.memory_trace (id, user_id, kind, content, content_hash, vector_state, occurred_at)
               values (gen_random_uuid(), $1, 'fact', 'new', sha256('new'), 'written', now()) returning id)
             insert into memoir.memory_edge (src, dst, type, user_id, weight)
             select memory.id, thing.id, 'mentions', $1, 1 from memory, thing`,
            [userId],
          )
          await world.drain.round()
        }
        return await graph.rows(range, limit)
      },
    }
    // A bucket of entities differs too, so that those are read.
    await neo4j.cypher('match (e:Entity { normalized: "person 2" }) set e.value = "Mallory"')
    expect(await sync({ ...world, graph: meddling }, 'repair')).toMatchObject({
      extra: 0,
      stale: 2,
    })
    expect(await sync(world, 'check')).toMatchObject({ checked: 6, ...NONE })
  })

  test('what an erased user left in the graph is found, and nothing of it is written again', async () => {
    await using world = await createGraphWorld(neo4j.url)
    const [erased = ''] = await world.seed({ users: 2, memories: 10 })
    await world.drain.round()
    await world.db.query('update memoir.memory_user set erased_at = now() where id = $1', [erased])
    expect(await sync(world, 'repair')).toMatchObject({ checked: 10, extra: 15, repaired: 15 })
    expect(await world.graph.counts([erased])).toEqual({ memories: 0, entities: 0 })
  })

  test(
    'a rebuild equals the graph that grew node by node, across the buckets it is written in',
    { timeout: 180_000 },
    async () => {
      await using world = await createGraphWorld(neo4j.url)
      await world.seed({ users: 2, memories: 1_250 })
      await world.drain.round()
      const grown = await everything(neo4j.driver)
      expect(grown.nodes).toHaveLength(2_510)
      expect(await sync(world, 'rebuild', { clearExisting: true })).toMatchObject({
        checked: 2_500,
        repaired: 2_510,
      })
      const rebuilt = await everything(neo4j.driver)
      expect(rebuilt.nodes).toEqual(grown.nodes)
      expect(rebuilt.links).toEqual(grown.links)
      expect(await sync(world, 'check')).toMatchObject({ checked: 2_500, ...NONE })
    },
  )
})

/** A Java server on a machine that many share. */
const BUSY = { timeout: 180_000 }

const NONE = { missing: 0, extra: 0, stale: 0, ahead: 0, repaired: 0, failed: 0 }

async function sync(
  { db, graph, namespaceId }: GraphWorld,
  operation: SyncOperation,
  { userId = null, ...more }: Partial<SyncRequest> & { userId?: string | null } = {},
) {
  const request = { operation, dryRun: false, clearExisting: false, limit: null, ...more }
  const job = { jobId: randomUUID(), namespaceId, userId, request }
  await beginSync({ db, graph }, job)
  while (await syncStep({ db, graph }, job));
  return await endSync({ db, graph }, job)
}

async function memoryAt({ db }: GraphWorld, userId: string, n: number): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `select id from memoir.memory_trace where user_id = $1 and content = 'memory ' || $2::int`,
    [userId, n],
  )
  return rows[0]?.id ?? ''
}
