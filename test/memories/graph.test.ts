import type { Driver } from 'neo4j-driver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { retireOnce } from '../../src/memories/retire.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

const WAIT = { prefer: 'wait=60' }

describe.skipIf(!hasPostgres || !hasTemporal || !hasNeo4j)('memories in the graph', () => {
  let url = ''
  let driver: Driver
  beforeAll(async () => {
    url = await sharedNeo4j()
    driver = openNeo4j(url)
  }, 180_000)
  afterAll(async () => await driver.close())

  test('a memory, its changes, its entities and its deletion reach the graph with the job', async () => {
    await using memoir = await createMemoriesFixture({ GRAPH_BACKEND: 'neo4j', NEO4J_URI: url })
    await memoir.memoir.worker.ready
    const id = await memoir.remember('Ada met Grace in Berlin.', {
      entities: [{ type: 'thing', value: `Zed ${Date.now()}` }],
    })
    const shown = async () => (await memoir.send(`/v1/memories/${id}`)).json
    expect((await shown()).writes).toEqual({ vector: 'written', graph: 'written' })
    const node = async () =>
      await cypher(
        driver,
        'match (m:Memory { id: $id }) optional match (m)-[:MENTIONS]->(e) return m.revision as revision, count(e) as named',
        { id },
      )
    expect(await node()).toEqual([{ revision: 1, named: (await shown()).entities.length }])

    await Promise.all(
      Array.from(
        { length: 50 },
        async (_, index) =>
          await memoir.send(`/v1/memories/${id}`, {
            method: 'PATCH',
            body: { content: `Ada met Grace in Berlin ${index} times.` },
            headers: WAIT,
          }),
      ),
    )
    const { revision, writes, entities } = await shown()
    expect([revision, writes]).toEqual([51, { vector: 'written', graph: 'written' }])
    expect(await node()).toEqual([{ revision: 51, named: entities.length }])
    await expectOneWinner(memoir, id)

    const gone = await memoir.send(`/v1/memories/${id}?hard=true&cascade_graph=true`, {
      method: 'DELETE',
      headers: WAIT,
    })
    expect(gone.json.status).toBe('succeeded')
    expect(await node()).toEqual([])
    const left = await cypher(driver, 'match (e:Entity) where e.value = $value return e.id', {
      value: entities.find(({ type }: { type: string }) => type === 'thing')?.value,
    })
    expect(left).toEqual([])
  }, 180_000)

  test('what expires leaves the graph, with names that nothing else names, and the narrative that told it', async () => {
    await using memoir = await createMemoriesFixture({ GRAPH_BACKEND: 'neo4j', NEO4J_URI: url })
    await memoir.memoir.worker.ready
    const name = `Zed ${Date.now()}`
    const id = await memoir.remember('The code of the door is told here.', {
      entities: [{ type: 'thing', value: name }],
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const stays = await memoir.remember('The door is green.')
    await memoir.db.query(
      `insert into memoir.user_narratives (namespace_id, user_id, narrative_content, version, state, generated_at, fresh_until, material)
       select u.namespace_id, u.id, 'The code is told here.', 1, 'fresh', now(), now() + interval '1 day', array[$1::uuid]
         from memoir.memory_user u where u.external_id = 'maya'`,
      [id],
    )
    const nodes = async () =>
      await cypher(driver, 'match (m:Memory) where m.id in $ids return m.id as id', {
        ids: [id, stays],
      })
    expect(await nodes()).toHaveLength(2)
    await memoir.db.query(
      `update memoir.memory_trace set expires_at = now() - interval '1 second' where id = $1`,
      [id],
    )
    await retireOnce(memoir.db, { graph: true })
    const { rows } = await memoir.db.query(
      `select narrative_content as content from memoir.user_narratives`,
    )
    expect(rows).toEqual([{ content: null }])

    // The worker's drain tells the graph by itself.
    await expect.poll(nodes, { timeout: 60_000 }).toEqual([{ id: stays }])
    const named = async () =>
      await cypher(driver, 'match (e:Entity) where e.value = $name return e.id', { name })
    await expect.poll(named, { timeout: 60_000 }).toEqual([])
  }, 240_000)

  test('hostile content is data in both stores, up to 256 KiB; NUL and more are refused', async () => {
    await using memoir = await createMemoriesFixture({ GRAPH_BACKEND: 'neo4j', NEO4J_URI: url })
    await memoir.memoir.worker.ready
    const before = await memoir.remember('A bystander.')
    const hostile = [
      `'}) detach delete n //`,
      '`]->() match (n) detach delete n //',
      `'; drop table memoir.memory_trace; --`,
      '$1 $content {{7*7}} \\u0000 %s \u202e',
      'x'.repeat(262_144),
    ]
    for (const content of hostile) {
      const id = await memoir.remember(content, {
        external_id: content.slice(0, 200),
        scope: content.slice(0, 90),
        tags: [content.slice(0, 90)],
        metadata: { [content.slice(0, 50)]: content.slice(0, 200) },
        entities: [{ type: 'thing', value: content.slice(0, 200) }],
      })
      const { json } = await memoir.send(`/v1/memories/${id}`)
      expect(json).toMatchObject({ content, writes: { vector: 'written', graph: 'written' } })
      const [node] = await cypher(
        driver,
        'match (m:Memory { id: $id })-[:MENTIONS]->(e) where e.value = $value return e.value as value',
        { id, value: content.slice(0, 200) },
      )
      expect(node).toEqual({ value: content.slice(0, 200) })
    }
    expect((await memoir.send(`/v1/memories/${before}`)).json.content).toBe('A bystander.')
    expect(
      await cypher(driver, 'match (m:Memory { id: $id }) return m.id as id', { id: before }),
    ).toEqual([{ id: before }])

    for (const [content, status] of [
      ['a\u0000b', 400],
      ['a\ud800b', 400],
      ['x'.repeat(262_145), 413],
    ] as const) {
      const answer = await memoir.send('/v1/memories', { body: { user_id: 'maya', content } })
      expect([content.length, answer.status]).toEqual([content.length, status])
    }
  }, 240_000)
})

/** Its words, its vector, and in its history each of the fifty texts before it, once. */
async function expectOneWinner({ db, send }: MemoriesFixture, id: string): Promise<void> {
  const { content } = (await send(`/v1/memories/${id}`)).json
  const { items } = (await send(`/v1/memories/${id}/history?limit=100`)).json
  const texts = items.map((item: { content: string }) => item.content)
  expect(texts[0]).toBe(content)
  expect([texts.length, new Set(texts).size]).toEqual([51, 51])
  const times = /(\d+) times/.exec(content)?.[1]
  const { rows: lexemes } = await db.query<{ lexeme: string }>(
    `select p.lexeme from memoir.memory_posting p join memoir.memory_trace t on t.seq = p.seq and t.user_id = p.user_id
      where t.id = $1 and p.lexeme ~ '^[0-9]+$'`,
    [id],
  )
  expect(lexemes).toEqual([{ lexeme: times }])
  const { rows: vectors } = await db.query(
    `select e.revision, t.vector_revision as held from memoir.memory_embedding e
       join memoir.memory_trace t on t.id = e.trace_id where t.id = $1`,
    [id],
  )
  expect(vectors).toEqual([{ revision: 51, held: 51 }])
  expect(await findDisagreements(db)).toEqual([])
}
