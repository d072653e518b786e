import { Neo4jError } from 'neo4j-driver'
import type { GraphEdge, GraphMemory, GraphVersion } from './graph-store.ts'
import type { Neo4jConnection } from './neo4j-connection.ts'
import { createLinks } from './neo4j-links.ts'
import { linkMemories } from './neo4j-memories.ts'
import { writeConstrained } from './neo4j-schema.ts'
import { entitiesOf, entityRows, memoryColumns, MERGE_ENTITIES } from './neo4j-rows.ts'

/** What two nodes of one user and one id come to: the constraint holds, whoever writes beside us. */
const TAKEN = 'Neo.ClientError.Schema.ConstraintValidationFailed'

/**
 * Writes memories of which none is there, with their links, in one transaction that looks for nothing it makes. Links that lack an
 * end follow once the nodes are committed: whoever of two writers at once comes second then sees the nodes of both.
 * @returns undefined, with nothing written, when one of them is there after all
 */
export async function createMemories(
  connection: Neo4jConnection,
  batch: readonly GraphMemory[],
): Promise<readonly GraphVersion[] | undefined> {
  if (batch.length === 0) return []
  const memories = batch.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const users = [...Map.groupBy(memories, ({ userId }) => userId)]
  const entities = entityRows(entitiesOf(memories))
  let taken = false
  try {
    const lacking = await writeConstrained(connection, async (tx) => {
      // All are sent before the first is answered.
      const nodes = [
        ...(entities.length === 0 ? [] : [tx.run(MERGE_ENTITIES, { rows: entities })]),
        ...users.map(([userId, own]) =>
          tx.run(CREATE_MEMORIES, { user_id: userId, ...memoryColumns(own) }),
        ),
      ].map(async (result) => {
        await result.catch((error: unknown) => {
          taken ||= error instanceof Neo4jError && error.code === TAKEN
          throw error
        })
      })
      const links = users.map(async ([userId, own]) => {
        const edges = own.flatMap((memory) => memory.edges)
        return await createLinks(tx, { userId, edges })
      })
      const [found] = await Promise.all([Promise.all(links), ...nodes])
      return new Set(found.flat())
    })
    return await linkLacking(connection, memories, lacking)
  } catch (error) {
    if (taken) return undefined
    throw error
  }
}

async function linkLacking(
  connection: Neo4jConnection,
  memories: readonly GraphMemory[],
  lacking: ReadonlySet<GraphEdge>,
): Promise<readonly GraphVersion[]> {
  const isLacking = (edge: GraphEdge) => lacking.has(edge)
  const [some, whole] = partition(memories, ({ edges }) => edges.some(isLacking))
  const linked = await linkMemories(connection, {
    memories: some.map((one) => ({ ...one, edges: one.edges.filter(isLacking) })),
    fresh: new Set(some.map(({ id }) => id)),
  })
  return [...whole.map(({ id, revision, marks }) => ({ id, revision, marks })), ...linked]
}

function partition<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}

const CREATE_MEMORIES = `
  unwind range(0, size($id) - 1) as i
  create (m:Memory {
    id: $id[i], user_id: $user_id, revision: $revision[i], marks: $marks[i], content_hash: $content_hash[i],
    kind: $kind[i], occurred_at: datetime({ epochMillis: $occurred_ms[i] }), salience: $salience[i] })`
