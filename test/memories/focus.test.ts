import { expect, inject, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createMemoriesFixture } from './memories-fixture.ts'

const suite = hasPostgres && hasTemporal && inject('redisUrl') !== '' ? test : test.skip

suite('a memory that is deleted for good is not kept in mind any more', async () => {
  await using memoir = await createMemoriesFixture({ REDIS_URL: inject('redisUrl') })
  const id = await memoir.remember('The teapot is blue.')
  const { rows } = await memoir.db.query<{ id: string }>('select id from memoir.memory_user')
  const inMind = async () =>
    (await memoir.memoir.services.focus.read(rows[0]?.id ?? '')).traceIds.includes(id)
  await memoir.send('/v1/recall?user_id=maya&q=teapot')
  await vi.waitFor(async () => expect(await inMind()).toBe(true), 30_000)
  const path = `/v1/memories/${id}?hard=true`
  const { status } = await memoir.send(path, { method: 'DELETE', headers: { prefer: 'wait=60' } })
  expect([status, await inMind()]).toEqual([200, false])
})
