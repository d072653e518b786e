import { expect, test } from 'vitest'
import { onBehalfOf } from '../../src/providers/on-behalf.ts'
import { createRateLimiter, rateLimiterOf, type Clock } from '../../src/providers/rate-limit.ts'

/** Time that moves when told to, and then lets everything that is due happen. */
function manualClock() {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  async function advance(ms: number): Promise<void> {
    const end = now + ms
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)
      if (!next) break
      now = next.at
      timers = timers.filter((timer) => timer !== next)
      next.run()
    }
    now = end
    await settled()
  }
  return { clock, advance, pending: () => timers.length }
}

/** Lets everything that was decided reach those who wait. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function limiter(limits: { requestsPerMinute?: number; tokensPerMinute?: number }) {
  const time = manualClock()
  const made = createRateLimiter(
    { requestsPerMinute: 1_000_000, tokensPerMinute: 1_000_000_000, ...limits },
    time.clock,
  )
  const gone: string[] = []
  const ask = (name: string, priority: 'live' | 'bulk', tokens = 1) =>
    made.acquire(tokens, { priority }).then(() => gone.push(name))
  return { ...time, made, gone, ask }
}

test('requests beyond a burst go at the rate of the limit', async () => {
  const { ask, gone, advance } = limiter({ requestsPerMinute: 60 })
  const all = Array.from({ length: 70 }, async (_, index) => await ask(`${index}`, 'live'))
  await settled()
  expect(gone).toHaveLength(10)

  await advance(1_000)
  expect(gone).toHaveLength(11)
  await advance(59_000)
  expect(gone).toHaveLength(70)
  await Promise.all(all)
})

test('namespaces take turns at what there is', async () => {
  const { ask, gone, advance } = limiter({ requestsPerMinute: 60 })
  for (let index = 0; index < 12; index += 1) void ask('first', 'live')
  for (const [party, count] of [
    ['large', 5],
    ['small', 1],
  ] as const) {
    for (let n = 0; n < count; n += 1) void onBehalfOf(party, async () => await ask(party, 'live'))
  }
  await settled()
  gone.length = 0

  await advance(5_000)

  expect(gone).toEqual(['first', 'large', 'small', 'first', 'large'])
})

test('what a quiet hour left unused is one burst, not more', async () => {
  const { ask, gone, advance } = limiter({ requestsPerMinute: 60 })
  await advance(3_600_000)
  for (let index = 0; index < 20; index += 1) void ask(`${index}`, 'live')
  await settled()
  expect(gone).toHaveLength(10)
})

test('tokens beyond a burst go at the rate of the limit', async () => {
  const { ask, gone, advance } = limiter({ tokensPerMinute: 6_000 })
  void ask('first', 'live', 1_000)
  void ask('second', 'live', 500)
  await settled()
  expect(gone).toEqual(['first'])

  await advance(4_999)
  expect(gone).toEqual(['first'])
  await advance(1)
  expect(gone).toEqual(['first', 'second'])
})

test('a request larger than a burst goes, and the next waits for what it took', async () => {
  const { ask, gone, advance } = limiter({ tokensPerMinute: 6_000 })
  void ask('huge', 'bulk', 4_000)
  void ask('small', 'live', 100)
  await settled()
  expect(gone).toEqual(['huge'])

  await advance(30_999)
  expect(gone).toEqual(['huge'])
  await advance(1)
  expect(gone).toEqual(['huge', 'small'])
})

test('live goes before bulk that asked earlier', async () => {
  const { ask, gone, advance } = limiter({ requestsPerMinute: 6 })
  void ask('bulk 1', 'bulk')
  void ask('bulk 2', 'bulk')
  void ask('bulk 3', 'bulk')
  void ask('live', 'live')
  await settled()
  expect(gone).toEqual(['bulk 1'])

  await advance(10_000)
  expect(gone).toEqual(['bulk 1', 'live'])
  await advance(20_000)
  expect(gone).toEqual(['bulk 1', 'live', 'bulk 2', 'bulk 3'])
})

test('bulk leaves something for a question that comes later', async () => {
  const { ask, gone } = limiter({ requestsPerMinute: 600 })
  for (let index = 0; index < 200; index += 1) void ask('bulk', 'bulk')
  await settled()
  expect(gone).toHaveLength(90)

  void ask('live', 'live')
  await settled()
  expect(gone.at(-1)).toBe('live')
})

test('a pause the vendor asked for holds everybody until it is over', async () => {
  const { made, ask, gone, advance } = limiter({})
  made.pause(5_000)
  made.pause(100)
  void ask('live', 'live')
  await settled()
  await advance(4_999)
  expect(gone).toEqual([])
  await advance(1)
  expect(gone).toEqual(['live'])
})

test('a pause too long to wait here is handed on, to those already waiting too', async () => {
  const { made, advance, clock } = limiter({ requestsPerMinute: 1 })
  await made.acquire(1, { priority: 'live' })
  const waiting = made.acquire(1, { priority: 'bulk' })
  made.pause(60_000)
  await expect(waiting).rejects.toMatchObject({ code: 'vendor_busy', retryAfterMs: 60_000 })

  await advance(20_000)
  expect(clock.now()).toBe(20_000)
  await expect(made.acquire(1, { priority: 'live' })).rejects.toMatchObject({
    code: 'vendor_busy',
    retryAfterMs: 40_000,
  })
  await advance(40_000)
  await made.acquire(1, { priority: 'live' })
})

test('whoever gives up leaves the queue, and takes nothing', async () => {
  const { made, ask, gone, advance, pending } = limiter({ requestsPerMinute: 6 })
  await made.acquire(1, { priority: 'live' })
  const stop = new AbortController()
  const given = made.acquire(1, { priority: 'live', signal: stop.signal })
  void ask('next', 'bulk')
  stop.abort()
  await expect(given).rejects.toMatchObject({ name: 'AbortError' })
  await expect(made.acquire(1, { priority: 'live', signal: stop.signal })).rejects.toMatchObject({
    name: 'AbortError',
  })

  await advance(10_000)
  expect(gone).toEqual(['next'])
  expect(pending()).toBe(0)
})

test('a provider has one limiter in the process', () => {
  const limits = { requestsPerMinute: 60, tokensPerMinute: 6_000 }
  expect(rateLimiterOf('https://one.example/v1', limits)).toBe(
    rateLimiterOf('https://one.example/v1', { ...limits }),
  )
  expect(rateLimiterOf('https://two.example/v1', limits)).not.toBe(
    rateLimiterOf('https://one.example/v1', limits),
  )
})
