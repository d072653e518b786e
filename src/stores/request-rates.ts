import { createTokenBuckets, taken, type Taken } from '../domain/token-bucket.ts'
import type { RedisLink } from './redis.ts'

/** Token buckets of requests: of all processes together where they share a Redis, else of each. */
export interface RequestRates {
  /** Takes one request out of a bucket that fills with so many a second, and holds as many. Never throws, and waits for no server. */
  take(bucket: string, perSecond: number): Promise<Taken>
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
  const own = createTokenBuckets(() => performance.now())
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
