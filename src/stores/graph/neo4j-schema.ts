import { setTimeout as sleep } from 'node:timers/promises'
import type { Neo4jConnection } from './neo4j-connection.ts'

/** Constraints and indexes, made where they are not there. */

/**
 * Indexes hold uuids only: a name of a thing may be longer than an index takes. They are not waited for: a constraint stands when its
 * index does, and the others only make reading quicker. Waiting would be for every index in the database, whoever made it.
 */
const SCHEMA = [
  `create constraint memoir_memory if not exists for (m:Memory) require (m.user_id, m.id) is unique`,
  `create constraint memoir_entity if not exists for (e:Entity) require (e.user_id, e.id) is unique`,
  `create index memoir_memory_user if not exists for (m:Memory) on (m.user_id)`,
  `create index memoir_entity_user if not exists for (e:Entity) on (e.user_id)`,
  `create index memoir_memory_id if not exists for (m:Memory) on (m.id)`,
]

/** Between the index of one that another worker is making and its constraint lies less than this. */
const MAKING_MS = 3_000

/** Safe to repeat and to run twice at once. @throws MemoirError `graph_unavailable`, `graph_store_failed` */
export async function prepare(connection: Neo4jConnection): Promise<void> {
  if ((await findHalfMade(connection)).length > 0) {
    await sleep(MAKING_MS)
    for (const name of await findHalfMade(connection)) {
      await connection.run(`drop index ${name} if exists`)
    }
  }
  for (const statement of SCHEMA) await connection.run(statement)
}

/**
 * A constraint is made in two steps, its index first. A server that dies between them keeps the index, and refuses the constraint
 * from then on because its name is taken. While an index is filled nobody can tell whether its maker lives: `prepare` is then refused
 * as well, and whoever asked asks again.
 */
async function findHalfMade(connection: Neo4jConnection): Promise<string[]> {
  return await connection.read(async (tx) => {
    const { records } = await tx.run(
      `show indexes yield name, state, owningConstraint
        where name in ['memoir_memory', 'memoir_entity'] and owningConstraint is null and state <> 'POPULATING'
       return name order by name`,
    )
    return records.map((record): string => record.get('name'))
  })
}
