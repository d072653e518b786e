import { Neo4jError } from 'neo4j-driver'
import type { GraphMemory, GraphRevision } from './graph-store.ts'
import type { Neo4jConnection } from './neo4j-connection.ts'
import { createLinks, writeLinks } from './neo4j-links.ts'
import { entitiesOf, entityRows, MERGE_ENTITIES, memoryRows } from './neo4j-rows.ts'

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
): Promise<readonly GraphRevision[] | undefined> {
  if (batch.length === 0) return []
  const memories = batch.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const entities = entityRows(entitiesOf(memories))
  let taken = false
  try {
    const lacking = await connection.write(async (tx) => {
      // All are sent before the first is answered.
      const nodes = [
        ...(entities.length === 0 ? [] : [tx.run(MERGE_ENTITIES, { rows: entities })]),
        tx.run(CREATE_MEMORIES, { rows: memoryRows(memories) }),
      ].map(async (result) => {
        await result.catch((error: unknown) => {
          taken ||= error instanceof Neo4jError && error.code === TAKEN
          throw error
        })
      })
      const [links] = await Promise.all([createLinks(tx, memories), ...nodes])
      return links
    })
    if (lacking.length > 0) await connection.write(async (tx) => await writeLinks(tx, lacking))
  } catch (error) {
    if (taken) return undefined
    throw error
  }
  return memories.map(({ id, revision }) => ({ id, revision }))
}

const CREATE_MEMORIES = `
  unwind $rows as row
  create (m:Memory {
    id: row.id, user_id: row.user_id, revision: row.revision, content_hash: row.content_hash,
    kind: row.kind, occurred_at: datetime({ epochMillis: row.occurred_ms }), salience: row.salience })`
