import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import type { GraphMemory } from '../../src/stores/graph/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { createNeo4j, hasNeo4j } from '../support/neo4j.ts'

test.skipIf(!hasNeo4j)(
  'an index that a dying server left of a constraint does not keep the constraint out',
  async () => {
    await using neo4j = await createNeo4j()
    const graph = createNeo4jGraph({ uri: neo4j.url, user: 'neo4j', database: 'neo4j' })
    await neo4j.cypher('create index memoir_entity for (e:Entity) on (e.user_id, e.id)')

    await graph.prepare()
    await graph.prepare()

    const made = await neo4j.cypher('show constraints yield name return name order by name')
    expect(made.map(({ name }) => name)).toEqual(['memoir_entity', 'memoir_memory'])
    await graph.close()
  },
)

const MEMORY: GraphMemory = {
  id: randomUUID(),
  userId: randomUUID(),
  revision: 1,
  marks: 0,
  contentHash: 'aa',
  kind: 'fact',
  occurredAt: new Date(0),
  salience: 0.5,
  entities: [],
  edges: [],
}

/** Enough to fill an index with for a second or so. */
const NODES = 100_000
const AT_ONCE = 20_000

test.skipIf(!hasNeo4j)(
  'while the index of a constraint is being filled, waiting helps, and nothing that is to be written is refused',
  { timeout: 240_000 },
  async () => {
    await using neo4j = await createNeo4j()
    const graph = createNeo4jGraph({ uri: neo4j.url, user: 'neo4j', database: 'neo4j' })
    for (let from = 0; from < NODES; from += AT_ONCE) {
      await neo4j.cypher(
        `unwind range($from, $to) as n create (:Memory { user_id: toString(n), id: toString(n) })`,
        { from, to: from + AT_ONCE - 1 },
      )
    }
    // As a server leaves it that died while it made the constraint.
    await neo4j.cypher('create index memoir_memory for (m:Memory) on (m.user_id, m.id)')

    const asked = await Promise.allSettled([graph.prepare(), graph.writeMemories([MEMORY])])
    for (const one of asked) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'graph_unavailable' } })
    }
    await vi.waitFor(async () => await graph.prepare(), { timeout: 90_000, interval: 500 })
    const made = await neo4j.cypher('show constraints yield name return name order by name')
    expect(made.map(({ name }) => name)).toEqual(['memoir_entity', 'memoir_memory'])
    await graph.close()
  },
)
