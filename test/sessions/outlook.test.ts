import { expect, test } from 'vitest'
import { acceptSession } from '../../src/sessions/accept.ts'
import { createOutlooks, inWords } from '../../src/sessions/outlook.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

const post = async (db: Database, namespaceId: string, userId: string, text: string) =>
  await acceptSession(
    { db, launcher: { launch: () => undefined } },
    { namespaceId, userId, collection: '', turns: parseTranscript(text), metadata: {} },
  )

suite('places are counted from rows, by all who count', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const namespaceId = await defaultNamespace(db)
  const [one, other] = [createOutlooks(db), createOutlooks(db)]
  const reach = { namespaceId, collection: '' }
  const places: number[] = []
  const posts: Awaited<ReturnType<typeof post>>[] = []
  for (const text of ['a', 'b', 'c']) {
    const accepted = await post(db, namespaceId, 'ann', text)
    posts.push(accepted)
    places.push((await one(reach, accepted)).position)
  }
  const last = await post(db, namespaceId, 'bob', 'd')
  places.push((await other(reach, last)).position)
  expect(places).toEqual([1, 2, 3, 4])
  expect((await other({ ...reach, userId: last.userId }, last)).position).toBe(1)
  const second = posts[1]
  if (!second) throw new Error('there is none')
  expect((await one(reach, { ...second, fresh: false })).position).toBe(2)
  expect((await one(reach, { ...second, fresh: false, status: 'processed' })).seconds).toBe(0)
})

suite('times come from how long posts took, and how many were worked on at once', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const namespaceId = await defaultNamespace(db)
  const reach = { namespaceId, collection: '' }
  const waiting = await post(db, namespaceId, 'ann', 'waiting')
  expect(await createOutlooks(db)(reach, waiting)).toEqual({
    position: 1,
    seconds: null,
    words: '2-5 minutes',
  })
  for (const [index, from] of [60, 60, 30, 30].entries()) {
    const { jobId } = await post(db, namespaceId, 'ann', `done ${index}`)
    await db.query(`update memoir.job set state = 'succeeded' where id = $1`, [jobId])
    await db.query(
      `update memoir.raw_session set started_at = now() - make_interval(secs => $2),
              processed_at = now() - make_interval(secs => $2 - 30) where job_id = $1`,
      [jobId, from],
    )
  }
  expect(await createOutlooks(db)(reach, waiting)).toEqual({
    position: 1,
    seconds: 30,
    words: '30-60 seconds',
  })
  for (const text of ['b', 'c']) await post(db, namespaceId, 'ann', text)
  const last = await post(db, namespaceId, 'ann', 'd')
  // Four wait, and two were worked on at once.
  const { position, seconds } = await createOutlooks(db)(reach, last)
  expect(position).toBe(4)
  expect(seconds).toBeCloseTo(60, -1)
})

test('times in words', () => {
  expect([0.2, 1, 12, 59, 60, 90, 600, 4_000].map(inWords)).toEqual([
    '1-2 seconds',
    '1-2 seconds',
    '12-24 seconds',
    '59-118 seconds',
    '1-2 minutes',
    '1-3 minutes',
    '10-20 minutes',
    '66-134 minutes',
  ])
})
