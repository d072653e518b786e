import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { JobState } from '../../src/domain/job.ts'
import type { Database } from '../../src/stores/database.ts'
import { getJob, listJobs } from '../../src/stores/jobs/job-list.ts'
import {
  applyReport,
  cancelUnstarted,
  findJobRow,
  findSilent,
  findUnheeded,
  findUnstarted,
  insertJob,
  markChecked,
  markStarted,
  mirrorClosed,
  noteStepFailure,
  resetForRetry,
  setControl,
} from '../../src/stores/jobs/jobs.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

async function createRows(db: Database) {
  const { rows } = await db.query<{ id: string }>(`select id from memoir.namespace`)
  const namespaceId = rows[0]?.id ?? ''
  const row = async (id: string) => {
    const found = await findJobRow(db, { namespaceId, id })
    if (!found) throw new Error('no such row')
    return found
  }
  return {
    namespaceId,
    row,
    async insert({
      id = randomUUID(),
      lockKey = null,
    }: { id?: string; lockKey?: string | null } = {}) {
      const workflowId = `backfill:${id}`
      const inserted = await insertJob(db, {
        id,
        namespaceId,
        userId: null,
        workflowId,
        lockKey,
        kind: 'backfill',
        request: {},
      })
      return { id, inserted }
    },
    async report(jobId: string, runId: string, seq: number, state: JobState) {
      return (await applyReport(db, { jobId, runId, seq, state, error: null })) !== null
    },
  }
}

test.skipIf(!hasPostgres)(
  'one unfinished job holds a lock key, and a finished one lets go of it',
  async () => {
    await using test = await createTestDatabase()
    const jobs = await createRows(test.db)
    const first = await jobs.insert({ lockKey: 'same' })

    expect(await jobs.insert({ lockKey: 'same' })).toMatchObject({ inserted: false })
    await cancelUnstarted(test.db, first.id)
    expect(await jobs.insert({ lockKey: 'same' })).toMatchObject({ inserted: true })
  },
)

test.skipIf(!hasPostgres)(
  'a report that comes late, or from another run, changes nothing',
  async () => {
    await using test = await createTestDatabase()
    const jobs = await createRows(test.db)
    const { id } = await jobs.insert()

    expect(await jobs.report(id, 'run-1', 1, 'running')).toBe(true)
    expect(await jobs.report(id, 'run-1', 2, 'paused')).toBe(true)
    expect(await jobs.report(id, 'run-1', 1, 'running')).toBe(false)
    expect(await jobs.report(id, 'run-2', 9, 'succeeded')).toBe(false)
    expect(await jobs.row(id)).toMatchObject({ state: 'paused', runId: 'run-1' })
  },
)

test.skipIf(!hasPostgres)('the same report twice counts as one', async () => {
  await using test = await createTestDatabase()
  const jobs = await createRows(test.db)
  const { id } = await jobs.insert()

  expect(await jobs.report(id, 'run-1', 1, 'running')).toBe(true)
  expect(await jobs.report(id, 'run-1', 1, 'running')).toBe(true)
})

test.skipIf(!hasPostgres)('a terminal state is never left', async () => {
  await using test = await createTestDatabase()
  const jobs = await createRows(test.db)
  const { id } = await jobs.insert()
  await jobs.report(id, 'run-1', 1, 'succeeded')

  expect(await jobs.report(id, 'run-1', 2, 'running')).toBe(false)
  expect(await setControl(test.db, id, 'cancel')).toBe(false)
  const error = { code: 'terminated', message: '', step: '' }
  expect(await mirrorClosed(test.db, { id, attempt: 1, state: 'failed', error })).toBe(false)
  await noteStepFailure(test.db, id, error)
  expect(await jobs.row(id)).toMatchObject({ state: 'succeeded', error: null })
})

test.skipIf(!hasPostgres)('after a retry the run before it is not listened to', async () => {
  await using test = await createTestDatabase()
  const jobs = await createRows(test.db)
  const { id } = await jobs.insert()
  await jobs.report(id, 'run-1', 1, 'failed')
  const before = await jobs.row(id)

  expect(await resetForRetry(test.db, before)).toBe(true)
  expect(await resetForRetry(test.db, before)).toBe(false)

  expect(await jobs.report(id, 'run-1', 2, 'succeeded')).toBe(false)
  await markStarted(test.db, { id, runId: 'run-1', attempt: 1 })
  expect(await jobs.row(id)).toMatchObject({
    state: 'queued',
    attempts: 2,
    runId: null,
    previousRunId: 'run-1',
    startedAt: null,
  })
  expect(await jobs.report(id, 'run-2', 1, 'running')).toBe(true)
})

test.skipIf(!hasPostgres)(
  'a failed report keeps the words that were noted for the same failure only',
  async () => {
    await using test = await createTestDatabase()
    const jobs = await createRows(test.db)
    const { id } = await jobs.insert()
    const refused = { code: 'vendor_refused', message: 'm', step: 's' }
    await noteStepFailure(test.db, id, { ...refused, detail: 'quoted' })

    const other = { code: 'internal', message: 'm', step: 's' }
    await applyReport(test.db, { jobId: id, runId: 'r', seq: 1, state: 'running', error: refused })
    expect((await jobs.row(id)).error).toEqual({ ...refused, detail: 'quoted' })
    await applyReport(test.db, { jobId: id, runId: 'r', seq: 2, state: 'failed', error: other })
    expect((await jobs.row(id)).error).toEqual(other)
  },
)

test.skipIf(!hasPostgres)('a control stands until a report shows that it was heeded', async () => {
  await using test = await createTestDatabase()
  const jobs = await createRows(test.db)
  const { id } = await jobs.insert()
  await jobs.report(id, 'run-1', 1, 'running')
  await setControl(test.db, id, 'pause')

  await jobs.report(id, 'run-1', 2, 'running')
  expect(await findUnheeded(test.db, 5)).toMatchObject([{ id, control: 'pause' }])
  await jobs.report(id, 'run-1', 3, 'paused')
  expect(await findUnheeded(test.db, 5)).toEqual([])
})

test.skipIf(!hasPostgres)(
  'the sweep finds what was not started and what fell silent, and looks at it once',
  async () => {
    await using test = await createTestDatabase()
    const jobs = await createRows(test.db)
    const unstarted = await jobs.insert()
    const silent = await jobs.insert()
    const talking = await jobs.insert()
    await jobs.report(silent.id, 'run-1', 1, 'running')
    await jobs.report(talking.id, 'run-2', 1, 'running')
    await test.db.query(
      `update memoir.job set created_at = now() - interval '1 hour',
            started_at = started_at - interval '1 hour',
            reported_at = case when id = $1 then reported_at else reported_at - interval '1 hour' end`,
      [talking.id],
    )
    const look = async () => await findSilent(test.db, { silentForMs: 60_000, limit: 5 })

    expect(await findUnstarted(test.db, { olderThanMs: 60_000, limit: 5 })).toMatchObject([
      { id: unstarted.id },
    ])
    expect(await look()).toMatchObject([{ id: silent.id }])
    await markChecked(test.db, [silent.id])
    expect(await look()).toEqual([])
  },
)

test.skipIf(!hasPostgres)(
  'a list goes on where its page ended, and one job has what a vendor said of it',
  async () => {
    await using test = await createTestDatabase()
    const jobs = await createRows(test.db)
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) ids.unshift((await jobs.insert()).id)
    const { namespaceId } = jobs
    await noteStepFailure(test.db, ids[0] ?? '', {
      code: 'vendor_refused',
      message: 'm',
      step: 's',
      detail: 'quoted',
    })

    const first = await listJobs(test.db, { namespaceId, limit: 3 })
    const cursor = first.next_cursor ?? ''
    const second = await listJobs(test.db, { namespaceId, limit: 3, cursor })

    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect(second.next_cursor).toBeNull()
    expect((await getJob(test.db, { namespaceId, id: ids[0] ?? '' }))?.error).toEqual({
      code: 'vendor_refused',
      message: 'm',
      step: 's',
      detail: 'quoted',
    })
    expect(await listJobs(test.db, { namespaceId, limit: 3, state: 'failed' })).toMatchObject({
      items: [],
    })
  },
)
