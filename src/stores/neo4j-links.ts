import { int, type ManagedTransaction } from 'neo4j-driver'
import type { GraphEdge, GraphMemory } from './graph-store.ts'

/** Links of nodes that are there. Types that look like a name of ours become the type of the relationship, others a value of it. */

interface LinkRow {
  readonly user_id: string
  readonly src: string
  readonly dst: string
  readonly type: string
  readonly weight: number
}

/** Links that are no longer there go. */
export async function removeOldLinks(
  tx: ManagedTransaction,
  memories: readonly GraphMemory[],
): Promise<void> {
  await tx.run(
    `unwind $rows as row
     match (m:Memory { user_id: row.user_id, id: row.id }) where m.revision = row.revision
     match (m)-[r]->(d)
     where not (${LINK_NAME}) in row.keep
     delete r`,
    {
      rows: memories.map(({ userId, id, revision, edges }) => ({
        user_id: userId,
        id,
        revision: int(revision),
        keep: keptLinks(id, edges),
      })),
    },
  )
}

/** The same of links that begin at entities. */
export async function removeOldRelations(
  tx: ManagedTransaction,
  { userId, ids, edges }: { userId: string; ids: readonly string[]; edges: readonly GraphEdge[] },
): Promise<void> {
  await tx.run(
    `unwind $rows as row
     match (e:Entity { user_id: $user_id, id: row.id })-[r]->(d)
     where not (${LINK_NAME}) in row.keep
     delete r`,
    { user_id: userId, rows: ids.map((id) => ({ id, keep: keptLinks(id, edges) })) },
  )
}

/** What a link is known by, beside where it begins. */
const LINK_NAME = `coalesce(r.type, toLower(type(r))) + ' ' + coalesce(d.id, '')`
const keptLinks = (id: string, edges: readonly GraphEdge[]): string[] =>
  edges.filter(({ src }) => src === id).map(({ type, dst }) => `${type} ${dst}`)

/** Links come once both their ends are there. */
export async function writeLinks(tx: ManagedTransaction, of: readonly Links[]): Promise<void> {
  for (const [statement, links] of groupByStatement(of, (edge) => statementFor(edge, 'merge'))) {
    await tx.run(statement, { rows: links.map(({ row }) => row) })
  }
}

/**
 * The links of memories that this transaction made: nobody else sees those before it ends, so none of their links can be there.
 * Links between entities are looked for, as always.
 * @returns those of which an end was not there
 */
export async function createLinks(
  tx: ManagedTransaction,
  of: readonly Links[],
): Promise<readonly Links[]> {
  const groups = [
    ...groupByStatement(of, (edge) => statementFor(edge, isRelation(edge) ? 'merge' : 'create')),
  ]
  const lacking = groups.map(async ([statement, links]) => {
    const { summary } = await tx.run(statement, { rows: links.map(({ row }) => row) })
    const { relationshipsCreated } = summary.counters.updates()
    const whole =
      links.every(({ edge }) => isRelation(edge)) || relationshipsCreated === links.length
    return whole ? [] : links.map(({ row, edge }) => ({ userId: row.user_id, edges: [edge] }))
  })
  return (await Promise.all(lacking)).flat()
}

type Links = Pick<GraphMemory, 'userId' | 'edges'>

const isRelation = ({ srcIs, dstIs }: GraphEdge): boolean =>
  srcIs === 'entity' && dstIs === 'entity'

const LABEL = { memory: 'Memory', entity: 'Entity' } as const
/** What a type of our own looks like; anything else is a value of a link that is only RELATED_TO. */
const TYPE = /^[a-z][a-z0-9_]{0,62}$/
const OTHER_TYPE = 'RELATED_TO'

interface Link {
  readonly edge: GraphEdge
  readonly row: LinkRow
}

/** One statement for each kind of link, and each link once, though both of its ends name it. */
function groupByStatement(
  of: readonly Links[],
  statementOf: (edge: GraphEdge) => string,
): Map<string, Link[]> {
  const found = new Map<string, Map<string, Link>>()
  const kinds = new Map<string, Map<string, Link>>()
  for (const { userId, edges } of of) {
    for (const edge of edges) {
      const { src, dst, srcIs, dstIs, type, weight } = edge
      const kind = `${srcIs} ${dstIs} ${type}`
      let links = kinds.get(kind)
      if (links === undefined) {
        const statement = statementOf(edge)
        links = found.get(statement) ?? new Map<string, Link>()
        found.set(statement, links)
        kinds.set(kind, links)
      }
      links.set(`${src} ${dst} ${type}`, { edge, row: { user_id: userId, src, dst, type, weight } })
    }
  }
  return new Map([...found].map(([statement, links]) => [statement, [...links.values()]]))
}

function statementFor({ srcIs, dstIs, type }: GraphEdge, verb: 'merge' | 'create'): string {
  const named = TYPE.test(type) && type.toUpperCase() !== OTHER_TYPE
  const link = named ? `r:\`${type.toUpperCase()}\`` : `r:${OTHER_TYPE} { type: row.type }`
  return `unwind $rows as row
    match (s:${LABEL[srcIs]} { user_id: row.user_id, id: row.src })
    match (d:${LABEL[dstIs]} { user_id: row.user_id, id: row.dst })
    ${verb} (s)-[${link}]->(d)
    set r.weight = row.weight`
}
