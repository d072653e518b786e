import { Redis } from 'ioredis'

/** The connection to Redis: quick or not at all, since nothing that Memoir keeps there is worth waiting for. */
export interface RedisLink {
  /**
   * Runs `work` when Redis is there; nothing waits longer than the deadline.
   * @returns null when Redis is away, was away a moment ago, or did not answer in time
   */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<T | null>
  /** Whether it answers now. */
  answers(): Promise<boolean>
  close(): void
}

export interface RedisOptions {
  readonly url: string
  /** Told once when it goes away and once when it is back. */
  readonly onChange: (there: boolean) => void
}

/** A healthy answer takes less than a millisecond; recall waits for it, so it may not take much of its time. */
export const REDIS_DEADLINE_MS = 50
/** A frozen one costs one deadline in this time, not one a request. */
const LEAVE_ALONE_MS = 1_000
const CONNECT_WITHIN_MS = 2_000
const RECONNECT_AT_MOST_MS = 1_000

/** Connects in the background and again whenever the connection is lost: nothing here waits for a server. */
export function openRedis({ url, onChange }: RedisOptions): RedisLink {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: REDIS_DEADLINE_MS,
    // What cannot be asked now is not asked later: it would be old, and pile up.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(tries * 50, RECONNECT_AT_MOST_MS),
  })
  let there: boolean | undefined
  let quietUntil = 0
  const tell = (now: boolean) => {
    if (there !== now) onChange(now)
    there = now
  }
  // An error of the connection is unheard otherwise, and ends the process.
  redis.on('error', () => tell(false))
  redis.on('ready', () => tell(true))
  const first = firstConnection(redis)

  const ask = async <T>(work: (redis: Redis) => Promise<T>): Promise<T | null> => {
    if (there === undefined) await first
    if (redis.status !== 'ready' || performance.now() < quietUntil) return null
    try {
      const answer = await work(redis)
      tell(true)
      return answer
    } catch {
      quietUntil = performance.now() + LEAVE_ALONE_MS
      tell(false)
      return null
    }
  }
  return {
    ask,
    answers: async () => (await ask(async () => await redis.ping())) === 'PONG',
    close: () => redis.disconnect(),
  }
}

/** A process that has just started gives the connection a moment, else its first questions would find nobody. */
async function firstConnection(redis: Redis): Promise<void> {
  const settled = Promise.withResolvers<void>()
  const settle = () => settled.resolve()
  const late = setTimeout(settle, CONNECT_WITHIN_MS)
  late.unref()
  redis.once('ready', settle)
  redis.once('error', settle)
  redis.once('end', settle)
  await settled.promise
  clearTimeout(late)
}

/** Throws until a Redis answers there. */
export async function pingRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: CONNECT_WITHIN_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await redis.ping()
  } finally {
    redis.disconnect()
  }
}
