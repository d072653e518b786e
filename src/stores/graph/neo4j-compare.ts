import { int, type Record as Neo4jRecord } from 'neo4j-driver'
import { edgesHash, entityFacts, fold, memoryFacts, NOTHING_HASHED, rowHash } from './graph-hash.ts'
import type { GraphHash, GraphRange, GraphRow } from './graph-store.ts'
import type { Neo4jConnection } from './neo4j-connection.ts'

/** What the graph holds, in the form that can be compared with the record. Read as a stream and folded here: Cypher cannot hash. */

export async function hashRanges(
  connection: Neo4jConnection,
  ranges: readonly GraphRange[],
): Promise<readonly GraphHash[]> {
  const hashes = ranges.map((): GraphHash => ({ nodes: 0, hash: NOTHING_HASHED }))
  for (const node of ['memory', 'entity'] as const) {
    const wanted = ranges.flatMap((range, index) => (range.node === node ? [{ range, index }] : []))
    if (wanted.length === 0) continue
    await connection.read(async (tx) => {
      for (const { index } of wanted) hashes[index] = { nodes: 0, hash: NOTHING_HASHED }
      const parameters = { ranges: wanted.map(({ range, index }) => bounds(range, index)) }
      for await (const record of tx.run(STATEMENT[node], parameters)) {
        const index: number = record.get('index')
        const before = hashes[index]
        if (before === undefined) continue
        const hash = fold([before.hash, rowHash(ROW[node](record))])
        hashes[index] = { nodes: before.nodes + 1, hash }
      }
    })
  }
  return hashes
}

export async function readRows(
  connection: Neo4jConnection,
  range: GraphRange,
  limit: number,
): Promise<readonly GraphRow[]> {
  return await connection.read(async (tx) => {
    const { records } = await tx.run(`${STATEMENT[range.node]} order by id limit $limit`, {
      ranges: [bounds(range, 0)],
      limit: int(limit),
    })
    return records.map(ROW[range.node])
  })
}

/** Below and above every uuid. */
const [LOWEST, HIGHEST] = ['', '~']

const bounds = ({ userId, after, upTo }: GraphRange, index: number) => ({
  user_id: userId,
  after: after ?? LOWEST,
  up_to: upTo ?? HIGHEST,
  index: int(index),
})

const LINKS = `[(n)-[r]->(d) | { type: coalesce(r.type, toLower(type(r))), dst: d.id, weight: r.weight }]`

const STATEMENT = {
  memory: `
    unwind $ranges as g
    match (n:Memory { user_id: g.user_id }) where n.id > g.after and n.id <= g.up_to
    return g.index as index, n.id as id, n.revision as revision, n.content_hash as content_hash, n.kind as kind,
           case when valueType(n.occurred_at) starts with 'ZONED DATETIME' then n.occurred_at.epochMillis end as occurred_ms,
           n.salience as salience, ${LINKS} as links`,
  entity: `
    unwind $ranges as g
    match (n:Entity { user_id: g.user_id }) where n.id > g.after and n.id <= g.up_to
    return g.index as index, n.id as id, n.type as type, n.value as value, n.normalized as normalized, ${LINKS} as links`,
} as const

/** What was put there by hand may be of any type: it then differs, and is mended like all that differs. */
const ROW = {
  memory: (record: Neo4jRecord): GraphRow => ({
    id: record.get('id'),
    revision: revisionOf(record.get('revision')),
    facts: memoryFacts({
      contentHash: textOf(record.get('content_hash')),
      kind: textOf(record.get('kind')),
      occurredMs: Number(record.get('occurred_ms')),
      salience: Number(record.get('salience')),
    }),
    edges: linksHash(record),
  }),
  entity: (record: Neo4jRecord): GraphRow => ({
    id: record.get('id'),
    revision: 0,
    facts: entityFacts({
      type: textOf(record.get('type')),
      value: textOf(record.get('value')),
      normalized: textOf(record.get('normalized')),
    }),
    edges: linksHash(record),
  }),
} as const

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Below every revision that was ever given, so that it is written over. */
const revisionOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) ? value : 0

function linksHash(record: Neo4jRecord): string {
  const links: { type: unknown; dst: unknown; weight: unknown }[] = record.get('links')
  return edgesHash(
    links.map(({ type, dst, weight }) => ({
      type: textOf(type),
      dst: textOf(dst),
      weight: Number(weight),
    })),
  )
}

export async function listUserIds(
  connection: Neo4jConnection,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<string[]> {
  return await connection.read(async (tx) => {
    const { records } = await tx.run(
      `call {
         match (m:Memory) where m.user_id > $after return distinct m.user_id as user_id
         union
         match (e:Entity) where e.user_id > $after return distinct e.user_id as user_id
       }
       return user_id order by user_id limit $limit`,
      { after: after ?? LOWEST, limit: int(limit) },
    )
    return records.map((record) => record.get('user_id'))
  })
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const STRAY = `(n:Memory or n:Entity) and not (coalesce(toStringOrNull(n.id), '') =~ $uuid
  and coalesce(toStringOrNull(n.user_id), '') =~ $uuid)`

export async function removeStrays(
  connection: Neo4jConnection,
  { dryRun }: { readonly dryRun: boolean },
): Promise<number> {
  return await connection.write(async (tx) => {
    const { records } = await tx.run(
      `match (n) where ${STRAY} ${dryRun ? '' : 'detach delete n'} return count(*) as strays`,
      { uuid: UUID },
    )
    return records[0]?.get('strays') ?? 0
  })
}
