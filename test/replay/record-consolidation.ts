import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { argumentOf } from '../../src/jobs/arguments.ts'
import { findJobRow, insertJob, markStarted } from '../../src/stores/jobs/jobs.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { workflowIdOf } from '../../src/temporal/ids.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records a day and a night', async () => {
  await using memoir = await createTestMemoir()
  const { namespaceId, services } = memoir
  const day = await remember(memoir)
  const { temporal } = services
  const one = await services.consolidations.accept({
    namespaceId,
    userId: 'ann',
    day,
    dryRun: false,
  })
  const { workflow_id: dayRun } = await memoir.until(one.id, 'succeeded')
  expect(await services.consolidations.show({ namespaceId, id: one.id })).toMatchObject({
    state: 'applied',
  })
  await closed(memoir, dayRun)
  await recordHistory(temporal, { workflowId: dayRun }, 'consolidation-done')

  const night = await services.consolidations.accept({ namespaceId, dryRun: false })
  const { workflow_id: nightRun } = await memoir.until(night.id, 'succeeded')
  await closed(memoir, nightRun)
  await recordHistory(temporal, { workflowId: nightRun }, 'dream-done')

  await memoir.db.query(`update memoir.memory_trace set revision = revision + 1`)
  const id = randomUUID()
  const workflowId = workflowIdOf('dream', id)
  const job = { id, namespaceId, userId: null, kind: 'dream' as const, workflowId, lockKey: null }
  await insertJob(memoir.db, { ...job, request: { day: null, dryRun: false } })
  const row = await findJobRow(memoir.db, { namespaceId, id })
  if (row === null) throw new Error('the row is gone')
  const handle = await temporal.client.workflow.start('dream', {
    workflowId,
    taskQueue: temporal.taskQueue,
    memo: { jobId: id, attempt: 1 },
    args: [{ ...argumentOf(row, 5), looksPerRun: 1 }],
  })
  const runId = handle.firstExecutionRunId
  await markStarted(memoir.db, { id, runId, attempt: 1 })
  await memoir.until(id, 'succeeded')
  await recordHistory(temporal, { workflowId, runId }, 'dream-continued')
}, 90_000)

async function remember({ db, namespaceId }: TestMemoir): Promise<string> {
  const userId = (await ensureUsers(db, namespaceId, ['ann'])).get('ann') ?? ''
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), $1, 'note', 'Ann walked along the river on day ' || d, '', now() - make_interval(days => d)
       from generate_series(1, 3) as d`,
    [userId],
  )
  await db.query('update memoir.memory_user set trace_count = 3, write_seq = write_seq + 1')
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
}

async function closed({ services }: TestMemoir, workflowId: string): Promise<void> {
  const handle = services.temporal.client.workflow.getHandle(workflowId)
  const done = async () => expect((await handle.describe()).status.name).toBe('COMPLETED')
  await vi.waitFor(done, 10_000)
}
