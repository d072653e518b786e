import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { createFollowing } from '../../src/jobs/follow.ts'
import type { FollowRequest } from '../../src/jobs/jobs.ts'
import type { Queryable } from '../../src/stores/database.ts'
import { createApiFixture, requestOf, type ApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

/** The statements that go through it are counted. */
function counting(db: Queryable) {
  const counted = { statements: 0, atOnce: 0, most: 0 }
  const query: Queryable['query'] = async (...given) => {
    counted.statements += 1
    counted.atOnce += 1
    counted.most = Math.max(counted.most, counted.atOnce)
    try {
      return await db.query(...given)
    } finally {
      counted.atOnce -= 1
    }
  }
  return { counted, db: { query } }
}

const never = new AbortController().signal

async function read(jobs: AsyncGenerator<Job, void, undefined>, states: string[]): Promise<void> {
  for await (const { state } of jobs) states.push(state)
}

const setState = async (memoir: ApiFixture, ids: readonly string[], state: string) =>
  await memoir.db.query('update memoir.job set state = $2 where id = any($1::uuid[])', [ids, state])

suite('whoever follows costs nothing more than one who does', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  const ids: string[] = []
  for (let n = 0; n < 40; n += 1) ids.push(await memoir.job({ state: 'running' }))
  const { counted, db } = counting(memoir.db)
  const { follow } = createFollowing(db)
  const told: string[][] = []
  const all = ids.flatMap((id) =>
    (['watching', 'waiting', 'watching'] as const).map(async (pace) => {
      const states: string[] = []
      told.push(states)
      await read(follow({ namespaceId, id, pace }, never), states)
    }),
  )
  await expect.poll(() => told.filter(({ length }) => length === 1)).toHaveLength(120)
  const before = counted.statements
  await sleep(1_000)
  // One follower that waits asks some twenty times in its first second.
  expect(counted.statements - before).toBeLessThan(40)
  expect(counted.most).toBe(1)

  await setState(memoir, ids, 'paused')
  await expect.poll(() => told.filter(({ length }) => length === 2)).toHaveLength(120)
  await setState(memoir, ids, 'succeeded')
  await Promise.all(all)

  expect(new Set(told.map((states) => states.join(' ')))).toEqual(
    new Set(['running paused succeeded']),
  )
  const after = counted.statements
  await sleep(600)
  expect(counted.statements).toBe(after)
})

suite('a follower is told how it ends: the job, its key, or itself', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  const other = await memoir.namespace('other')
  const id = await memoir.job({ state: 'running' })
  const { follow } = createFollowing(memoir.db)
  const ending = async (request: Partial<FollowRequest>, signal = never) => {
    const states: string[] = []
    const how = await read(
      follow({ namespaceId, id, pace: 'watching', ...request }, signal),
      states,
    ).then(
      () => 'ended',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
    return [how, states.length]
  }
  await memoir.key({ role: 'reader' })
  const { rows } = await memoir.db.query<{ id: string }>('select id from memoir.api_key')
  const leaving = new AbortController()

  const ofOthers = ending({ namespaceId: other })
  const withKey = ending({ keyId: rows[0]?.id ?? '' })
  const left = ending({}, leaving.signal)
  const removed = ending({})
  expect(await ofOthers).toEqual(['not_found', 0])
  await sleep(100)
  leaving.abort()
  expect(await left).toEqual(['ended', 1])
  await memoir.db.query('update memoir.api_key set revoked_at = now()')
  expect(await withKey).toEqual(['unauthorized', 1])
  await memoir.db.query('delete from memoir.job')
  expect(await removed).toEqual(['not_found', 1])
})

suite('streams of one key are counted, and given back', async () => {
  await using memoir = await createApiFixture()
  const id = await memoir.job({ state: 'running' })
  const key = await memoir.key({ role: 'reader' })
  const open = async (of = key) =>
    await memoir.app.request(`/v1/jobs/${id}/events`, requestOf({ key: of }))
  const streams = await Promise.all(Array.from({ length: 500 }, async () => await open()))
  expect(streams.every(({ status }) => status === 200)).toBe(true)

  const refused = await open()
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ error: { code: 'rate_limited' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const others = await open(await memoir.key({ role: 'reader' }))
  expect(others.status).toBe(200)

  await streams.pop()?.body?.cancel()
  await expect
    .poll(async () => {
      const again = await open()
      streams.push(again)
      return again.status
    })
    .toBe(200)
  await setState(memoir, [id], 'succeeded')
  await Promise.all([...streams, others].map(async (stream) => await stream.text()))
})
