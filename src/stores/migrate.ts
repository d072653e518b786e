import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runner, type RunnerOption } from 'node-pg-migrate'
import { Client } from 'pg'
import { storeError } from './database.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

/** A file that holds this line runs outside a transaction and may hold one statement only. */
const NO_TRANSACTION = '-- memoir:no-transaction'

/** Another run holds the lock: waiting inside Postgres would deadlock with `create index concurrently`, so we come back. */
const LOCK_RETRY_MS = 200
const LOCK_TRIES = 600

/**
 * Brings the schema up to date; concurrent runs are safe, one applies and the others return [].
 * @returns the names of the migrations this run applied
 * @throws MemoirError `store_unavailable`; a migration's own error as it is
 */
export async function migrate(url: string): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(url)
    } catch (error) {
      const busy = error instanceof Error && /another migration|advisory/i.test(error.message)
      if (!busy || attempt >= LOCK_TRIES) throw error
      await new Promise((resolve) => {
        setTimeout(resolve, LOCK_RETRY_MS)
      })
    }
  }
}

async function runOnce(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url, application_name: 'memoir-migrate' })
  // A server that goes away tells the connection too; the statement in hand fails with the same error.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw storeError(error)
  }
  try {
    const applied = await runner({
      dbClient: client,
      dir: MIGRATIONS,
      direction: 'up',
      migrationsTable: 'migration',
      migrationsSchema: 'memoir',
      schema: ['memoir', 'public'],
      createSchema: true,
      createMigrationsSchema: true,
      singleTransaction: false,
      // Each migration stands alone. A database that follows main may have a later number before an earlier one.
      checkOrder: false,
      advisoryLockMode: 'fail',
      migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadSql }],
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    })
    return applied.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

type Loader = Exclude<
  NonNullable<RunnerOption['migrationLoaderStrategies']>[number]['loader'],
  string
>

const loadSql: Loader = async (paths) =>
  await Promise.all(
    paths.map(async (path) => {
      const sql = await readFile(path, 'utf8')
      return {
        id: path,
        filePaths: [path],
        actions: {
          up: (pgm: { noTransaction(): void; sql(text: string): void }) => {
            if (sql.includes(NO_TRANSACTION)) pgm.noTransaction()
            pgm.sql(sql)
          },
          down: false as const,
        },
      }
    }),
  )
