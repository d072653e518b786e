import { inject, expect, test } from 'vitest'
import { startApi } from '../../src/server.ts'
import { openRedis } from '../../src/stores/redis.ts'
import { createTokenBuckets } from '../../src/domain/token-bucket.ts'
import { createRequestRates } from '../../src/stores/request-rates.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type Answer } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip
const HERE = { host: '127.0.0.1', port: 0 }

const recall = { body: { q: 'tea', user_id: 'ann' } }
const memory = { body: { content: 'I like tea.', user_id: 'ann' } }

function told({ headers }: Answer) {
  return [headers.get('ratelimit-policy'), headers.get('ratelimit')]
}

suite(
  'a key has so many reads, writes and pieces of work a second, and no other key’s',
  async () => {
    await using memoir = await createApiFixture({
      env: { RATE_LIMIT_READS: '3', RATE_LIMIT_WRITES: '2', RATE_LIMIT_WORK: '1' },
    })
    const key = await memoir.key({ role: 'service' })

    const first = await memoir.send('/v1/recall', { key, ...recall })
    expect(first.status).toBe(200)
    expect(told(first)).toEqual(['"reads";q=3;w=1', '"reads";r=2;t=1'])
    const reads = await Promise.all(
      Array.from({ length: 9 }, async () => await memoir.send('/v1/jobs', { key })),
    )
    const refused = reads.filter(({ status }) => status === 429)
    // Some may have been given back meanwhile.
    expect(refused.length).toBeGreaterThan(4)
    expect(refused[0]?.json).toMatchObject({
      error: { code: 'rate_limited', details: { limit: 'reads', per_second: 3 } },
    })
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    expect(told(refused[0] as Answer)).toEqual(['"reads";q=3;w=1', '"reads";r=0;t=1'])

    const writes = await Promise.all(
      Array.from({ length: 6 }, async () => await memoir.send('/v1/memories', { key, ...memory })),
    )
    expect(writes.filter(({ status }) => status === 202).length).toBeGreaterThanOrEqual(2)
    expect(writes.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2)
    const work = await Promise.all(
      Array.from({ length: 4 }, async () => await memoir.send('/v1/backfills', { body: {} })),
    )
    expect(work.map(({ status }) => status)).toContain(202)
    expect(work.map(({ status }) => status)).toContain(429)
    const other = await memoir.key({ role: 'reader' })
    expect((await memoir.send('/v1/jobs', { key: other })).status).toBe(200)
    expect((await memoir.send('/health/live', { key: null })).headers.get('ratelimit')).toBeNull()
  },
)

suite('a tool that writes counts as a write, and says how to put it right', async () => {
  await using memoir = await createApiFixture({ env: { RATE_LIMIT_WRITES: '1' } })
  const key = await memoir.key({ role: 'service', user: 'ann' })
  const call = { name: 'add_memories', arguments: { text: 'I like tea.' } }
  const answers = await Promise.all(
    Array.from({ length: 4 }, async () => await memoir.send('/mcp/tool/call', { key, body: call })),
  )
  const errors = answers.map(({ json }) => json.structuredContent.error?.code)
  expect(errors).toContain(undefined)
  expect(errors).toContain('rate_limited')
})

suite('wrong keys are slowed by address, and good ones from there are not', async () => {
  await using memoir = await createApiFixture()
  const api = await startApi(memoir.services, HERE)
  const ask = async (key: string) =>
    await fetch(`${api.url}/v1/jobs`, { headers: { authorization: `Bearer ${key}` } })
  const key = await memoir.key({ role: 'reader' })

  const wrong = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => await ask(`mk_wrong_${n}`)),
  )

  const statuses = wrong.map(({ status }) => status)
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10)
  const slowed = wrong.find(({ status }) => status === 429)
  expect(Number(slowed?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await ask(key)).status).toBe(200)
  await api.close()
})

test.skipIf(inject('redisUrl') === '')(
  'processes with one Redis count together, and each by itself when it is away',
  async () => {
    const open = () => openRedis({ url: inject('redisUrl'), onChange: () => undefined })
    const links = [open(), open()]
    const rates = links.map((link) => createRequestRates(link))
    const bucket = `test-${performance.now()}`
    await links[0]?.answers()
    await links[1]?.answers()
    const takes = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await rates[n % 2]?.take(bucket, 4)),
    )
    const allowed = takes.filter((taken) => taken?.allowed).length
    expect(allowed).toBeGreaterThanOrEqual(4)
    expect(allowed).toBeLessThan(8)

    for (const link of links) link.close()
    const alone = await Promise.all(
      Array.from({ length: 20 }, async () => await rates[0]?.take(bucket, 4)),
    )
    expect(alone.filter((taken) => taken?.allowed)).toHaveLength(4)
  },
)

test('a bucket fills again, and full ones are forgotten', () => {
  let now = 0
  const rates = createTokenBuckets(() => now)
  const rate = { perSecond: 2, capacity: 2 }
  const take = () => rates.take('one', rate)
  expect([take().allowed, take().allowed, take()]).toEqual([
    true,
    true,
    { allowed: false, remaining: 0, waitMs: 500 },
  ])
  now = 500
  expect([take().allowed, take().allowed]).toEqual([true, false])
  now = 60_000
  expect(take()).toEqual({ allowed: true, remaining: 1, waitMs: 500 })
})
