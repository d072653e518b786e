import { setTimeout as sleep } from 'node:timers/promises'
import neo4j, {
  isRetryableError,
  Neo4jError,
  type Driver,
  type ManagedTransaction,
  type Session,
} from 'neo4j-driver'
import { MemoirError, SENTENCE } from '../../errors.ts'

/** A connection to one Neo4j database: opened when first used, bounded in time, failing with Memoir's codes. */
export interface Neo4jConnection {
  read<T>(work: (tx: ManagedTransaction) => Promise<T>): Promise<T>
  write<T>(work: (tx: ManagedTransaction) => Promise<T>): Promise<T>
  /** Statements that a transaction cannot hold, such as those for indexes. */
  run(text: string): Promise<void>
  check(): Promise<void>
  close(): Promise<void>
}

export interface Neo4jOptions {
  readonly uri: string
  readonly user: string
  /** Without one, none is asked for. */
  readonly password?: string
  readonly database: string
}

/** A dead server is refused within this; a pool that is used up waits as long. */
const ACQUIRE_MS = 2_000
/** Deadlocks between two writers are over by then; a server that is away is somebody else's to wait for. */
const RETRY_MS = 3_000
const RETRY_STEP_MS = 50
const RETRY_MOST_MS = 500
/** Bolt has no time limit of its own: a frozen server would be waited for without end. */
const WORK_MS = 60_000
const CHECK_MS = 2_000

export function openNeo4j(options: Neo4jOptions): Neo4jConnection {
  const { uri, user, password, database } = options
  const driver: Driver = neo4j.driver(
    uri,
    password === undefined ? undefined : neo4j.auth.basic(user, password),
    {
      connectionTimeout: ACQUIRE_MS,
      connectionAcquisitionTimeout: ACQUIRE_MS,
      // The driver's own would try a server that is away just as long: `retried` knows better.
      maxTransactionRetryTime: 0,
      disableLosslessIntegers: true,
      telemetryDisabled: true,
      userAgent: 'memoir',
    },
  )
  const inSession = async <T>(
    limitMs: number,
    work: (session: ReturnType<Driver['session']>) => Promise<T>,
  ): Promise<T> => {
    const session = driver.session({ database })
    try {
      return await within(limitMs, work(session))
    } catch (error) {
      throw graphError(error)
    } finally {
      // A frozen server answers to this no sooner than to the rest.
      session.close().catch(() => undefined)
    }
  }
  return {
    read: async (work) =>
      await inSession(WORK_MS, async (s) => await retried(async () => await s.executeRead(work))),
    write: async (work) =>
      await inSession(WORK_MS, async (s) => await retried(async () => await s.executeWrite(work))),
    run: async (text) => {
      // Two who make the same index at once wait for each other like any two writers.
      const made = async (s: Session) => await retried(async () => await s.run(text)).catch(isMade)
      await inSession(WORK_MS, made)
    },
    check: async () => {
      await inSession(CHECK_MS, async (session) => await session.run('return 1'))
    },
    close: async () => await driver.close(),
  }
}

/** Somebody was quicker, between the look and the making: what was wanted is there. */
const MADE: ReadonlySet<string> = new Set([
  'Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists',
  'Neo.ClientError.Schema.IndexAlreadyExists',
  'Neo.ClientError.Schema.ConstraintAlreadyExists',
])

function isMade(error: unknown): void {
  if (!(error instanceof Neo4jError) || !MADE.has(error.code)) throw error
}

/**
 * Two writers that wait for each other are told to try again, and do. A connection that died is replaced once: when that fails too
 * the server is away, and whoever asked has better things to do than to wait here.
 */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + RETRY_MS
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Neo4jError) || !isRetryableError(error)) throw error
      const transient = error.code.startsWith('Neo.TransientError')
      if (transient ? Date.now() > until : tries > 1) throw error
      if (transient) await sleep(Math.random() * Math.min(tries * RETRY_STEP_MS, RETRY_MOST_MS))
    }
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(away('no answer in time')), limitMs)
  // Whoever is late is not heard any more.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** What the server says no to, so that nobody has to guess; waiting helps once it is mended. */
const REFUSALS: Readonly<Record<string, string>> = {
  'Neo.ClientError.Security.Unauthorized': 'Neo4j does not accept the user or the password.',
  'Neo.ClientError.Security.AuthenticationRateLimit':
    'Neo4j does not accept the user or the password.',
  'Neo.ClientError.Database.DatabaseNotFound': 'Neo4j has no database of that name.',
}

/** What the driver says of its own pool has no code of its own: nobody was asked, so nothing was refused. */
const NOT_ASKED = /^(Connection acquisition timed out|Pool is closed)/

/** The server ended the transaction, as when it shuts down or was held up: that says nothing of what was written. */
const ENDED = 'Neo.ClientError.Transaction.'

/** The server's own words may quote what was written, so only its code goes on. */
function graphError(error: unknown): MemoirError {
  if (error instanceof MemoirError) return error
  if (!(error instanceof Neo4jError)) {
    return new MemoirError('graph_store_failed', SENTENCE.graph_store_failed, { cause: error })
  }
  const refusal = REFUSALS[error.code]
  if (refusal !== undefined) return away(error.code, refusal)
  const ended = error.code.startsWith(ENDED)
  if (ended || isRetryableError(error) || NOT_ASKED.test(error.message)) return away(error.code)
  return new MemoirError('graph_store_failed', SENTENCE.graph_store_failed, {
    cause: new Error(error.code),
  })
}

function away(reason: string, sentence: string = SENTENCE.graph_unavailable): MemoirError {
  return new MemoirError('graph_unavailable', sentence, {
    cause: new Error(reason),
    retryAfterMs: 5_000,
  })
}
