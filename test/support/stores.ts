import { expect } from 'vitest'
import type { MemoriesFixture } from '../memories/memories-fixture.ts'
import type { TestNeo4j } from './neo4j.ts'

/** Many memories stored over HTTP, and what becomes of them in each store. */

export interface Stored {
  /** Of the jobs, in the order in which they were accepted. */
  readonly jobs: readonly string[]
  readonly ids: readonly string[]
}

/** In what each memory says, and in what it names. */
const WORD = 'okapi'

/** Stores so many memories of a few users in batches, each a job; every batch names a thing of its own. */
export async function storeMany(
  memoir: MemoriesFixture,
  { from, batches, size }: { from: number; batches: number; size: number },
): Promise<Stored> {
  const answers = await Promise.all(
    Array.from({ length: batches }, async (_, index) => {
      const batch = from + index
      const memories = Array.from({ length: size }, (__, n) => ({
        content: `Number ${n} of batch ${batch} saw an ${WORD}.`,
        entities: [{ type: 'thing', value: `${WORD} ${batch}` }],
      }))
      const body = { user_id: `user-${batch % 4}`, memories, extract_entities: false }
      return await memoir.send('/v1/memories/batch', { body })
    }),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
  return {
    jobs: answers.map(({ json }) => String(json.job)),
    ids: answers.flatMap(({ json }): string[] => json.ids),
  }
}

/** Of these memories: how many stand in Postgres and how many nodes the graph has of them. */
export async function countStored(memoir: MemoriesFixture, neo4j: TestNeo4j) {
  const { rows } = await memoir.db.query<{ n: number }>(
    `select count(*)::int as n from memoir.memory_trace where state = 'active'`,
  )
  const nodes = await neo4j.cypher('match (m:Memory) return count(m) as n')
  return { record: rows[0]?.n, graph: nodes[0]?.['n'] }
}

/** How the jobs ended, by state. */
export async function endsOf(
  memoir: MemoriesFixture,
  jobs: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await memoir.db.query<{ id: string; state: string }>(
    `select id, state from memoir.job where id = any($1::uuid[])`,
    [jobs],
  )
  const ids = Map.groupBy(rows, ({ state }) => state)
  return new Map([...ids].map(([state, own]) => [state, own.map(({ id }) => id)]))
}
