import { expect, test, vi } from 'vitest'
import type { Services } from '../../src/services.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Records histories of writes of memories: MEMOIR_RECORD_HISTORIES=true vitest run */

const AWAY = {
  GRAPH_BACKEND: 'neo4j',
  NEO4J_URI: 'bolt://127.0.0.1:1',
  PERSISTENCE_RETRY_ATTEMPTS: '2',
  PERSISTENCE_RETRY_DELAY_MS: '5',
}

async function store({ memories }: Services, namespaceId: string) {
  return await memories.store({
    namespaceId,
    userId: 'ann',
    memories: [{ content: 'Ann rows.', scope: 'personal' }],
    extractEntities: true,
  })
}

async function record(memoir: TestMemoir, jobId: string, name: string): Promise<void> {
  const { workflow_id: workflowId } = await memoir.job(jobId)
  const { temporal } = memoir.services
  const handle = temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).not.toBe('RUNNING'),
    10_000,
  )
  await recordHistory(temporal, { workflowId }, name)
}

test('records a memory that is stored, and deleted for good', async () => {
  await using memoir = await createTestMemoir()
  const { services, namespaceId } = memoir
  const { ids, job } = await store(services, namespaceId)
  expect(await memoir.until(job, 'succeeded')).toMatchObject({ attempts: 1 })
  await record(memoir, job, 'memory-done')
  const gone = await services.memories.remove({
    key: { namespaceId, id: ids[0] ?? '' },
    hard: true,
    cascade: true,
  })
  expect(await memoir.until(gone.job, 'succeeded')).toMatchObject({ attempts: 1 })
  await record(memoir, gone.job, 'memory-deleted')
})

test('records memories that are finished together', async () => {
  await using memoir = await createTestMemoir()
  const { services, namespaceId } = memoir
  await store(services, namespaceId)
  const stored = await Promise.all([1, 2, 3].map(async () => await store(services, namespaceId)))
  const jobs = await Promise.all(
    stored.map(async ({ job }) => await memoir.until(job, 'succeeded')),
  )
  const shared = jobs.find(({ workflow_id: id }) => id.startsWith('memories:'))
  expect(shared).toMatchObject({ attempts: 1 })
  await record(memoir, shared?.id ?? '', 'memories-together')
})

test('records a memory whose graph follows later, and one that is taken back without it', async () => {
  await using memoir = await createTestMemoir(AWAY)
  const later = await store(memoir.services, memoir.namespaceId)
  expect(await memoir.until(later.job, 'succeeded')).toMatchObject({ attempts: 1 })
  await record(memoir, later.job, 'memory-graph-later')
  await memoir.restart({ ...AWAY, PERSISTENCE_ROLLBACK_ON_PARTIAL_FAILURE: 'true' })
  const { job } = await store(memoir.services, memoir.namespaceId)
  expect(await memoir.until(job, 'failed')).toMatchObject({ error: { code: 'graph_unavailable' } })
  await record(memoir, job, 'memory-taken-back')
})
