import { int, type ManagedTransaction } from 'neo4j-driver'
import type { GraphEdge, GraphNode } from './graph-store.ts'
import type { Neo4jConnection } from './neo4j-connection.ts'
import { writeLinks } from './neo4j-links.ts'

/** Nodes that are there twice, as two writers make them where no constraint is: one of them stays, with the links of all. */

export const NODE_LABELS = ['Memory', 'Entity'] as const
type NodeLabel = (typeof NODE_LABELS)[number]

/** Parts of a label that are counted one after the other: counting a million nodes at once takes more memory than a transaction may. */
const PARTS = Array.from('0123456789abcdef', (digit) => `n.id starts with '${digit}'`)
/** What was put there by hand may have an id of any kind. */
const OTHERS = `not coalesce(toStringOrNull(n.id), '') =~ '[0-9a-f].*'`

/** Nodes merged in one transaction. */
const AT_ONCE = 500

/** @returns how many nodes went */
export async function mergeDuplicates(connection: Neo4jConnection): Promise<number> {
  let gone = 0
  for (const label of NODE_LABELS) {
    for (const part of [...PARTS, OTHERS]) {
      let merged: number
      do {
        merged = await connection.write(async (tx) => await mergeSome(tx, label, part))
        gone += merged
      } while (merged > 0)
    }
  }
  return gone
}

interface NodeKey {
  readonly user_id: string
  readonly id: string
}

/** @returns how many nodes went */
async function mergeSome(tx: ManagedTransaction, label: NodeLabel, part: string): Promise<number> {
  const found = await tx.run(
    `match (n:${label}) where ${part} and n.user_id is not null
     with n.user_id as user_id, n.id as id, count(*) as nodes where nodes > 1
     return user_id, id limit $limit`,
    { limit: int(AT_ONCE) },
  )
  const keys = found.records.map((record): NodeKey => ({
    user_id: record.get('user_id'),
    id: record.get('id'),
  }))
  if (keys.length === 0) return 0
  const links = await readLinks(tx, label, keys)
  const { summary } = await tx.run(
    `unwind $keys as key
     match (n:${label} { user_id: key.user_id, id: key.id })
     with key, n order by coalesce(n.revision, 0) desc, elementId(n)
     with key, collect(n)[1..] as surplus
     unwind surplus as n
     detach delete n`,
    { keys },
  )
  await writeLinks(tx, links)
  return summary.counters.updates().nodesDeleted
}

interface LinksOf {
  readonly userId: string
  readonly edges: readonly GraphEdge[]
}

/** All links of these nodes, whichever end they are. */
async function readLinks(
  tx: ManagedTransaction,
  label: NodeLabel,
  keys: readonly NodeKey[],
): Promise<LinksOf[]> {
  const { records } = await tx.run(
    `unwind $keys as key
     match (n:${label} { user_id: key.user_id, id: key.id })-[r]-()
     with distinct key, r, startNode(r) as s, endNode(r) as d
     where (s:Memory or s:Entity) and (d:Memory or d:Entity) and s.user_id = d.user_id
     return key.user_id as user_id, s.id as src, d.id as dst, s:Memory as src_memory, d:Memory as dst_memory,
            coalesce(r.type, toLower(type(r))) as type, r.weight as weight`,
    { keys },
  )
  const nodeOf = (isMemory: boolean): GraphNode => (isMemory ? 'memory' : 'entity')
  const edges = records.map((record) => ({
    userId: String(record.get('user_id')),
    edge: {
      src: record.get('src'),
      dst: record.get('dst'),
      srcIs: nodeOf(record.get('src_memory')),
      dstIs: nodeOf(record.get('dst_memory')),
      type: record.get('type'),
      weight: record.get('weight'),
    } satisfies GraphEdge,
  }))
  return [...Map.groupBy(edges, ({ userId }) => userId)].map(([userId, own]) => ({
    userId,
    edges: own.map(({ edge }) => edge),
  }))
}
