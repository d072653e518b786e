import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { v7 as uuidv7 } from 'uuid'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import {
  createProcessFocus,
  createRedisFocus,
  FOCUS_IDS,
  hashOfQuery,
  type FocusBuffer,
} from '../../src/stores/recall/focus.ts'
import { openRedis, REDIS_DEADLINE_MS, type RedisLink } from '../../src/stores/redis.ts'
import { startRedis, type Part } from '../support/parts.ts'

const HOUR = { ttlSeconds: 3600 }
const hasRedis = inject('redisUrl') !== ''
const suite = hasRedis ? test : test.skip

function open(url: string): RedisLink {
  const link = openRedis({ url, onChange: () => undefined })
  onTestFinished(() => link.close())
  return link
}

const twins = [
  {
    kind: 'in the process',
    make: (options: { ttlSeconds: number }): FocusBuffer => createProcessFocus(options),
    skip: false,
  },
  {
    kind: 'in Redis',
    make: (options: { ttlSeconds: number }): FocusBuffer =>
      createRedisFocus(open(inject('redisUrl')), options),
    skip: !hasRedis,
  },
]

describe.each(twins)('a focus buffer $kind', ({ make, skip }) => {
  const suite = skip ? test.skip : test
  const none = { traceIds: [], queryHashes: [], sessionId: null, degraded: false }

  suite('gives back what a user saw and asked, the latest first, each once', async () => {
    const focus = make(HOUR)
    const [userId, a, b, c, session] = Array.from({ length: 5 }, () => uuidv7())
    if (!userId || !a || !b || !c || !session) throw new Error('no ids')
    expect(await focus.read(userId)).toEqual(none)

    expect(await focus.note({ userId, traceIds: [a, b], query: 'Where are the tulips?' })).toBe(
      true,
    )
    await focus.note({ userId, traceIds: [c, a], query: 'bees', sessionId: session })
    await focus.note({ userId, query: '  where are THE tulips? ' })

    expect(await focus.read(userId)).toEqual({
      traceIds: [c, a, b],
      queryHashes: [hashOfQuery(userId, 'Where are the tulips?'), hashOfQuery(userId, 'bees')],
      sessionId: session,
      degraded: false,
    })
    expect(await focus.read(uuidv7())).toEqual(none)
  })

  suite('keeps no more than the last fifty, whatever many do at once', async () => {
    const focus = make(HOUR)
    const userId = uuidv7()
    const ids = Array.from({ length: 20 }, () => Array.from({ length: 10 }, () => uuidv7()))
    await Promise.all(
      ids.map(async (traceIds, n) => await focus.note({ userId, traceIds, query: `${n}` })),
    )
    const last = Array.from({ length: 80 }, () => uuidv7())
    const { traceIds, queryHashes } = await focus.read(userId)
    expect(new Set(traceIds).size).toBe(FOCUS_IDS)
    // Every note went in whole: ten in a row, each time.
    for (let n = 0; n < FOCUS_IDS; n += 10) {
      expect(ids).toContainEqual(traceIds.slice(n, n + 10))
    }
    expect(new Set(queryHashes).size).toBe(20)
    await focus.note({ userId, traceIds: last })
    expect((await focus.read(userId)).traceIds).toEqual(last.slice(0, FOCUS_IDS))
  })

  suite('forgets what is taken out of it, and all of a user who is erased', async () => {
    const focus = make(HOUR)
    const [userId, other, a, b] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()]
    await focus.note({ userId, traceIds: [a, b], query: 'tulips', sessionId: a })
    await focus.note({ userId: other, traceIds: [a] })
    expect(await focus.forget(userId, [a])).toBe(true)
    expect((await focus.read(userId)).traceIds).toEqual([b])
    expect(await focus.erase(userId)).toBe(true)
    expect(await focus.read(userId)).toEqual(none)
    expect((await focus.read(other)).traceIds).toEqual([a])
  })

  suite('lets go of a user who was away for longer than the time to live', async () => {
    const focus = make({ ttlSeconds: 1 })
    const userId = uuidv7()
    await focus.note({ userId, traceIds: [uuidv7()], query: 'tulips', sessionId: uuidv7() })
    expect((await focus.read(userId)).traceIds).toHaveLength(1)
    await expect.poll(async () => await focus.read(userId), { timeout: 5_000 }).toEqual(none)
  })

  suite('takes uuids only: a name or a text is refused, not stored', async () => {
    const focus = make(HOUR)
    const userId = uuidv7()
    for (const bad of [
      { userId: 'maya' },
      { userId, traceIds: ['I grow tulips'] },
      { userId, sessionId: 'chat about tulips' },
    ]) {
      await expect(focus.note(bad)).rejects.toMatchObject({ code: 'internal' })
    }
    expect(await focus.read(userId)).toEqual(none)
  })
})

async function ownRedis(): Promise<Part> {
  const root = mkdtempSync(join(tmpdir(), 'memoir-focus-'))
  const part = await startRedis({ root })
  if (!part) throw new Error('no redis')
  onTestFinished(async () => {
    await part.kill()
    rmSync(root, { recursive: true, force: true })
  })
  return part
}

suite('Redis holds uuids and hashes, no text, and nothing for ever', async () => {
  const url = (await ownRedis()).url
  const focus = createRedisFocus(open(url), HOUR)
  const userId = uuidv7()
  await focus.note({ userId, traceIds: [uuidv7()], query: 'secret tulips', sessionId: uuidv7() })
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  const keys = await redis.keys('*')
  expect(keys.toSorted()).toEqual(
    ['queries', 'session', 'traces'].map((what) => `memoir:focus:{${userId}}:${what}`),
  )
  for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(3_500)
  expect(await redis.lrange(keys.find((key) => key.endsWith('queries')) ?? '', 0, -1)).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}$/),
  ])
})

suite('two processes share one focus', async () => {
  const one = createRedisFocus(open(inject('redisUrl')), HOUR)
  const other = createRedisFocus(open(inject('redisUrl')), HOUR)
  const [userId, a, b] = [uuidv7(), uuidv7(), uuidv7()]
  await one.note({ userId, traceIds: [a] })
  await other.note({ userId, traceIds: [b] })
  expect((await one.read(userId)).traceIds).toEqual([b, a])
})

suite(
  'a Redis that is killed costs a short while, is named, throws nothing, and is used again when it is back',
  async () => {
    const part = await ownRedis()
    const changes: boolean[] = []
    const link = openRedis({ url: part.url, onChange: (there) => void changes.push(there) })
    onTestFinished(() => link.close())
    const focus = createRedisFocus(link, HOUR)
    const userId = uuidv7()
    const note = async () => await focus.note({ userId, traceIds: [uuidv7()], query: 'tulips' })
    expect(await note()).toBe(true)

    // While questions are on their way.
    const storm = Array.from({ length: 50 }, async (_, n) => {
      if (n === 25) await part.kill()
      return await note()
    })
    for (const kept of await Promise.all(storm)) expect(typeof kept).toBe('boolean')
    await vi.waitFor(() => expect(changes.at(-1)).toBe(false))
    const began = performance.now()
    expect(await focus.read(userId)).toMatchObject({ degraded: true, traceIds: [] })
    expect(await note()).toBe(false)
    expect(await focus.forget(userId, [uuidv7()])).toBe(false)
    expect(await focus.erase(userId)).toBe(false)
    expect(performance.now() - began).toBeLessThan(4 * REDIS_DEADLINE_MS)
    expect(await link.answers()).toBe(false)

    await part.restart()
    await expect.poll(note, { timeout: 10_000 }).toBe(true)
    expect(await focus.read(userId)).toMatchObject({ degraded: false })
    expect(changes).toEqual([true, false, true])
  },
)

suite('a Redis that is frozen costs one deadline in a while, not one a question', async () => {
  const part = await ownRedis()
  const focus = createRedisFocus(open(part.url), HOUR)
  const userId = uuidv7()
  await focus.note({ userId, traceIds: [uuidv7()] })
  part.freeze()
  const began = performance.now()
  for (let n = 0; n < 20; n += 1) {
    expect(await focus.read(userId)).toMatchObject({ degraded: true })
  }
  expect(performance.now() - began).toBeLessThan(5 * REDIS_DEADLINE_MS)
  part.thaw()
  await expect
    .poll(async () => (await focus.read(userId)).degraded, { timeout: 10_000 })
    .toBe(false)
})

suite('an address where nobody answers is away at once, and stays so', async () => {
  const focus = createRedisFocus(open('redis://127.0.0.1:1'), HOUR)
  const began = performance.now()
  expect(await focus.read(uuidv7())).toMatchObject({ degraded: true })
  expect(await focus.note({ userId: uuidv7(), query: 'tulips' })).toBe(false)
  expect(performance.now() - began).toBeLessThan(1_000)
})
