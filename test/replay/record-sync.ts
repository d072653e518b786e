import { expect, test, vi } from 'vitest'
import { createJobFixture } from '../support/job-fixture.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records a comparison of graph and record', async () => {
  await using memoir = await createJobFixture()
  await memoir.work()
  const { namespaceId } = memoir
  const request = { operation: 'check', dryRun: false, clearExisting: false, limit: null } as const
  const { id } = await memoir.services.syncs.accept({ namespaceId, ...request })
  const { workflow_id: workflowId } = await memoir.untilState(id, 'succeeded')
  const handle = memoir.temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
    10_000,
  )
  await recordHistory(memoir.temporal, { workflowId }, 'sync-done')
})
