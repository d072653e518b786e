import { Redis } from 'ioredis'
import { expect, inject, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createMemoriesFixture } from './memories-fixture.ts'

const suite = hasPostgres && hasTemporal && inject('redisUrl') !== '' ? test : test.skip

suite('a memory that is deleted for good is not kept in mind any more', async () => {
  await using memoir = await createMemoriesFixture({ REDIS_URL: inject('redisUrl') })
  await memoir.remember('The teapot is blue.')
  const { rows } = await memoir.db.query<{ id: string; userId: string }>(
    'select id, user_id as "userId" from memoir.memory_trace',
  )
  const [{ id, userId } = { id: '', userId: '' }] = rows
  // As a question that shows it would: past the deadline of recall, which a busy machine may miss.
  const redis = new Redis(inject('redisUrl'))
  const inMind = `memoir:focus:{${userId}}:traces`
  await redis.lpush(inMind, id)
  try {
    await memoir.send(`/v1/memories/${id}?hard=true`, { method: 'DELETE' })
    await vi.waitFor(async () => expect(await redis.lrange(inMind, 0, -1)).toEqual([]), 60_000)
  } finally {
    redis.disconnect()
  }
})
