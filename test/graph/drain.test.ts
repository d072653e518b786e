import { pino } from 'pino'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { startDrain } from '../../src/graph/drain.ts'
import { writeToGraph } from '../../src/graph/write.ts'
import { keepOnlyEdges, upsertEdges } from '../../src/stores/memories/edges.ts'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { markWritten } from '../../src/stores/graph/graph-states.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { removeTraces, softDeleteTraces } from '../../src/stores/memories/traces.ts'
import { expectedBuckets, loadGraphMemories } from '../../src/stores/graph/graph-record.ts'
import { createGraphWorld, type GraphWorld } from '../support/graph-world.ts'
import { hasNeo4j, sharedNeo4j } from '../support/neo4j.ts'

describe.skipIf(!hasNeo4j)('draining into the graph', () => {
  // Its start is no part of what the first test may take.
  beforeAll(async () => void (await sharedNeo4j()), 180_000)

  test('what is written is pending, and after a round the graph holds exactly the record', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const users = await world.seed({ users: 3, memories: 40 })
    expect(await states(world)).toEqual([{ state: 'pending', n: 120 }])
    expect(await world.drain.round()).toEqual({ written: 120, removed: 0, failed: 0 })
    expect(await states(world)).toEqual([{ state: 'written', n: 120 }])
    await expectSame(world, users)
    expect(await world.drain.round()).toEqual({ written: 0, removed: 0, failed: 0 })
  })

  test('a change of a link alone is told too, and one that comes while it is told is not lost', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, drain } = world
    const [userId = ''] = await world.seed({ memories: 5 })
    await drain.round()
    const [a, b, c] = await idsOf(world, userId)
    await upsertEdges(db, [
      { src: a ?? '', dst: c ?? '', type: 'same_topic', userId, weight: 0.5, ts: null },
    ])
    expect(await drain.round()).toMatchObject({ written: 1 })
    await expectSame(world, [userId])
    const keep = [{ src: b ?? '', dst: a ?? '' }]
    await keepOnlyEdges(db, {
      type: 'next',
      userIds: [userId],
      sources: [a ?? '', b ?? '', c ?? ''],
      keep,
    })
    expect(await drain.round()).not.toMatchObject({ written: 0 })
    await expectSame(world, [userId])
    // What was read before the link came must not pass for written.
    const read = await loadGraphMemories(db, [a ?? ''])
    await db.query('update memoir.memory_trace set revision = revision + 1 where id = $1', [a])
    await db.query('update memoir.memory_trace set revision = revision - 1 where id = $1', [a])
    expect(await markWritten(db, read)).toBe(0)
  })

  test('what is deleted or hidden leaves the graph, and what is brought back returns', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, drain } = world
    const [userId = ''] = await world.seed({ memories: 6 })
    await drain.round()
    const [a, b] = await idsOf(world, userId)
    await softDeleteTraces(db, [a ?? ''])
    await removeTraces(db, [b ?? ''])
    expect(await drain.round()).toEqual({ written: 0, removed: 2, failed: 0 })
    expect(await world.graph.counts([userId])).toMatchObject({ memories: 4 })
    await db.query(
      `update memoir.memory_trace set state = 'active', revision = revision + 1 where id = $1`,
      [a],
    )
    expect(await drain.round()).toMatchObject({ written: 1 })
    await expectSame(world, [userId])
  })

  test('a memory that is forgotten, and a user who is erased, while they are written are taken back', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph } = world
    const [erased = '', kept = ''] = await world.seed({ users: 2, memories: 5 })
    const [forgotten = ''] = await idsOf(world, kept)
    const meddling: GraphStore = {
      ...graph,
      async writeMemories(batch) {
        const held = await graph.writeMemories(batch)
        await db.query('update memoir.memory_user set erased_at = now() where id = $1', [erased])
        await removeTraces(db, [forgotten])
        return held
      },
    }
    const ids = [...(await idsOf(world, erased)), ...(await idsOf(world, kept))]
    await writeToGraph({ db, graph: meddling }, ids)
    expect(await graph.counts([erased])).toEqual({ memories: 0, entities: 0 })
    expect(await graph.counts([kept])).toMatchObject({ memories: 4 })
    await world.drain.round()
    await expectSame(world, [erased, kept])
  })

  test('a thing that is called something else while it is written is called so in the graph', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph } = world
    const [userId = ''] = await world.seed({ memories: 5 })
    let times = 0
    const rename = async () =>
      await db.query(
        `update memoir.entity set value = $2 where user_id = $1 and value like 'Person 1%'`,
        [userId, `Person 1 ${times}`],
      )
    const meddling: GraphStore = {
      ...graph,
      async writeMemories(batch) {
        const held = await graph.writeMemories(batch)
        await rename()
        return held
      },
      async writeEntities(user, written) {
        await graph.writeEntities(user, written)
        times += 1
        if (times === 1) await rename()
      },
    }
    await writeToGraph({ db, graph: meddling }, await idsOf(world, userId))
    expect(times).toBe(2)
    await expectSame(world, [userId])
  })

  test('a thing that is named again while it leaves the graph keeps its links', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph } = world
    const [userId = ''] = await world.seed({ memories: 5 })
    await world.drain.round()
    const [id = ''] = await idsOf(world, userId)
    const { rows } = await db.query<{ entity: string }>(
      `select dst as entity from memoir.memory_edge where src = $1 and type = 'mentions'`,
      [id],
    )
    const entity = rows[0]?.entity
    expect(entity).toBeDefined()
    await db.query('create table kept as select * from memoir.entity where id = $1', [entity])
    await db.query('create table links as select * from memoir.memory_edge where dst = $1', [
      entity,
    ])
    await db.query('delete from memoir.memory_edge where dst = $1', [entity])
    await db.query('delete from memoir.entity where id = $1', [entity])
    const meddling: GraphStore = {
      ...graph,
      async removeEntities(user, ids) {
        await db.query('insert into memoir.entity select * from kept on conflict do nothing')
        await db.query('insert into memoir.memory_edge select * from links on conflict do nothing')
        await writeToGraph({ db, graph }, [id])
        return await graph.removeEntities(user, ids)
      },
    }
    const log = pino({ level: 'silent' })
    const drain = startDrain({ db, graph: meddling, log }, { everyMs: 3_600_000 })
    await db.query(`update memoir.graph_turn set holder = null`)
    await drain.round()
    await drain.round()
    await drain.stop()
    await expectSame(world, [userId])
  })

  test('a link that comes while an older reading of its memory is written stays', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph } = world
    const [userId = ''] = await world.seed({ memories: 5 })
    await world.drain.round()
    const [first = '', , third = ''] = await idsOf(world, userId)
    const heldUp: GraphStore = {
      ...graph,
      async writeMemories(batch, options) {
        await upsertEdges(db, [
          { src: first, dst: third, type: 'same_topic', userId, weight: 0.5, ts: null },
        ])
        await writeToGraph({ db, graph }, [first])
        return await graph.writeMemories(batch, options)
      },
    }
    await writeToGraph({ db, graph: heldUp }, [first])
    await world.drain.round()
    expect(await states(world)).toEqual([{ state: 'written', n: 5 }])
    await expectSame(world, [userId])
  })

  test('a memory the graph refuses is marked, and keeps nobody else out', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph } = world
    const [userId = ''] = await world.seed({ memories: 9 })
    const ids = await idsOf(world, userId)
    const refusing: GraphStore = {
      ...graph,
      async writeMemories(batch) {
        if (batch.some(({ id }) => id === ids[3])) throw new MemoirError('graph_store_failed', '')
        return await graph.writeMemories(batch)
      },
    }
    expect(await writeToGraph({ db, graph: refusing }, ids)).toEqual({ written: 8, failed: 1 })
    expect(await states(world)).toEqual([
      { state: 'failed', n: 1 },
      { state: 'written', n: 8 },
    ])
  })

  test('what a server refuses once, as while it goes down, is not refused for good', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph } = world
    await world.seed({ memories: 1 })
    let asked = 0
    const refusing: GraphStore = {
      ...graph,
      async writeMemories(batch, options) {
        asked += 1
        if (asked === 1) throw new MemoirError('graph_store_failed', '')
        return await graph.writeMemories(batch, options)
      },
    }
    const drain = startDrain(
      { db, graph: refusing, log: pino({ level: 'silent' }) },
      { everyMs: 3_600_000 },
    )
    await db.query(`update memoir.graph_turn set holder = null`)
    await drain.round()
    expect(await states(world)).toEqual([{ state: 'written', n: 1 }])
    await drain.stop()
  })

  test('a graph that claims a revision that never was is brought back', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, graph, drain } = world
    const [userId = ''] = await world.seed({ memories: 5 })
    const [id = ''] = await idsOf(world, userId)
    const [memory] = await loadGraphMemories(db, [id])
    if (!memory) throw new Error('it is there')
    await graph.writeMemories([{ ...memory, revision: 99 }])
    await drain.round()
    await drain.round()
    expect(await states(world)).toEqual([{ state: 'written', n: 5 }])
    await expectSame(world, [userId])
  })

  test('memories from before there was a graph are taken on by the first round', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const [userId = ''] = await world.seed({ memories: 5 })
    await world.db.query(`update memoir.memory_trace set graph_state = 'off'`)
    expect(await world.drain.round()).toMatchObject({ written: 0 })
    const later = startDrain({ ...world, log: pino({ level: 'silent' }) }, { everyMs: 3_600_000 })
    await vi.waitFor(
      async () => expect(await states(world)).toEqual([{ state: 'written', n: 5 }]),
      30_000,
    )
    await later.stop()
    await expectSame(world, [userId])
  })

  test('nobody drains while another process has its turn, and a turn that ran out is taken', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const { db, drain } = world
    await world.seed({ memories: 5 })
    const turn = `update memoir.graph_turn set holder = gen_random_uuid(), until = now() + $1::interval`
    await db.query(turn, ['1 minute'])
    expect(await drain.round()).toEqual({ written: 0, removed: 0, failed: 0 })
    expect(await states(world)).toEqual([{ state: 'pending', n: 5 }])
    await db.query(turn, ['-1 second'])
    expect(await drain.round()).toMatchObject({ written: 5 })
  })

  test('with Postgres as the graph nothing is ever pending', async () => {
    await using world = await createGraphWorld(await sharedNeo4j())
    const drain = startDrain({
      ...world,
      graph: createPostgresGraph(world.db),
      log: pino({ level: 'silent' }),
    })
    await drain.round()
    await world.seed({ memories: 2 })
    expect(await states(world)).toEqual([{ state: 'off', n: 2 }])
    await drain.stop()
  })
})

async function idsOf({ db }: GraphWorld, userId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from memoir.memory_trace where user_id = $1 order by occurred_at',
    [userId],
  )
  return rows.map(({ id }) => id)
}

async function states({ db }: GraphWorld): Promise<unknown[]> {
  const { rows } = await db.query(
    `select graph_state as state, count(*) as n from memoir.memory_trace group by 1 order by 1`,
  )
  return rows
}

/** Hash by hash, in buckets of a size that splits users. */
async function expectSame({ db, graph }: GraphWorld, userIds: readonly string[]): Promise<void> {
  for (const node of ['memory', 'entity'] as const) {
    const expected = await expectedBuckets(db, { node, userIds, after: null, size: 7 })
    const held = await graph.hashes(expected)
    expect(held).toEqual(expected.map(({ nodes, hash }) => ({ nodes, hash })))
  }
}
