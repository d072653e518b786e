import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Driver } from 'neo4j-driver'
import { inject } from 'vitest'
import { cypher, openNeo4j } from './bolt.ts'
import { startNeo4j, type Part } from './parts.ts'

export { cypher, openNeo4j }

export const hasNeo4j = inject('neo4jStarter') !== ''

/**
 * URL of the Neo4j that all test files share; the first to ask waits some seconds for it. It has one database: keep to users of
 * your own, and leave comparing whole graphs and killing to one that `createNeo4j` makes.
 */
export async function sharedNeo4j(): Promise<string> {
  const answer = await fetch(inject('neo4jStarter'))
  if (!answer.ok) throw new Error('Neo4j did not start')
  return await answer.text()
}

export interface TestNeo4j extends Part, AsyncDisposable {
  /** For looking and for tampering by hand. */
  readonly driver: Driver
  cypher(text: string, parameters?: Record<string, unknown>): Promise<Record<string, unknown>[]>
}

/** A Neo4j of a test's own, that may be emptied, killed and restarted. */
export async function createNeo4j(): Promise<TestNeo4j> {
  const root = await mkdtemp(join(tmpdir(), 'memoir-neo4j-'))
  const part = await startNeo4j({ root })
  if (!part) throw new Error('this machine has no Neo4j')
  const driver = openNeo4j(part.url)
  return {
    ...part,
    driver,
    cypher: async (text, parameters) => await cypher(driver, text, parameters),
    async [Symbol.asyncDispose]() {
      await driver.close()
      await part.kill()
      await rm(root, { recursive: true, force: true })
    },
  }
}
