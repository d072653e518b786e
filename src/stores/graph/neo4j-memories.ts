import type { ManagedTransaction } from 'neo4j-driver'
import { isNewer, type GraphMemory, type GraphVersion } from './graph-store.ts'
import type { Neo4jConnection } from './neo4j-connection.ts'
import { removeOldLinks, writeLinks } from './neo4j-links.ts'
import { entitiesOf, entityRows, MERGE_ENTITIES, memoryRows } from './neo4j-rows.ts'
import { writeConstrained } from './neo4j-schema.ts'

/**
 * Memories with their entities and links. Several writers may be at the same memory, each with what it read: what is older than the
 * graph's version changes nothing, which is decided under the locks of the nodes, so also when a writer is held up in between.
 */

/**
 * Memory nodes are committed before the links: of two writers at once the second sees the nodes of both when it writes its links.
 */
export async function writeMemories(
  connection: Neo4jConnection,
  batch: readonly GraphMemory[],
): Promise<readonly GraphVersion[]> {
  if (batch.length === 0) return []
  // Locks are taken in one order, so that two writers seldom wait for each other.
  const memories = batch.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const fresh = await writeConstrained(connection, async (tx) => await mergeMemories(tx, memories))
  return await linkMemories(connection, { memories, fresh: new Set(fresh) })
}

interface Linking {
  readonly memories: readonly GraphMemory[]
  /** Those that were not there before, so they have no links that could be out of date. */
  readonly fresh: ReadonlySet<string>
}

/**
 * Entities are merged with the links that lead to them, so that none can be removed in between.
 * @returns the version that the graph holds, but of memories that it links from a newer memory than was read
 */
export async function linkMemories(
  connection: Neo4jConnection,
  { memories, fresh }: Linking,
): Promise<readonly GraphVersion[]> {
  if (memories.length === 0) return []
  return await writeConstrained(connection, async (tx) => {
    const held = await lockMemories(tx, memories)
    const versionOf = (userId: string, id: string) => held.get(`${userId} ${id}`)
    const current = memories.filter((memory) => {
      const there = versionOf(memory.userId, memory.id)
      return there !== undefined && !isNewer(there, memory)
    })
    const behind = new Set<GraphMemory>()
    const links = current.map((memory) => {
      const { userId, edges } = memory
      const written = edges.filter(({ src, srcAt }) => {
        const there = srcAt ? versionOf(userId, src) : undefined
        return !srcAt || there === undefined || !isNewer(there, srcAt)
      })
      if (written.length < edges.length) behind.add(memory)
      return { userId, edges: written }
    })
    const entities = entityRows(entitiesOf(current))
    if (entities.length > 0) await tx.run(MERGE_ENTITIES, { rows: entities })
    const known = current.filter(({ id }) => !fresh.has(id))
    if (known.length > 0) await removeOldLinks(tx, known)
    await writeLinks(tx, links)
    return memories.flatMap((memory) => {
      const there = versionOf(memory.userId, memory.id)
      return there === undefined || behind.has(memory) ? [] : [{ id: memory.id, ...there }]
    })
  })
}

/** @returns ids of those that were not there before */
async function mergeMemories(
  tx: ManagedTransaction,
  memories: readonly GraphMemory[],
): Promise<string[]> {
  const rows = memoryRows(memories)
  // Locked before versions are compared: two writers at once would both find their own to be the newer one.
  await tx.run(
    `unwind $rows as row
     merge (m:Memory { user_id: row.user_id, id: row.id })
     set ${LOCK}`,
    { rows },
  )
  const { records } = await tx.run(
    `unwind $rows as row
     match (m:Memory { user_id: row.user_id, id: row.id })
     with m, row, m.revision is null as fresh
     where fresh or m.revision < row.revision or m.revision = row.revision and coalesce(m.marks <= row.marks, true)
     set m = {
       id: row.id, user_id: row.user_id, revision: row.revision, marks: row.marks, content_hash: row.content_hash,
       kind: row.kind, occurred_at: datetime({ epochMillis: row.occurred_ms }), salience: row.salience }
     with row where fresh
     return row.id as id`,
    { rows },
  )
  return records.map((record): string => record.get('id'))
}

/** Writing a property takes the node's lock, whether or not it changes. */
const LOCK = 'm.user_id = m.user_id'

interface NodeKey {
  readonly userId: string
  readonly id: string
}

/** Holds these nodes until the transaction ends; what is read of them afterwards is what they are. */
export async function lockNodes(
  tx: ManagedTransaction,
  label: 'Memory' | 'Entity',
  keys: readonly NodeKey[],
): Promise<void> {
  await tx.run(
    `unwind $rows as row
     match (m:${label} { user_id: row.user_id, id: row.id })
     set ${LOCK}`,
    { rows: rowsOf(keys) },
  )
}

const rowsOf = (keys: readonly NodeKey[]) => keys.map(({ userId, id }) => ({ user_id: userId, id }))

/** Locks memories and those that link to them. @returns the versions that are there, by user and id */
async function lockMemories(
  tx: ManagedTransaction,
  memories: readonly GraphMemory[],
): Promise<ReadonlyMap<string, Omit<GraphVersion, 'id'>>> {
  const all = memories.flatMap(({ userId, id, edges }) => [
    [userId, id] as const,
    ...edges.flatMap(({ src, srcIs }) => (srcIs === 'memory' ? [[userId, src] as const] : [])),
  ])
  const keys = [...new Map(all.map(([userId, id]) => [`${userId} ${id}`, { userId, id }])).values()]
  keys.sort((a, b) => (a.id < b.id ? -1 : 1))
  await lockNodes(tx, 'Memory', keys)
  const { records } = await tx.run(
    `unwind $rows as row
     match (m:Memory { user_id: row.user_id, id: row.id })
     return m.user_id as user_id, m.id as id, coalesce(m.revision, 0) as revision, coalesce(m.marks, -1) as marks`,
    { rows: rowsOf(keys) },
  )
  return new Map(
    records.map((record) => [
      `${record.get('user_id')} ${record.get('id')}`,
      { revision: record.get('revision'), marks: record.get('marks') },
    ]),
  )
}
