import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { startWorker } from '../../src/worker.ts'
import { DELIVERY_ENV, happen } from '../events/delivery-world.ts'
import { createEndpoint } from '../events/endpoint.ts'
import { createTestDatabase } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records deliveries to an endpoint that failed first', async () => {
  await using store = await createTestDatabase()
  await using endpoint = await createEndpoint()
  const env = {
    DATABASE_URL: store.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: `record-${randomUUID()}`,
    MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
  }
  // As a default the key seals secrets and encrypts no history.
  const config = loadConfig(env, DELIVERY_ENV)
  const services = await createServices(config, pino({ level: 'silent' }))
  const worker = await startWorker(services)
  try {
    endpoint.answer(500)
    const namespaceId = await defaultNamespace(store.db)
    const wanted = { userId: null, types: null, includeContent: false, description: null }
    const { webhook } = await services.webhooks.create({
      ...wanted,
      namespaceId,
      url: endpoint.url,
      actor: 'admin',
    })
    await happen(store.db, { namespaceId, user: 'ann', count: 2 })
    await vi.waitUntil(() => endpoint.heard.length > 1, 30_000)
    endpoint.answer(200)
    const workflowId = `webhook:${webhook.id}`
    const handle = services.temporal.client.workflow.getHandle(workflowId)
    await vi.waitFor(
      async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
      30_000,
    )
    await recordHistory(services.temporal, { workflowId }, 'webhook-delivered')
  } finally {
    await worker.shutdown()
    await services.close()
  }
})
