import { expect, test, vi } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { nightlyScheduleIds } from '../../src/temporal/ids.ts'
import { gate, untilStopped } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records a backfill that is done', async () => {
  await using memoir = await createJobFixture({ pages: 3 })
  await memoir.work()
  const { id, workflow_id: workflowId } = await memoir.accept()
  expect(await memoir.untilState(id, 'succeeded')).toMatchObject({ attempts: 1 })
  await closed(memoir, workflowId, 'COMPLETED')
  await recordHistory(memoir.temporal, { workflowId }, 'backfill-done')
})

test('records a backfill that fails', async () => {
  await using memoir = await createJobFixture({
    onPage(page) {
      if (page === 2) throw new MemoirError('vendor_unauthorized', '')
    },
  })
  await memoir.work()
  const { id, workflow_id: workflowId } = await memoir.accept()
  expect(await memoir.untilState(id, 'failed')).toMatchObject({ attempts: 1 })
  await closed(memoir, workflowId, 'FAILED')
  await recordHistory(memoir.temporal, { workflowId }, 'backfill-failed')
})

test('records a backfill that is paused and goes on', async () => {
  const { passed, open } = gate()
  await using memoir = await createJobFixture({ onPage: async () => await passed })
  await memoir.work()
  const { id, workflow_id: workflowId } = await memoir.accept()
  await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 10_000)
  await memoir.temporal.client.workflow.getHandle(workflowId).signal('pause')
  open()
  await memoir.untilState(id, 'paused')
  await memoir.jobs.control(memoir.key(id), 'resume')
  expect(await memoir.untilState(id, 'succeeded')).toMatchObject({ attempts: 1 })
  await closed(memoir, workflowId, 'COMPLETED')
  await recordHistory(memoir.temporal, { workflowId }, 'backfill-paused')
})

test('records a backfill that is cancelled', async () => {
  await using memoir = await createJobFixture({
    onPage: async (_, hooks) => await untilStopped(hooks),
  })
  await memoir.work()
  const { id, workflow_id: workflowId } = await memoir.accept()
  await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 10_000)
  await memoir.jobs.control(memoir.key(id), 'cancel')
  expect(await memoir.untilState(id, 'cancelled')).toMatchObject({ attempts: 1 })
  await closed(memoir, workflowId, 'CANCELLED')
  await recordHistory(memoir.temporal, { workflowId }, 'backfill-cancelled')
})

test('records the first run of a backfill that continues as new', async () => {
  await using memoir = await createJobFixture({ pages: 2 })
  await memoir.work()
  const row = await memoir.insert()
  const handle = await memoir.start(row, { job: { pagesPerRun: 1 } })
  expect(await memoir.untilState(row.id, 'succeeded')).toMatchObject({ attempts: 1 })
  const { workflowId } = row
  const runId = handle.firstExecutionRunId
  await recordHistory(memoir.temporal, { workflowId, runId }, 'backfill-continued')
})

test('records a nightly run that is done', async () => {
  await using memoir = await createJobFixture({ pages: 2 })
  await memoir.work()
  const { namespaceId } = memoir
  const { id, workflow_id: workflowId } = (await memoir.jobs.acceptNightly({ namespaceId })).job
  expect(await memoir.untilState(id, 'succeeded')).toMatchObject({ attempts: 1 })
  await closed(memoir, workflowId, 'COMPLETED')
  await recordHistory(memoir.temporal, { workflowId }, 'nightly-done')
})

test('records a nightly run that continues as new', async () => {
  await using memoir = await createJobFixture({ pages: 2 })
  await memoir.work()
  const row = await memoir.insert('nightly')
  const handle = await memoir.start(row, { job: { pagesPerRun: 1 } })
  expect(await memoir.untilState(row.id, 'succeeded')).toMatchObject({ attempts: 1 })
  const { workflowId } = row
  const runId = handle.firstExecutionRunId
  await recordHistory(memoir.temporal, { workflowId, runId }, 'nightly-continued')
  await recordHistory(memoir.temporal, { workflowId }, 'nightly-continuation')
})

test('records what a schedule starts', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  await memoir.work()
  const subject = { namespaceId: memoir.namespaceId, source: memoir.config.SOURCE_NAME }
  const { scheduleId } = nightlyScheduleIds(subject)
  await memoir.services.schedules.keep()
  const handle = memoir.temporal.client.schedule.getHandle(scheduleId)
  await handle.trigger()
  const workflowId = await vi.waitUntil(
    async () => (await handle.describe()).info.recentActions[0]?.action.workflow.workflowId,
    10_000,
  )
  expect(workflowId).toContain(memoir.namespaceId)
  await closed(memoir, workflowId, 'COMPLETED')
  await recordHistory(memoir.temporal, { workflowId }, 'scheduled-nightly')
})

async function closed(
  memoir: Awaited<ReturnType<typeof createJobFixture>>,
  workflowId: string,
  status: string,
): Promise<void> {
  const handle = memoir.temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(async () => expect((await handle.describe()).status.name).toBe(status), 10_000)
}
