import neo4j, { type Driver } from 'neo4j-driver'

/** A Neo4j as somebody with a shell would see it. */

export function openNeo4j(url: string): Driver {
  return neo4j.driver(url, undefined, { disableLosslessIntegers: true })
}

export async function cypher(
  driver: Driver,
  text: string,
  parameters: Record<string, unknown> = {},
): Promise<Record<string, unknown>[]> {
  const { records } = await driver.executeQuery(text, parameters)
  return records.map((record) => record.toObject())
}
