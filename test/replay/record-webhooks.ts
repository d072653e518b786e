import { test, vi } from 'vitest'
import { createDeliveryWorld, happen } from '../events/delivery-world.ts'
import { createEndpoint } from '../events/endpoint.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records deliveries to an endpoint that failed first', async () => {
  await using world = await createDeliveryWorld()
  await using endpoint = await createEndpoint()
  endpoint.answer(500)
  const { id } = await world.hook(endpoint)
  const { db, namespaceId } = world.memoir
  await happen(db, { namespaceId, user: 'ann', count: 2 })
  await vi.waitUntil(() => endpoint.heard.length > 1, 30_000)
  endpoint.answer(200)
  const { temporal } = world.memoir.services
  const workflowId = `webhook:${id}`
  const handle = temporal.client.workflow.getHandle(workflowId)
  await vi.waitUntil(async () => (await handle.describe()).status.name === 'COMPLETED', 30_000)
  await recordHistory(temporal, { workflowId }, 'webhook-delivered')
})
