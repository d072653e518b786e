import type { Driver } from 'neo4j-driver'
import { cypher } from './bolt.ts'

/** All that a graph holds, node by node and link by link, in one order: two that are equal are the same graph. */
export async function everything(driver: Driver) {
  const nodes = await cypher(
    driver,
    'match (n) return labels(n)[0] as label, properties(n) as node order by n.id, n.user_id',
  )
  const links = await cypher(
    driver,
    'match (a)-[r]->(b) return type(r) as type, a.id as src, b.id as dst, r.weight as weight order by src, dst, type',
  )
  return {
    nodes: nodes.map(({ label, node }) =>
      JSON.stringify([
        label,
        Object.entries(node ?? {}).toSorted(([a], [b]) => a.localeCompare(b)),
      ]),
    ),
    links: links.map((link) => JSON.stringify(link)),
  }
}
