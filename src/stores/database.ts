import { createHash } from 'node:crypto'
import { types, type Pool, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg'
import { MemoirError, SENTENCE, type ErrorCode } from '../errors.ts'
import {
  deadlineOf,
  openBoundedPool,
  type BoundedClient,
  type BoundedPool,
} from './bounded-pool.ts'
import { statementLimit } from './statement-limits.ts'

/** Whatever can run a statement: the pool and a transaction both fit. */
export interface Queryable {
  query<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>
}

/**
 * Runs last in the transaction of a write, with what the write came to: what it adds is there exactly when the write is, whatever
 * becomes of the process or of the answer to the commit.
 */
export type BeforeCommit<Result> = (tx: Queryable, result: Result) => Promise<void>

export interface TransactionOptions {
  /** One snapshot for all reads, and no writes: the answer does not wait for the commit. */
  readonly readOnly?: boolean
  /** The server's settings for this transaction alone: fixed names and values, never anything a caller said. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Database extends Queryable {
  /**
   * As `query`, with the server's plan kept from one call to the next where that works: for statements of few different texts that
   * are asked often (filters combine to many). Not for writes: one may be sent a second time.
   */
  readonly prepared: Queryable['query']
  /** Runs `work` in one transaction on one connection; `work` must use the handle it is given and nothing else. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Whether Postgres answers now; settles within two seconds, however busy the pool is. */
  answers(): Promise<boolean>
  readonly pool: Pool
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly url: string
  readonly poolSize: number
  readonly applicationName: string
  /** Called for errors of idle connections, which pg would otherwise throw at the process. */
  readonly onIdleError: (error: Error) => void
}

/**
 * Opens a pool. No session state is needed, so a pooler in transaction mode may stand in between. Every wait is bounded by the class
 * of work it belongs to (`withStatementClass`).
 */
export function openDatabase(options: DatabaseOptions): Database {
  const bounded = openBoundedPool(
    {
      connectionString: options.url,
      max: options.poolSize,
      application_name: options.applicationName,
      // Sequences and counts stay far below 2^53, so bigint columns arrive as numbers.
      types: {
        getTypeParser: (oid, format) =>
          oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
      },
    },
    options.onIdleError,
  )
  const query: Queryable['query'] = async (text, values = []) =>
    await alone(bounded, { text, values: [...values] })
  return {
    pool: bounded.pool,
    query,
    prepared: preparing(bounded, query),
    async transaction(work, { readOnly = false, settings = {} } = {}) {
      try {
        const client = await bounded.acquire(deadlineOf(statementLimit()))
        return await inTransaction(client, work, { readOnly, settings })
      } catch (error) {
        throw storeError(error)
      }
    },
    answers: async () => await bounded.answers(),
    close: async () => await bounded.close(),
  }
}

/** A statement that is a transaction of its own. */
async function alone<Row extends QueryResultRow>(
  { acquire }: Pick<BoundedPool, 'acquire'>,
  statement: QueryConfig,
): Promise<QueryResult<Row>> {
  const deadline = deadlineOf(statementLimit())
  try {
    const client = await acquire(deadline)
    try {
      return await client.query<Row>(statement, deadline)
    } finally {
      client.release()
    }
  } catch (error) {
    throw storeError(error)
  }
}

/**
 * A pooler that knows nothing of prepared statements hands one connection's to another, and a migration may change what they answer:
 * then there is none of that name, another of it, or one that no longer fits.
 */
const LOST_PLAN = new Set(['26000', '42P05', '0A000'])

/** Sent without a name from the first time on that the server lost or mistook one. */
function preparing(
  bounded: Pick<BoundedPool, 'acquire'>,
  query: Queryable['query'],
): Queryable['query'] {
  let kept = true
  return async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    if (!kept) return await query<Row>(text, values)
    try {
      return await alone<Row>(bounded, { name: planName(text), text, values: [...values] })
    } catch (error) {
      if (!LOST_PLAN.has(sqlState(error) ?? '')) throw error
      kept = false
      return await query<Row>(text, values)
    }
  }
}

/** Of the text alone, so that one name never means two statements, whoever made it. */
const planName = (text: string) => `memoir_${createHash('sha256').update(text).digest('base64url')}`

/** One snapshot for all reads of the transaction, and no way to write by mistake. */
const BEGIN_READ_ONLY = 'begin isolation level repeatable read read only'

/**
 * Sent along with `begin`, so that they cost no round trip. The server's own limits hold when nobody can tell it any more that the
 * work was given up: else it would keep the locks.
 */
function beginWith({ readOnly, settings }: Required<TransactionOptions>): string {
  const { withinMs, idleMs } = statementLimit()
  const all = {
    ...(Number.isFinite(withinMs) ? { statement_timeout: String(withinMs) } : {}),
    idle_in_transaction_session_timeout: String(idleMs),
    ...settings,
  }
  const local = Object.entries(all).map(([name, value]) => `set local ${name} = '${value}'`)
  return [readOnly ? BEGIN_READ_ONLY : 'begin', ...local].join('; ')
}

async function inTransaction<T>(
  client: BoundedClient,
  work: (tx: Queryable) => Promise<T>,
  options: Required<TransactionOptions>,
): Promise<T> {
  const run = async <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) =>
    await client.query<Row>(
      { text, ...(values === undefined ? {} : { values: [...values] }) },
      deadlineOf(statementLimit()),
    )
  const rollBack = async () => {
    // What could not be rolled back is lost, and the server rolls it back when it hears of that.
    if (!client.isLost()) await run('rollback').catch(() => undefined)
    client.release()
  }
  const commit = async () => {
    try {
      await run('commit')
    } catch (error) {
      await rollBack()
      throw error
    }
    client.release()
  }
  let result: T
  try {
    await run(beginWith(options))
    result = await work({ query: run })
  } catch (error) {
    await rollBack()
    throw error
  }
  const committed = commit()
  if (options.readOnly) {
    // What was read is true whether or not the server says goodbye.
    committed.catch(() => undefined)
  } else {
    await committed
  }
  return result
}

/** SQLSTATE classes that say the server is away, starting, stopping or full: waiting helps. */
const AWAY = /^(08|53|57P0[123]|58)/
const AWAY_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])
const AWAY_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|not queryable/i

/** True when Postgres itself is away, not when a statement is wrong. */
export function isStoreAway(error: unknown): boolean {
  if (error instanceof MemoirError) return error.code === 'store_unavailable'
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return AWAY.test(code) || AWAY_SYSTEM.has(code) || AWAY_MESSAGE.test(error.message)
}

/** What the server says no to, so that nobody has to guess; waiting helps once it is mended. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'Postgres does not accept the user or the password.',
  '28000': 'Postgres does not accept the user from here.',
  '3D000': 'Postgres has no database of that name.',
}
/** Our own tables are not there, or not all of them. */
const NOT_MIGRATED = new Set(['42P01', '3F000'])

/** The error as the rest of Memoir knows it: Postgres away, refusing or empty as such, anything else as it is. */
export function storeError(error: unknown): unknown {
  if (error instanceof MemoirError) return error
  const state = sqlState(error) ?? ''
  const refusal = REFUSALS[state]
  if (refusal !== undefined || isStoreAway(error)) {
    return new MemoirError('store_unavailable', refusal ?? SENTENCE.store_unavailable, {
      cause: error,
      retryAfterMs: 5_000,
    })
  }
  if (!NOT_MIGRATED.has(state) || !(error instanceof Error && /memoir\./.test(error.message)))
    return error
  return new MemoirError('configuration_invalid', 'Tables are missing in Postgres.', {
    cause: error,
    details: { next: 'Create them with: memoir migrate' },
  })
}

/** Work whose statements Postgres may refuse, for a reason that nobody expected: said as the part that failed, not as `internal`. */
export async function refusedAs<T>(code: ErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (sqlState(error) === undefined || error instanceof MemoirError) throw error
    throw new MemoirError(code, SENTENCE[code], { cause: error })
  }
}

/** Postgres' code of an error, when it has one. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
