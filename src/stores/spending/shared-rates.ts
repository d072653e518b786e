import { v5 as uuidv5 } from 'uuid'
import { bucketSizeOf, LIVE_SHARE } from '../../providers/rate-limit.ts'
import type { SharedRates } from '../../providers/shared-rate-limit.ts'
import type { RedisLink } from '../redis.ts'

/** Namespace of the uuids that stand for vendors in keys: an address may hold what is nobody's business. */
const VENDORS = '3d0c2f4e-8f0b-4a86-9c7e-4b1f2d9a7c55'

/**
 * Two token buckets, by the clock of Redis, so that it does not matter how the clocks of the processes differ. Bulk requests leave a
 * share of each to live ones, and wait while a live one does.
 * KEYS bucket; ARGV capacity and rate a millisecond of requests, those of tokens, tokens, share kept for live (0 when live).
 */
const TAKE = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('hmget', KEYS[1], 'requests', 'tokens', 'at', 'paused', 'live')
local paused = (tonumber(kept[4]) or 0) - now
if paused > 0 then return { math.ceil(paused), 1 } end
local gone = now - (tonumber(kept[3]) or now)
local share = tonumber(ARGV[6])
local function level(index, capacity, rate)
  return math.min(capacity, (tonumber(kept[index]) or capacity) + gone * rate)
end
local function missing(level, cost, capacity, rate)
  return (math.min(cost + share * capacity, capacity) - level) / rate
end
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local token_capacity, token_rate = tonumber(ARGV[3]), tonumber(ARGV[4])
local cost = tonumber(ARGV[5])
local requests = level(1, capacity, rate)
local tokens = level(2, token_capacity, token_rate)
local wait = math.max(missing(requests, 1, capacity, rate), missing(tokens, cost, token_capacity, token_rate))
if share > 0 then wait = math.max(wait, (tonumber(kept[5]) or 0) - now) end
if wait > 0 then
  if share == 0 then
    redis.call('hset', KEYS[1], 'live', now + math.ceil(wait) + 50)
    redis.call('pexpire', KEYS[1], 600000)
  end
  return { math.ceil(wait), 0 }
end
redis.call('hset', KEYS[1], 'requests', requests - 1, 'tokens', tokens - cost, 'at', now)
redis.call('pexpire', KEYS[1], 600000)
return { 0, 0 }
`

/** ARGV milliseconds. A shorter pause never ends a longer one. */
const PAUSE = `
local time = redis.call('time')
local till = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
if till > (tonumber(redis.call('hget', KEYS[1], 'paused')) or 0) then
  redis.call('hset', KEYS[1], 'paused', till)
  redis.call('pexpire', KEYS[1], ARGV[1] + 600000)
end
return 1
`

/** What all processes with one Redis may ask of a vendor together. */
export function createSharedRates(link: RedisLink): SharedRates {
  return {
    of(provider, limits) {
      const key = `memoir:rate:{${uuidv5(provider, VENDORS)}}`
      const requests = bucketSizeOf(limits.requestsPerMinute)
      const tokens = bucketSizeOf(limits.tokensPerMinute)
      const sizes = [requests.capacity, requests.perMs, tokens.capacity, tokens.perMs]
      return {
        async take({ tokens: cost, bulk }) {
          const share = bulk ? LIVE_SHARE : 0
          const found = await link.ask(
            async (redis) => await redis.eval(TAKE, 1, key, ...sizes, cost, share),
          )
          if (!Array.isArray(found)) return null
          return { waitMs: Number(found[0]), paused: Number(found[1]) === 1 }
        },
        async pause(ms) {
          await link.ask(async (redis) => await redis.eval(PAUSE, 1, key, Math.ceil(ms)))
        },
      }
    },
  }
}
