import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { openDatabase, type Database, type Queryable } from '../stores/database.ts'
import type { SourceTables } from '../stores/sources/source-tables.ts'
import { knownRole } from '../domain/roles.ts'
import type { Reading } from './read-conversations.ts'
import { sourceError } from './source-errors.ts'
import { findSourceTables } from './source-names.ts'

/** A page and one load ahead: more connections would only burden somebody else's database. */
const SOURCE_POOL_SIZE = 2

/** The connection, and the tables as they were found when they were first needed. */
export function openSource(
  config: Config,
  own: Database | undefined,
  onIdleError: (error: Error) => void,
) {
  const db = databaseOf(config, own, onIdleError)
  const readOnly = async <T>(work: (tx: Queryable) => Promise<T>): Promise<T> =>
    await db.transaction(work, { readOnly: true }).catch((error: unknown) => {
      throw sourceError(error)
    })
  let found: SourceTables | undefined
  const tables = async () => {
    found ??= await readOnly(async (tx) => await findSourceTables(tx, config))
    return found
  }
  const roles = config.SOURCE_ROLE_MAP
  return {
    db,
    // The tables first: a transaction that asks for another connection may wait for ever.
    read: async <T>(work: (tx: Queryable, tables: SourceTables) => Promise<T>): Promise<T> => {
      const known = await tables()
      return await readOnly(async (tx) => await work(tx, known))
    },
    /** Columns may have changed. */
    forgetTables: () => {
      found = undefined
    },
    reading: async (): Promise<Reading> => ({
      tables: await tables(),
      zone: config.SOURCE_TIMEZONE,
      roleOf: (word) => roles.get(word.trim().toLowerCase()) ?? sourceRole(word),
    }),
  }
}

/** The usual words are one each; what else an application calls a role is kept as it is. */
const sourceRole = (word: string) => knownRole(word) ?? word.trim()

function databaseOf(
  config: Config,
  own: Database | undefined,
  onIdleError: (error: Error) => void,
): Database {
  if (config.SOURCE_DATABASE_URL === undefined) {
    if (own !== undefined) return own
    throw new MemoirError('configuration_invalid', 'SOURCE_DATABASE_URL: is not set')
  }
  return openDatabase({
    url: config.SOURCE_DATABASE_URL,
    poolSize: SOURCE_POOL_SIZE,
    applicationName: 'memoir-source',
    onIdleError,
  })
}
