import neo4j, { type Driver } from 'neo4j-driver'
import type { Client } from 'pg'
import { findingsOf, tokensIn, type Finding } from './finding.ts'

/** Whether Neo4j holds exactly the record: nodes, links, and nothing twice. */

export async function auditGraph(postgres: Client, url: string): Promise<Finding[]> {
  const driver = neo4j.driver(url, undefined, { disableLosslessIntegers: true })
  try {
    const nodes = await told(driver, NODES)
    const links = await told(driver, LINKS)
    const constraints = await told(driver, CONSTRAINTS)
    return [
      ...compare('node', await kept(postgres, KEPT_NODES), nodes),
      ...compare('link', await kept(postgres, KEPT_LINKS), links),
      ...findingsOf(
        'Neo4j lacks a constraint',
        constraints.length === 2 ? [] : [`has ${constraints.join(', ') || 'none'}`],
      ),
    ]
  } finally {
    await driver.close()
  }
}

/** All words that are said anywhere in it. */
export async function tokensInGraph(url: string): Promise<Set<string>> {
  const driver = neo4j.driver(url, undefined, { disableLosslessIntegers: true })
  try {
    const rows = await told(
      driver,
      `match (n) return reduce(all = '', key in keys(n) | all + ' ' + toString(n[key])) as one
       union all match ()-[r]->() return type(r) + reduce(all = '', key in keys(r) | all + ' ' + toString(r[key])) as one`,
    )
    return new Set(rows.flatMap(tokensIn))
  } finally {
    await driver.close()
  }
}

const NODES = `
  match (n:Memory) return 'memory ' + n.user_id + ' ' + n.id + ' revision ' + toString(n.revision) + ' ' + n.content_hash as one
  union all match (n:Entity) return 'entity ' + n.user_id + ' ' + n.id + ' ' + n.value as one`
const KEPT_NODES = `
  select 'memory ' || user_id || ' ' || id || ' revision ' || revision || ' ' || encode(content_hash, 'hex') as one
    from memoir.memory_trace where state = 'active'
  union all select 'entity ' || user_id || ' ' || id || ' ' || value from memoir.entity`

const LINKS = `match (s)-[r]->(d) where s:Memory or s:Entity
  return s.id + ' ' + coalesce(r.type, toLower(type(r))) + ' ' + coalesce(d.id, '?') as one`
const KEPT_LINKS = `
  select e.src || ' ' || e.type || ' ' || e.dst as one from memoir.memory_edge e
   where e.ended_at is null
     and exists (select from memoir.memory_trace where id = e.src and state = 'active' union all select from memoir.entity where id = e.src)
     and exists (select from memoir.memory_trace where id = e.dst and state = 'active' union all select from memoir.entity where id = e.dst)`

const CONSTRAINTS = `show constraints yield name, type, properties
  where type ends with 'UNIQUENESS' and properties = ['user_id', 'id'] return name as one`

async function told(driver: Driver, text: string): Promise<string[]> {
  const { records } = await driver.executeQuery(text)
  return records.map((record) => String(record.get('one')))
}

async function kept(postgres: Client, text: string): Promise<string[]> {
  const { rows } = await postgres.query<{ one: string }>(text)
  return rows.map(({ one }) => one)
}

function compare(what: string, record: readonly string[], graph: readonly string[]): Finding[] {
  const [should, is] = [new Set(record), new Set(graph)]
  const counts = Map.groupBy(graph, (one) => one)
  return [
    ...findingsOf(`Neo4j lacks a ${what}`, [...should.difference(is)]),
    ...findingsOf(`Neo4j has a ${what} too many`, [...is.difference(should)]),
    ...findingsOf(
      `Neo4j has a ${what} twice`,
      [...counts].filter(([, own]) => own.length > 1).map(([one]) => one),
    ),
  ]
}
