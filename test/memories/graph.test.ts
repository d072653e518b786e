import type { Driver } from 'neo4j-driver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
