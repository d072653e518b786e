import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagedTransaction } from 'neo4j-driver'
import { MemoirError } from '../../errors.ts'
import type { Neo4jConnection } from './neo4j-connection.ts'
import { mergeDuplicates, NODE_LABELS } from './neo4j-duplicates.ts'

/** Constraints and indexes, made where they are not there; nothing is merged into a database that lacks the constraints. */

/**
 * Indexes hold uuids only: a name of a thing may be longer than an index takes. They are not waited for: a constraint stands when its
 * index does, and the others only make reading quicker. Waiting would be for every index in the database, whoever made it.
 */
const INDEXES = [
  `create index memoir_memory_user if not exists for (m:Memory) on (m.user_id)`,
  `create index memoir_entity_user if not exists for (e:Entity) on (e.user_id)`,
  `create index memoir_memory_id if not exists for (m:Memory) on (m.id)`,
]

const CONSTRAINTS = [
  `create constraint memoir_memory if not exists for (m:Memory) require (m.user_id, m.id) is unique`,
  `create constraint memoir_entity if not exists for (e:Entity) require (e.user_id, e.id) is unique`,
]

/** Between the index of one that another worker is making and its constraint lies less than this. */
const MAKING_MS = 3_000

/**
 * Safe to repeat and to run twice at once. Nodes that are there twice are merged where a constraint could not be made otherwise.
 * @throws MemoirError `graph_unavailable`, `graph_store_failed`
 */
export async function prepare(connection: Neo4jConnection): Promise<void> {
  if ((await findLooseIndexes(connection)).length > 0) {
    await sleep(MAKING_MS)
    for (const name of await findLooseIndexes(connection)) {
      await connection.run(`drop index \`${name.replaceAll('`', '``')}\` if exists`)
    }
  }
  // The indexes first: finding duplicates goes by them.
  for (const statement of INDEXES) await connection.run(statement)
  for (const statement of CONSTRAINTS) await makeConstraint(connection, statement)
}

/** Another process may write duplicates while these are merged, as long as it is of a version that did not look for constraints. */
const MERGES = 3

async function makeConstraint(connection: Neo4jConnection, statement: string): Promise<void> {
  for (let merges = 0; ; merges += 1) {
    try {
      return await connection.run(statement)
    } catch (error) {
      if (isRefused(error, 'Neo.ClientError.Schema.IndexWithNameAlreadyExists')) {
        throw unavailable('The index of a constraint of Memoir is still being filled.', error)
      }
      const byData = isRefused(error, 'Neo.DatabaseError.Schema.ConstraintCreationFailed')
      if (!byData || merges === MERGES) throw error
      await mergeDuplicates(connection)
    }
  }
}

const isRefused = (error: unknown, code: string): boolean =>
  error instanceof MemoirError && error.cause instanceof Error && error.cause.message === code

const unavailable = (sentence: string, cause?: unknown): MemoirError =>
  new MemoirError('graph_unavailable', sentence, { cause, retryAfterMs: 5_000 })

/**
 * Merges nodes only where the constraints are, as seen by the transaction that merges: two writers at once would make a node twice
 * without them, and a worker may outlive the database that it prepared.
 * @throws MemoirError `graph_unavailable`, `graph_store_failed`
 */
export async function writeConstrained<T>(
  connection: Neo4jConnection,
  work: (tx: ManagedTransaction) => Promise<T>,
): Promise<T> {
  const tryOnce = async () =>
    await connection.write(async (tx) =>
      (await hasConstraints(tx)) ? { done: await work(tx) } : undefined,
    )
  const first = await tryOnce()
  if (first !== undefined) return first.done
  await prepare(connection).catch((error: unknown) => {
    // What was to be written was not refused: nobody asked.
    if (error instanceof MemoirError && error.code === 'graph_store_failed') {
      throw unavailable(UNCONSTRAINED, error)
    }
    throw error
  })
  const second = await tryOnce()
  if (second !== undefined) return second.done
  throw unavailable(UNCONSTRAINED)
}

const UNCONSTRAINED = 'Neo4j lacks the constraints of Memoir, and they could not be made.'

async function hasConstraints(tx: ManagedTransaction): Promise<boolean> {
  const { records } = await tx.run(
    `show constraints yield type, labelsOrTypes, properties
      where type in ['UNIQUENESS', 'NODE_PROPERTY_UNIQUENESS', 'NODE_KEY'] and properties = ['user_id', 'id']
     return collect(distinct labelsOrTypes[0]) as labels`,
  )
  const labels: string[] = records[0]?.get('labels') ?? []
  return NODE_LABELS.every((label) => labels.includes(label))
}

/**
 * Indexes that keep a constraint from being made. A constraint is made in two steps, its index first. A server that dies between them
 * keeps the index, and refuses the constraint from then on because its name is taken; one made by hand on the same properties does
 * the same. While an index is filled nobody can tell whether its maker lives: `prepare` is then refused as well, and whoever asked
 * asks again.
 */
async function findLooseIndexes(connection: Neo4jConnection): Promise<string[]> {
  return await connection.read(async (tx) => {
    const { records } = await tx.run(
      `show indexes yield name, state, type, owningConstraint, labelsOrTypes, properties
        where owningConstraint is null and state <> 'POPULATING'
          and (name in ['memoir_memory', 'memoir_entity']
               or type = 'RANGE' and labelsOrTypes[0] in $labels and properties = ['user_id', 'id'])
       return name order by name`,
      { labels: NODE_LABELS },
    )
    return records.map((record): string => record.get('name'))
  })
}
