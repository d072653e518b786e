import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { SENTENCE } from '../../src/errors.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { gate } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'

const absent = !hasPostgres || !hasTemporal

test.skipIf(absent)('the same backfill twice at once is one job', async () => {
  await using memoir = await createJobFixture()

  const both = await Promise.all([memoir.accept(), memoir.accept()])

  expect(both[0].id).toBe(both[1].id)
  const { rows } = await memoir.db.query('select count(*)::int as n from memoir.job')
  expect(rows).toEqual([{ n: 1 }])
  await memoir.work()
  await memoir.untilState(both[0].id, 'succeeded')
  expect(memoir.ingest.begun).toEqual([both[0].id])
})

test.skipIf(absent)(
  'a backfill with other parameters is refused and names the one that runs',
  async () => {
    await using memoir = await createJobFixture()
    const { id } = await memoir.accept()

    await expect(memoir.accept({ pageSize: 7 })).rejects.toMatchObject({
      code: 'conflict',
      details: { job: id },
    })
  },
)

test.skipIf(absent)('once one has ended the next is a job of its own, even at once', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  await memoir.work()
  const ids: string[] = []
  for (let n = 0; n < 4; n += 1) {
    const { id } = await memoir.accept()
    await memoir.untilState(id, 'succeeded')
    ids.push(id)
  }

  expect(new Set(ids).size).toBe(4)
  expect(memoir.ingest.begun).toEqual(ids)
})

test.skipIf(absent)('a job that never started is cancelled at once', async () => {
  await using memoir = await createJobFixture()
  const row = await memoir.insert()

  const job = await memoir.jobs.control(memoir.key(row.id), 'cancel')

  expect(job).toMatchObject({ state: 'cancelled', started_at: null })
  expect(job.finished_at).not.toBeNull()
  await expect(memoir.jobs.control(memoir.key(row.id), 'cancel')).rejects.toMatchObject({
    code: 'conflict',
    details: { state: 'cancelled' },
  })
})

test.skipIf(absent)('a job paused before it starts, starts paused', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  const row = await memoir.insert()
  expect(await memoir.jobs.control(memoir.key(row.id), 'pause')).toMatchObject({ state: 'queued' })

  const worker = await memoir.work({ sweep: { unstartedAfterMs: 0 } })
  await worker.sweep()

  await memoir.untilState(row.id, 'paused')
  expect(memoir.ingest.begun).toEqual([])
  await memoir.jobs.control(memoir.key(row.id), 'resume')
  await memoir.untilState(row.id, 'succeeded')
})

test.skipIf(absent)(
  'pause and resume taken back before they are heeded leave nothing to repeat',
  async () => {
    const { passed, open } = gate()
    await using memoir = await createJobFixture({ pages: 2, onPage: async () => await passed })
    const worker = await memoir.work()
    const { id } = await memoir.accept()
    await memoir.untilState(id, 'running')

    await memoir.jobs.control(memoir.key(id), 'pause')
    await memoir.jobs.control(memoir.key(id), 'resume')
    await worker.sweep()
    open()

    await memoir.untilState(id, 'succeeded')
    const { rows } = await memoir.db.query('select control from memoir.job')
    expect(rows).toEqual([{ control: null }])
  },
)

test.skipIf(absent)('what is being cancelled can neither pause nor be retried', async () => {
  const { passed, open } = gate()
  await using memoir = await createJobFixture({ pages: 2, onPage: async () => await passed })
  await memoir.work()
  const { id } = await memoir.accept()
  await memoir.untilState(id, 'running')
  await memoir.jobs.control(memoir.key(id), 'cancel')

  const conflict = { code: 'conflict', details: { job: id } }
  await expect(memoir.jobs.control(memoir.key(id), 'pause')).rejects.toMatchObject(conflict)
  await expect(memoir.jobs.retry(memoir.key(id))).rejects.toMatchObject(conflict)
  open()
  await memoir.untilState(id, 'cancelled')
})

test.skipIf(absent)('a retry is refused while another job does the same work', async () => {
  await using memoir = await createJobFixture()
  const row = await memoir.insert()
  await memoir.jobs.control(memoir.key(row.id), 'cancel')
  await memoir.insert()

  await expect(memoir.jobs.retry(memoir.key(row.id))).rejects.toMatchObject({ code: 'conflict' })
})

test.skipIf(absent)('jobs of another namespace are not there', async () => {
  await using memoir = await createJobFixture()
  const { id } = await memoir.accept()
  const foreign = { namespaceId: randomUUID(), id }

  expect(await memoir.jobs.get(foreign)).toBeNull()
  await expect(memoir.jobs.control(foreign, 'cancel')).rejects.toMatchObject({ code: 'not_found' })
  await expect(memoir.jobs.retry(foreign)).rejects.toMatchObject({ code: 'not_found' })
  await expect(memoir.jobs.failures({ ...foreign, limit: 5 })).rejects.toMatchObject({
    code: 'not_found',
  })
  expect(await memoir.jobs.list({ namespaceId: foreign.namespaceId, limit: 5 })).toEqual({
    items: [],
    next_cursor: null,
  })
})

test.skipIf(absent)(
  'failures are listed page by page, each with the sentence of its code',
  async () => {
    await using memoir = await createJobFixture()
    const row = await memoir.insert()
    await memoir.db.query(
      `insert into memoir.ingested_conversation
       (namespace_id, source, conversation_id, message_count, token_estimate, pipeline_version, outcome, code)
     select $1::uuid, 'main', c, 1, 1, 1, o, code
       from unnest(array['a', 'b', 'c', 'd'], array['error', 'created', 'error', 'error'],
                   array['no_user', null, 'vendor_refused', 'a code of tomorrow']) as w(c, o, code)`,
      [memoir.namespaceId],
    )

    const first = await memoir.jobs.failures({ ...memoir.key(row.id), limit: 2 })
    const cursor = first.next_cursor ?? ''
    const second = await memoir.jobs.failures({ ...memoir.key(row.id), limit: 2, cursor })

    expect(first.items).toMatchObject([
      { conversation_id: 'a', code: 'no_user', message: SENTENCE.no_user },
      { conversation_id: 'c', code: 'vendor_refused', message: SENTENCE.vendor_refused },
    ])
    expect(second.items).toMatchObject([{ conversation_id: 'd', code: 'internal' }])
    expect(second.next_cursor).toBeNull()
  },
)
