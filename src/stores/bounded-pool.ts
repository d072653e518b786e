import { connect } from 'node:net'
import {
  DatabaseError,
  Pool,
  type PoolClient,
  type PoolConfig,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { StatementLimit } from './statement-limits.ts'

/**
 * A pool in which nothing waits without end. A Postgres that is frozen, or behind a network that swallows packets, ends no
 * connection: the caller gets an error after some seconds, and the connection is destroyed, since nobody can know what its
 * next answer would be an answer to.
 */
export interface BoundedPool {
  readonly pool: Pool
  /**
   * A connection that was alive when the server was last known to be.
   * @throws MemoirError `store_unavailable`, or what the server said
   */
  acquire(deadline: Deadline): Promise<BoundedClient>
  /** Whether the server answers now, on a connection that no other work shares. */
  answers(): Promise<boolean>
  close(): Promise<void>
}

/** A borrowed connection. Give it back once. */
export interface BoundedClient {
  /** @throws MemoirError `store_unavailable` when there is no answer in time: then the connection is lost */
  query<Row extends QueryResultRow>(
    statement: QueryConfig,
    deadline: Deadline,
  ): Promise<QueryResult<Row>>
  /** Nothing more can be asked of it. */
  isLost(): boolean
  release(): void
}

/** A moment on the clock of `performance.now()`. */
export type Deadline = number

export const deadlineOf = ({ withinMs }: StatementLimit): Deadline => performance.now() + withinMs

/** How long a free or new connection is waited for before it is asked whether Postgres is there at all. */
const CONNECT_WITHIN_MS = 3_000
/** A statement that takes longer is nothing unusual, but a reason to ask the same. */
const LOOK_AFTER_MS = 2_000
/** `select 1` takes less than a millisecond. */
const ANSWER_WITHIN_MS = 1_800
/** Of a connection on which nothing is under way; the kernel then asks once a second, ten times. */
const KEEP_ALIVE_AFTER_MS = 10_000
const IDLE_MS = 30_000

export function openBoundedPool(config: PoolConfig, onIdleError: (error: Error) => void) {
  const shared: PoolConfig = {
    ...config,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  }
  const pool = new Pool(shared)
  pool.on('error', onIdleError)
  // With one connection in all (PGlite) there is none to ask on: there a statement only has its own limit.
  const pulse = config.max === 1 ? undefined : openPulse(shared)
  const links = createLinks(pool, async () => (await pulse?.answers()) ?? true)
  return {
    pool,
    acquire: links.acquire,
    answers: async () => await (pulse?.answers() ?? answersOn(links.acquire, LOOK_AFTER_MS * 2)),
    async close() {
      await Promise.all([pool.end(), pulse?.close()])
    },
  } satisfies BoundedPool
}

function createLinks(pool: Pool, serverAnswers: () => Promise<boolean>) {
  // A connection that has said nothing since another one fell silent may be as dead as that: it is not used again.
  const heardAt = new WeakMap<PoolClient, number>()
  let silentSince = 0
  const hearing = {
    serverAnswers,
    heard: (client: PoolClient) => void heardAt.set(client, performance.now()),
    silent: (since: number) => {
      silentSince = Math.max(silentSince, since)
    },
  }
  pool.on('connect', hearing.heard)

  const free = async (deadline: Deadline): Promise<PoolClient> => {
    for (;;) {
      try {
        return await connectBy(pool, deadline)
      } catch (error) {
        // All are in use: worth waiting on while the server answers somebody.
        const waits = isPoolFull(error) && performance.now() < deadline
        if (!waits || !(await serverAnswers())) throw error
      }
    }
  }
  return {
    async acquire(deadline: Deadline): Promise<BoundedClient> {
      for (;;) {
        const client = await free(deadline)
        if ((heardAt.get(client) ?? 0) >= silentSince) return bounded(client, hearing)
        client.release(true)
      }
    },
  }
}

/** As the pool itself says it. */
const POOL_FULL = 'timeout exceeded when trying to connect'

const isPoolFull = (error: unknown): boolean =>
  error instanceof Error && error.message === POOL_FULL

/** The pool has one time limit for all; this is for who has less time than that. */
async function connectBy(pool: Pool, deadline: Deadline): Promise<PoolClient> {
  const connecting = pool.connect()
  const leftMs = deadline - performance.now()
  if (leftMs >= CONNECT_WITHIN_MS) return await connecting
  const late = Promise.withResolvers<never>()
  // A timer drops fractions and may fire a millisecond early: then the deadline would seem to be ahead still.
  const timer = setTimeout(() => late.reject(new Error(POOL_FULL)), Math.ceil(leftMs) + 1)
  try {
    return await Promise.race([connecting, late.promise])
  } catch (error) {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    )
    throw error
  } finally {
    clearTimeout(timer)
  }
}

interface Hearing {
  readonly serverAnswers: () => Promise<boolean>
  readonly heard: (client: PoolClient) => void
  readonly silent: (since: number) => void
}

function bounded(client: PoolClient, hearing: Hearing): BoundedClient {
  const { serverAnswers } = hearing
  let lost: Error | undefined
  // A server that goes away also tells the connection itself, and an unheard 'error' ends the process. The statement in hand
  // rejects with the same error, so nothing is lost by only noting it here.
  const onLost = (error: Error) => {
    lost = error
  }
  client.on('error', onLost)
  return {
    async query<Row extends QueryResultRow>(statement: QueryConfig, deadline: Deadline) {
      const began = performance.now()
      const asked = client.query<Row>(statement)
      try {
        const answer = await within(asked, { deadline, serverAnswers })
        hearing.heard(client)
        return answer
      } catch (error) {
        if (!(error instanceof Late)) {
          hearing.heard(client)
          if (!isRefusal(error)) lost = error instanceof Error ? error : new Error(String(error))
          throw error
        }
        lost = error
        asked.catch(() => undefined)
        hearing.silent(began)
        if (!error.silent) cancelOnServer(client)
        throw new MemoirError('store_unavailable', SENTENCE.store_unavailable, {
          cause: error,
          retryAfterMs: 5_000,
        })
      }
    },
    isLost: () => lost !== undefined,
    release() {
      client.off('error', onLost)
      client.release(lost)
    },
  }
}

class Late extends Error {
  readonly silent: boolean

  constructor(silent: boolean) {
    super(silent ? 'the server did not answer' : 'the statement took longer than it may')
    this.silent = silent
  }
}

/** The statement was refused and the connection is as good as before. */
const isRefusal = (error: unknown): boolean =>
  error instanceof DatabaseError && error.severity === 'ERROR'

interface Waiting {
  readonly deadline: Deadline
  readonly serverAnswers: () => Promise<boolean>
}

/** Every so often asks whether the server is there, and waits on as long as it is and the deadline has not come. */
async function within<T>(asked: Promise<T>, { deadline, serverAnswers }: Waiting): Promise<T> {
  const late = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  let settled = false
  // After the answers that have come in meanwhile: a process that was busy itself finds its timers due first.
  const after = (ms: number, run: () => void) => {
    timer = setTimeout(() => setImmediate(() => settled || run()), ms)
  }
  const left = () => Math.max(0, deadline - performance.now())
  const tooSlow = () => late.reject(new Late(false))
  const wait = () => {
    if (left() > LOOK_AFTER_MS) after(LOOK_AFTER_MS, look)
    else after(left(), tooSlow)
  }
  const look = () => {
    if (left() <= ANSWER_WITHIN_MS) after(left(), tooSlow)
    void serverAnswers().then((there) => {
      if (settled) return
      clearTimeout(timer)
      if (there) wait()
      else late.reject(new Late(true))
    })
  }
  wait()
  try {
    return await Promise.race([asked, late.promise])
  } finally {
    settled = true
    clearTimeout(timer)
  }
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CANCELREQUEST */
const CANCEL_REQUEST = 80_877_102

/** Else a statement that nobody waits for any more would go on. Best effort: a server that cannot be reached finishes it. */
function cancelOnServer(client: PoolClient): void {
  const processId: unknown = Reflect.get(client, 'processID')
  const secretKey: unknown = Reflect.get(client, 'secretKey')
  if (typeof processId !== 'number' || typeof secretKey !== 'number') return
  const message = Buffer.alloc(16)
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(CANCEL_REQUEST, 4)
  message.writeInt32BE(processId, 8)
  message.writeInt32BE(secretKey, 12)
  const { host, port } = client
  const socket = host.startsWith('/')
    ? connect(`${host}/.s.PGSQL.${port}`)
    : connect({ host, port })
  socket.setTimeout(CONNECT_WITHIN_MS, () => socket.destroy())
  socket.on('error', () => undefined)
  socket.end(message)
}

/** A connection of its own, so that it says something of the server and nothing of how busy the pool is. */
function openPulse(config: PoolConfig) {
  const pool = new Pool({ ...config, max: 1, connectionTimeoutMillis: ANSWER_WITHIN_MS })
  pool.on('error', () => undefined)
  const { acquire } = createLinks(pool, async () => await Promise.resolve(false))
  let asking: Promise<boolean> | undefined
  return {
    /** Shared by all that ask at the same time. */
    answers: async (): Promise<boolean> => {
      asking ??= answersOn(acquire).finally(() => {
        asking = undefined
      })
      return await asking
    },
    close: async () => await pool.end(),
  }
}

async function answersOn(
  acquire: BoundedPool['acquire'],
  withinMs = ANSWER_WITHIN_MS,
): Promise<boolean> {
  const deadline = performance.now() + withinMs
  // The server may have restarted since the connection was last used.
  return (await selectOne(acquire, deadline)) || (await selectOne(acquire, deadline))
}

async function selectOne(acquire: BoundedPool['acquire'], deadline: Deadline): Promise<boolean> {
  if (performance.now() >= deadline) return false
  try {
    const client = await acquire(deadline)
    try {
      await client.query({ text: 'select 1' }, deadline)
      return true
    } finally {
      client.release()
    }
  } catch {
    return false
  }
}
