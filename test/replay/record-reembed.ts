import { expect, test, vi } from 'vitest'
import { createReembeds } from '../../src/reembed/service.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { ensureActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { createJobFixture } from '../support/job-fixture.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records a re-embedding', async () => {
  await using memoir = await createJobFixture()
  await memoir.work()
  const { config, db, namespaceId } = memoir
  const space = (dimensions: number) => createHashingEmbedder({ dimensions, precision: 'fp16' })
  await ensureActiveSpace(db, space(32).identity)
  const reembeds = createReembeds({
    config,
    db,
    metrics: memoir.services.metrics,
    embedder: space(64),
    inForce: async () => await Promise.resolve(config),
    launch: (row) => void memoir.start(row),
    onChange: () => undefined,
  })
  const { id } = await reembeds.accept({ namespaceId, actor: 'admin', undo: false })
  const { workflow_id: workflowId } = await memoir.untilState(id, 'succeeded')
  const handle = memoir.temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
    10_000,
  )
  await recordHistory(memoir.temporal, { workflowId }, 'reembed-done')
})
