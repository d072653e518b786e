import neo4j, { int, type Driver } from 'neo4j-driver'
import type { Database } from '../src/stores/database.ts'

/** The least that writing a graph can be: rows that are in hand already, `unwind` and `merge`, in batches of the same size. */

export interface BareGraph {
  readonly memories: readonly Readonly<Record<string, unknown>>[]
  readonly entities: readonly Readonly<Record<string, unknown>>[]
  readonly next: readonly Readonly<Record<string, unknown>>[]
  readonly relations: readonly Readonly<Record<string, unknown>>[]
  readonly mentions: readonly Readonly<Record<string, unknown>>[]
}

/** As many nodes and links as the user has, under a user of its own. */
export async function readBareGraph(db: Database, userId: string, as: string): Promise<BareGraph> {
  const memories = await db.query<{ id: string; revision: number; hash: string; ms: number }>(
    `select id, revision, encode(content_hash, 'hex') as hash, kind, salience,
            floor(extract(epoch from occurred_at) * 1000)::bigint as ms
       from memoir.memory_trace where user_id = $1 order by id`,
    [userId],
  )
  const entities = await db.query(
    'select id, type, value, normalized from memoir.entity where user_id = $1',
    [userId],
  )
  const links = await db.query<{ src: string; dst: string; type: string; weight: number }>(
    'select src, dst, type, weight from memoir.memory_edge where user_id = $1 order by src, dst',
    [userId],
  )
  const of = (type: string) =>
    links.rows.filter((link) => link.type === type).map((link) => ({ ...link, user_id: as }))
  return {
    memories: memories.rows.map(({ revision, ms, hash, ...row }) => ({
      ...row,
      user_id: as,
      content_hash: hash,
      revision: int(revision),
      occurred_ms: int(ms),
    })),
    entities: entities.rows.map((row) => ({ ...row, user_id: as })),
    next: of('next'),
    relations: of('knows'),
    mentions: of('mentions'),
  }
}

export async function writeBareGraph(
  driver: Driver,
  { memories, entities, next, relations, mentions }: BareGraph,
  batch: number,
): Promise<void> {
  await inBatches(driver, entities, batch, MERGE_ENTITY)
  await inBatches(driver, memories, batch, MERGE_MEMORY)
  await inBatches(driver, mentions, batch, MERGE_MENTION)
  await inBatches(driver, next, batch, MERGE_NEXT)
  await inBatches(driver, relations, batch, MERGE_RELATION)
}

const MERGE_ENTITY = `unwind $rows as row merge (e:Entity { user_id: row.user_id, id: row.id }) set e = row`
const MERGE_MEMORY = `
  unwind $rows as row
  merge (m:Memory { user_id: row.user_id, id: row.id })
  set m.revision = row.revision, m.content_hash = row.content_hash, m.kind = row.kind, m.salience = row.salience,
      m.occurred_at = datetime({ epochMillis: row.occurred_ms })`
const MERGE_MENTION = `
  unwind $rows as row
  match (s:Memory { user_id: row.user_id, id: row.src }) match (d:Entity { user_id: row.user_id, id: row.dst })
  merge (s)-[r:MENTIONS]->(d) set r.weight = row.weight`
const MERGE_RELATION = `
  unwind $rows as row
  match (s:Entity { user_id: row.user_id, id: row.src }) match (d:Entity { user_id: row.user_id, id: row.dst })
  merge (s)-[r:KNOWS]->(d) set r.weight = row.weight`
const MERGE_NEXT = `
  unwind $rows as row
  match (s:Memory { user_id: row.user_id, id: row.src }) match (d:Memory { user_id: row.user_id, id: row.dst })
  merge (s)-[r:NEXT]->(d) set r.weight = row.weight`

async function inBatches(
  driver: Driver,
  rows: readonly unknown[],
  batch: number,
  statement: string,
): Promise<void> {
  const session = driver.session()
  try {
    for (let from = 0; from < rows.length; from += batch) {
      const part = rows.slice(from, from + batch)
      await session.executeWrite(async (tx) => await tx.run(statement, { rows: part }))
    }
  } finally {
    await session.close()
  }
}

export const openBare = (url: string): Driver =>
  neo4j.driver(url, undefined, { disableLosslessIntegers: true })
