import type { ManagedTransaction } from 'neo4j-driver'
import type { GraphEdge, GraphMemory } from './graph-store.ts'

/** Links of nodes that are there. Types that look like a name of ours become the type of the relationship, others a value of it. */

/** Links that are no longer there go. The memories are locked. */
export async function removeOldLinks(
  tx: ManagedTransaction,
  memories: readonly GraphMemory[],
): Promise<void> {
  await tx.run(
    `unwind $rows as row
     match (m:Memory { user_id: row.user_id, id: row.id })
     match (m)-[r]->(d)
     where not (${LINK_NAME}) in row.keep
     delete r`,
    {
      rows: memories.map(({ userId, id, edges }) => ({
        user_id: userId,
        id,
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
  for (const [statement, links] of groupByStatement(of, mergeStatement)) {
    const rows = links.map(({ userId, edge: { src, dst, type, weight } }) => {
      return { user_id: userId, src, dst, type, weight }
    })
    await tx.run(statement, { rows })
  }
}

/**
 * The links of one user's memories that this transaction made: nobody else sees those before it ends, so none of their links can be
 * there. Links between entities are looked for, as always.
 * @returns those of which an end was not there
 */
export async function createLinks(
  tx: ManagedTransaction,
  { userId, edges }: Links,
): Promise<readonly GraphEdge[]> {
  const own = edges.filter((edge) => !isRelation(edge))
  const groups = [...groupByStatement([{ userId, edges: own }], createStatement)]
  const lacking = groups.map(async ([statement, links]) => {
    const { summary } = await tx.run(statement, { user_id: userId, ...columnsOf(links) })
    const { relationshipsCreated } = summary.counters.updates()
    return relationshipsCreated === links.length ? [] : links.map(({ edge }) => edge)
  })
  const relations = writeLinks(tx, [{ userId, edges: edges.filter(isRelation) }])
  const [found] = await Promise.all([Promise.all(lacking), relations])
  return found.flat()
}

type Links = Pick<GraphMemory, 'userId' | 'edges'>

const isRelation = ({ srcIs, dstIs }: GraphEdge): boolean =>
  srcIs === 'entity' && dstIs === 'entity'

const columnsOf = (links: readonly Link[]) => ({
  src: links.map(({ edge }) => edge.src),
  dst: links.map(({ edge }) => edge.dst),
  weight: links.map(({ edge }) => edge.weight),
  // Of links that have a type of their own, the statement says it.
  ...(links.every(({ edge }) => isNamed(edge.type))
    ? {}
    : { type: links.map(({ edge }) => edge.type) }),
})

const LABEL = { memory: 'Memory', entity: 'Entity' } as const
/** What a type of our own looks like; anything else is a value of a link that is only RELATED_TO. */
const TYPE = /^[a-z][a-z0-9_]{0,62}$/
const OTHER_TYPE = 'RELATED_TO'

interface Link {
  readonly userId: string
  readonly edge: GraphEdge
}

/** One statement for each kind of link, and each link once, though both of its ends name it. */
function groupByStatement(
  of: readonly Links[],
  statementOf: (edge: GraphEdge) => string,
): Map<string, Link[]> {
  const groups = new Map<string, Map<string, Link>>()
  for (const { userId, edges } of of) {
    for (const edge of edges) {
      const statement = statementOf(edge)
      const links = groups.get(statement) ?? new Map<string, Link>()
      groups.set(statement, links)
      links.set(`${edge.src} ${edge.dst} ${edge.type}`, { userId, edge })
    }
  }
  return new Map([...groups].map(([statement, links]) => [statement, [...links.values()]]))
}

const isNamed = (type: string): boolean => TYPE.test(type) && type.toUpperCase() !== OTHER_TYPE

function mergeStatement({ srcIs, dstIs, type }: GraphEdge): string {
  const link = isNamed(type) ? `r:\`${type.toUpperCase()}\`` : `r:${OTHER_TYPE} { type: row.type }`
  return `unwind $rows as row
    match (s:${LABEL[srcIs]} { user_id: row.user_id, id: row.src })
    match (d:${LABEL[dstIs]} { user_id: row.user_id, id: row.dst })
    merge (s)-[${link}]->(d)
    set r.weight = row.weight`
}

/** The same of columns; no name is sent with every link. */
function createStatement({ srcIs, dstIs, type }: GraphEdge): string {
  const named = isNamed(type)
  const [name, more] = named ? [`\`${type.toUpperCase()}\``, ''] : [OTHER_TYPE, ', type: $type[i]']
  return `unwind range(0, size($src) - 1) as i
    match (s:${LABEL[srcIs]} { user_id: $user_id, id: $src[i] })
    match (d:${LABEL[dstIs]} { user_id: $user_id, id: $dst[i] })
    create (s)-[:${name} { weight: $weight[i]${more} }]->(d)`
}
