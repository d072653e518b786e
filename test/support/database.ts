import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { openDatabase, type Database } from '../../src/stores/database.ts'

/** True when this machine has a Postgres with pgvector for tests; suites that need it say so when it is not. */
export const hasPostgres = inject('postgresUrl') !== ''
export const hasTemporal = inject('temporalAddress') !== ''

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly db: Database
}

/** A database of its own, cloned from the migrated template; dropped with whatever is still connected to it. */
export async function createTestDatabase(
  options: { poolSize?: number } = {},
): Promise<TestDatabase> {
  const admin = inject('postgresUrl')
  const name = `t_${randomBytes(8).toString('hex')}`
  await asAdmin(admin, `create database ${name} template memoir_template`)
  const url = admin.replace(/\/postgres$/, `/${name}`)
  const db = openDatabase({
    url,
    poolSize: options.poolSize ?? 10,
    applicationName: 'memoir-test',
    onIdleError: () => undefined,
  })
  // Workflow ids come from the namespace's uuid, and the copies of the template would share it on the Temporal they share.
  await db.query('update memoir.namespace set id = gen_random_uuid()')
  return {
    url,
    db,
    async [Symbol.asyncDispose]() {
      await db.close()
      await asAdmin(admin, `drop database if exists ${name} with (force)`)
    },
  }
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
