import { expect, test, vi } from 'vitest'
import { acceptErasure } from '../../src/forget/accept-erasure.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { createJobFixture } from '../support/job-fixture.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records an erasure', async () => {
  await using memoir = await createJobFixture({ env: { ERASE_WAIT_SECONDS: '1' } })
  await memoir.work()
  const { config, db, namespaceId } = memoir
  await ensureUsers(db, namespaceId, ['ann'])
  const launch = (row: Parameters<typeof memoir.start>[0]) => void memoir.start(row)
  const request = { namespaceId, name: 'ann', actor: 'admin' }
  const { id } = await acceptErasure({ config, db, launch }, request)
  const { workflow_id: workflowId } = await memoir.untilState(id, 'succeeded')
  const handle = memoir.temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
    10_000,
  )
  await recordHistory(memoir.temporal, { workflowId }, 'erase-done')
})
