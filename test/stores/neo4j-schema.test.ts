import { expect, test, vi } from 'vitest'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { createNeo4j, hasNeo4j } from '../support/neo4j.ts'

/** Enough to fill an index with for a second or two. */
const NODES = 100_000
const AT_ONCE = 20_000
const PATIENCE = { timeout: 90_000, interval: 500 }

test.skipIf(!hasNeo4j)(
  'a constraint that was half made when the server died is made once it is back',
  { timeout: 240_000 },
  async () => {
    await using neo4j = await createNeo4j()
    const graph = createNeo4jGraph({ uri: neo4j.url, user: 'neo4j', database: 'neo4j' })
    const halfMade = async () =>
      await neo4j.cypher(
        `show indexes yield name, owningConstraint where name = 'memoir_memory' and owningConstraint is null return name`,
      )
    for (let from = 0; from < NODES; from += AT_ONCE) {
      await neo4j.cypher(
        `unwind range($from, $to) as n create (:Memory { user_id: toString(n), id: toString(n) })`,
        { from, to: from + AT_ONCE - 1 },
      )
    }

    const dying = graph.prepare()
    dying.catch(() => undefined)
    await vi.waitUntil(async () => (await halfMade()).length > 0, { timeout: 20_000, interval: 5 })
    await neo4j.kill()
    await expect(dying).rejects.toMatchObject({ code: 'graph_unavailable' })
    await neo4j.restart()

    expect(await halfMade()).toHaveLength(1)
    await vi.waitFor(async () => await graph.prepare(), PATIENCE)
    const made = await neo4j.cypher('show constraints yield name return name order by name')
    expect(made.map(({ name }) => name)).toEqual(['memoir_entity', 'memoir_memory'])
    await graph.close()
  },
)
