import { int, type ManagedTransaction } from 'neo4j-driver'
import type { GraphEntities, GraphRemoval, GraphRemoved, GraphStore } from './graph-store.ts'
import { hashRanges, listUserIds, readRows, removeStrays } from './neo4j-compare.ts'
import { createMemories } from './neo4j-create.ts'
import { removeOldRelations, writeLinks } from './neo4j-links.ts'
import { lockNodes, writeMemories } from './neo4j-memories.ts'
import { entityRows, MERGE_ENTITIES } from './neo4j-rows.ts'
import { prepare, writeConstrained } from './neo4j-schema.ts'
import { openNeo4j, type Neo4jConnection, type Neo4jOptions } from './neo4j-connection.ts'

/**
 * Memories, entities and their links in Neo4j. A node is known by its id and its user together: a conversation that goes to another
 * user takes its ids along. Every value is a parameter; labels are ours, and types of links have to look like a name.
 */
export function createNeo4jGraph(options: Neo4jOptions): GraphStore {
  const connection = openNeo4j(options)
  return {
    backend: 'neo4j',
    prepare: async () => await prepare(connection),
    writeMemories: async (batch, { fresh = false } = {}) =>
      (fresh ? await createMemories(connection, batch) : undefined) ??
      (await writeMemories(connection, batch)),
    removeMemories: async (removal) =>
      await connection.write(async (tx) => await removeMemories(tx, removal)),
    removeUser: async (userId) => await removeUser(connection, userId),
    writeEntities: async (userId, written) => await writeEntities(connection, userId, written),
    removeEntities: async (userId, ids) =>
      await connection.write(async (tx) => await removeEntities(tx, { userId, ids })),
    counts: async (userIds) =>
      await connection.read(async (tx) => ({
        memories: await countNodes(tx, 'Memory', userIds),
        entities: await countNodes(tx, 'Entity', userIds),
      })),
    hashes: async (ranges) => await hashRanges(connection, ranges),
    rows: async (range, limit) => await readRows(connection, range, limit),
    userIds: async (page) => await listUserIds(connection, page),
    removeStrays: async (wanted) => await removeStrays(connection, wanted),
    check: async () => await connection.check(),
    close: async () => await connection.close(),
  }
}

async function writeEntities(
  connection: Neo4jConnection,
  userId: string,
  { entities, edges }: GraphEntities,
): Promise<void> {
  if (entities.length === 0) return
  await writeConstrained(connection, async (tx) => {
    const rows = entityRows(entities.map((entity) => ({ ...entity, userId })))
    await tx.run(MERGE_ENTITIES, { rows })
  })
  await connection.write(async (tx) => {
    await removeOldRelations(tx, { userId, ids: entities.map(({ id }) => id), edges })
    await writeLinks(tx, [{ userId, edges }])
  })
}

async function removeMemories(
  tx: ManagedTransaction,
  { userId, memories, cascade }: GraphRemoval,
): Promise<GraphRemoved> {
  if (memories.length === 0) return { memories: 0, entities: 0, edges: 0 }
  const { records, summary } = await tx.run(
    `unwind $rows as row
     match (m:Memory { user_id: $user_id, id: row.id }) where not coalesce(m.revision > row.revision, false)
     optional match (m)-[:MENTIONS]->(e:Entity { user_id: $user_id })
     with m, collect(e.id) as named
     detach delete m
     return named`,
    {
      user_id: userId,
      rows: memories.map(({ id, revision }) => ({ id, revision: int(revision) })),
    },
  )
  const { nodesDeleted, relationshipsDeleted } = summary.counters.updates()
  const named = [...new Set(records.flatMap((record): string[] => record.get('named')))]
  const orphans = cascade
    ? await removeEntities(tx, { userId, ids: named, onlyUnnamed: true })
    : { entities: 0, edges: 0 }
  return {
    memories: nodesDeleted,
    entities: orphans.entities,
    edges: relationshipsDeleted + orphans.edges,
  }
}

async function removeEntities(
  tx: ManagedTransaction,
  { userId, ids, onlyUnnamed = false }: EntityRemoval,
): Promise<GraphRemoved> {
  if (ids.length === 0) return { memories: 0, entities: 0, edges: 0 }
  // Waits for writers that link to one at this moment, and sees their links.
  if (onlyUnnamed) await lockNodes(tx, 'Entity', keysOf(userId, ids))
  const { summary } = await tx.run(
    `unwind $ids as id
     match (e:Entity { user_id: $user_id, id: id })
     where not $only_unnamed or not exists { (e)<-[:MENTIONS]-(:Memory) }
     detach delete e`,
    { user_id: userId, ids, only_unnamed: onlyUnnamed },
  )
  const { nodesDeleted, relationshipsDeleted } = summary.counters.updates()
  return { memories: 0, entities: nodesDeleted, edges: relationshipsDeleted }
}

const keysOf = (userId: string, ids: readonly string[]) => ids.map((id) => ({ userId, id }))

interface EntityRemoval {
  readonly userId: string
  readonly ids: readonly string[]
  readonly onlyUnnamed?: boolean
}

/** Transactions of a bounded size, however much a user has. */
const REMOVE_AT_ONCE = 5_000

async function removeUser(connection: Neo4jConnection, userId: string): Promise<GraphRemoved> {
  const removed = { Memory: 0, Entity: 0, edges: 0 }
  for (const label of ['Memory', 'Entity'] as const) {
    for (;;) {
      const { nodes, edges } = await connection.write(async (tx) => {
        const { summary } = await tx.run(
          `match (n:${label} { user_id: $user_id }) with n limit ${REMOVE_AT_ONCE} detach delete n`,
          { user_id: userId },
        )
        const { nodesDeleted, relationshipsDeleted } = summary.counters.updates()
        return { nodes: nodesDeleted, edges: relationshipsDeleted }
      })
      removed[label] += nodes
      removed.edges += edges
      if (nodes < REMOVE_AT_ONCE) break
    }
  }
  return { memories: removed.Memory, entities: removed.Entity, edges: removed.edges }
}

async function countNodes(
  tx: ManagedTransaction,
  label: 'Memory' | 'Entity',
  userIds: readonly string[],
): Promise<number> {
  const { records } = await tx.run(
    `unwind $user_ids as user_id
     match (n:${label} { user_id: user_id })
     return count(n) as nodes`,
    { user_ids: userIds },
  )
  return records[0]?.get('nodes') ?? 0
}
