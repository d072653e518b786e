import { Client } from 'pg'
import type { Expected } from '../expected.ts'
import { auditAccepted } from './accepted.ts'
import { findingsOf, type Finding } from './finding.ts'
import { auditForgotten, auditRedis, type Stores } from './forgotten.ts'
import { auditGraph } from './graph.ts'
import { INVARIANTS } from './invariants.ts'
import { auditOpenRuns } from './runs.ts'

/**
 * Looks into every store, past everything that Memoir is made of: nothing in this folder may come from there, since what writes
 * wrong would then read wrong as well.
 */
export async function audit(stores: Stores, expected: Expected): Promise<Finding[]> {
  const postgres = new Client({ connectionString: stores.postgres })
  await postgres.connect()
  try {
    return await auditBy(postgres, stores, expected)
  } finally {
    await postgres.end()
  }
}

/** The same over a connection that may be in a transaction. */
export async function auditBy(
  postgres: Client,
  stores: Stores,
  expected: Expected,
): Promise<Finding[]> {
  const broken: Finding[] = []
  for (const [check, statement] of Object.entries(INVARIANTS)) {
    const { rows } = await postgres.query<Record<string, string>>(statement)
    broken.push(
      ...findingsOf(
        check,
        rows.flatMap((row) => Object.values(row)),
      ),
    )
  }
  return [
    ...findingsOf('an answer was wrong while it ran', expected.heard),
    ...broken,
    ...(await auditAccepted(postgres, expected)),
    ...(await auditGraph(postgres, stores.neo4j)),
    ...(await auditRedis(postgres, stores.redis)),
    ...(await auditOpenRuns(postgres, stores.temporal)),
    ...(await auditForgotten(postgres, stores, expected.forgotten)),
  ]
}
