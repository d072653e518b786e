import type { Driver } from 'neo4j-driver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'
import { createMemoriesFixture } from './memories-fixture.ts'

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
        { length: 20 },
        async (_, index) =>
          await memoir.send(`/v1/memories/${id}`, {
            method: 'PATCH',
            body: { content: `Ada met Grace in Berlin ${index} times.` },
            headers: WAIT,
          }),
      ),
    )
    const { revision, writes, entities } = await shown()
    expect([revision, writes]).toEqual([21, { vector: 'written', graph: 'written' }])
    expect(await node()).toEqual([{ revision: 21, named: entities.length }])

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
