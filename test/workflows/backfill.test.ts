import { expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createJobFixture } from '../support/job-fixture.ts'

const real = test.skipIf(!hasPostgres || !hasTemporal)

real('an accepted backfill runs through its pages and the row says so', async () => {
  await using memoir = await createJobFixture({ pages: 3 })
  await memoir.work()

  const accepted = await memoir.accept()
  const done = await memoir.untilState(accepted.id, 'succeeded')

  expect(accepted).toMatchObject({ kind: 'backfill', state: 'queued', attempts: 1, error: null })
  expect(done).toMatchObject({ error: null, progress: { processed: 3 } })
  expect(done.started_at).not.toBeNull()
  expect(done.finished_at).not.toBeNull()
  expect(memoir.ingest.asked).toEqual([null, '1', '2'])
  expect(memoir.ingest.finished).toEqual([accepted.id])
})
