import type { RedisLink } from './redis.ts'

/** Token buckets of requests: of all processes together where they share a Redis, else of each. */
export interface RequestRates {
  /** Takes one request out of a bucket that fills with so many a second, and holds as many. Never throws, and waits for no server. */
  take(bucket: string, perSecond: number): Promise<Taken>
}

export interface Taken {
  readonly allowed: boolean
  /** Whole requests that may follow at once. */
  readonly remaining: number
  /** Milliseconds until the bucket is full; when it was not allowed, until the next one is. */
  readonly waitMs: number
}

/** With fewer there is nothing to clean up; a bucket is some hundred bytes. */
const MANY_BUCKETS = 10_000
const SECOND_MS = 1_000

/** How fast a bucket fills, and how much it holds. */
export interface Rate {
  readonly perSecond: number
  readonly capacity: number
}

interface Bucket extends Rate {
  readonly level: number
  readonly at: number
}

const levelAt = (now: number, { level, at, perSecond, capacity }: Bucket) =>
  Math.min(capacity, level + ((now - at) * perSecond) / SECOND_MS)

/** Of this process alone. */
export function createProcessRates(now = () => performance.now()) {
  const buckets = new Map<string, Bucket>()
  const dropFull = (at: number) => {
    for (const [name, one] of buckets) if (levelAt(at, one) >= one.capacity) buckets.delete(name)
  }
  return {
    take(bucket: string, rate: Rate): Taken {
      const at = now()
      const kept = buckets.get(bucket)
      if (kept === undefined && buckets.size >= MANY_BUCKETS) dropFull(at)
      const before = kept === undefined ? rate.capacity : levelAt(at, kept)
      const allowed = before >= 1
      const level = allowed ? before - 1 : before
      buckets.set(bucket, { ...rate, level, at })
      return taken(allowed, level, rate)
    },
  }
}

function taken(allowed: boolean, level: number, { perSecond, capacity }: Rate): Taken {
  const missing = allowed ? capacity - level : 1 - level
  return {
    allowed,
    remaining: Math.floor(level),
    waitMs: Math.ceil((missing * SECOND_MS) / perSecond),
  }
}

/** KEYS bucket; ARGV requests a second. By the clock of Redis, so that those of the processes may differ. */
const TAKE = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate = tonumber(ARGV[1])
local kept = redis.call('hmget', KEYS[1], 'level', 'at')
local level = math.min(rate, (tonumber(kept[1]) or rate) + (now - (tonumber(kept[2]) or now)) * rate / 1000)
local allowed = 0
if level >= 1 then
  level = level - 1
  allowed = 1
end
redis.call('hset', KEYS[1], 'level', level, 'at', now)
redis.call('pexpire', KEYS[1], 2000)
return { allowed, tostring(level) }
`

/** Of all processes with this Redis. While it is away each keeps the limit by itself. */
export function createRequestRates(redis: RedisLink | undefined): RequestRates {
  const own = createProcessRates()
  return {
    async take(bucket, perSecond) {
      const found = await redis?.ask(
        async (link) => await link.eval(TAKE, 1, `memoir:requests:{${bucket}}`, perSecond),
      )
      const rate = { perSecond, capacity: perSecond }
      if (!Array.isArray(found)) return own.take(bucket, rate)
      return taken(Number(found[0]) === 1, Number(found[1]), rate)
    },
  }
}
