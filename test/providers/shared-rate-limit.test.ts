import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createRateLimiter, type RateLimiter } from '../../src/providers/rate-limit.ts'
import { shareRateLimit } from '../../src/providers/shared-rate-limit.ts'
import { openRedis } from '../../src/stores/redis.ts'
import { createSharedRates } from '../../src/stores/spending/shared-rates.ts'
import { startRedis } from '../support/parts.ts'

const suite = inject('redisUrl') === '' ? test.skip : test

/** A request a second, ten at once. */
const LIMITS = { requestsPerMinute: 60, tokensPerMinute: 1_000_000_000 }

/** As another process has it: a local limiter and a connection of its own. */
function processOf(provider: string, url = inject('redisUrl'), limits = LIMITS): RateLimiter {
  const link = openRedis({ url, onChange: () => undefined })
  onTestFinished(() => link.close())
  return shareRateLimit(createRateLimiter(limits), createSharedRates(link).of(provider, limits))
}

const vendor = () => `https://${randomUUID()}.example/v1 secret-name`

/** How many of so many requests went within half a second; the others are given up. */
async function wentAtOnce(limiters: readonly RateLimiter[], each: number): Promise<number> {
  const went = await Promise.all(
    limiters.flatMap((limiter) =>
      Array.from({ length: each }, async () => {
        const signal = AbortSignal.timeout(500)
        return await limiter.acquire(1, { priority: 'live', signal }).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ name: 'AbortError' })
            return false
          },
        )
      }),
    ),
  )
  return went.filter(Boolean).length
}

suite('two processes together ask no more of a vendor than one may', async () => {
  const provider = vendor()
  const both = [processOf(provider), processOf(provider)]
  expect(await wentAtOnce(both, 10)).toBe(10)
  expect(await wentAtOnce([processOf(vendor())], 10)).toBe(10)
})

suite('bulk requests leave a share to live ones of another process', async () => {
  const provider = vendor()
  const [bulk, live] = [processOf(provider), processOf(provider)]
  const waiting = new AbortController()
  const gone: string[] = []
  const all = Array.from({ length: 12 }, async (_, n) => {
    await bulk.acquire(1, { priority: 'bulk', signal: waiting.signal }).then(
      () => gone.push(`${n}`),
      () => undefined,
    )
  })
  await expect.poll(() => gone.length, { timeout: 2_000 }).toBe(9)
  const began = performance.now()
  await live.acquire(1, { priority: 'live' })
  expect(performance.now() - began).toBeLessThan(500)
  waiting.abort()
  await Promise.all(all)
})

suite('what a vendor asked one process to wait, the other waits too', async () => {
  const provider = vendor()
  const [one, other] = [processOf(provider), processOf(provider)]
  await other.acquire(1, { priority: 'live' })
  one.pause(60_000)
  await expect
    .poll(async () => await other.acquire(1, { priority: 'live' }).catch((error: unknown) => error))
    .toMatchObject({ code: 'vendor_busy' })
})

suite('with Redis away each process keeps the limit by itself', async () => {
  const root = mkdtempSync(join(tmpdir(), 'memoir-rates-'))
  const part = await startRedis({ root })
  if (!part) throw new Error('no redis')
  onTestFinished(async () => {
    await part.kill()
    rmSync(root, { recursive: true, force: true })
  })
  const provider = vendor()
  const one = processOf(provider, part.url)
  await one.acquire(1, { priority: 'bulk' })
  const redis = new Redis(part.url)
  const keys = await redis.keys('*')
  redis.disconnect()
  expect(keys).toEqual([expect.stringMatching(/^memoir:rate:\{[0-9a-f-]{36}\}$/)])
  await part.kill()
  expect(await wentAtOnce([one], 20)).toBe(9)
})
