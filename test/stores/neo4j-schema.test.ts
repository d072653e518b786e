import { expect, test } from 'vitest'
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
