import { createRoute, z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '../../domain/event.ts'
import { DELIVERY_STATES } from '../../domain/webhook.ts'
import { MemoirError, SENTENCE } from '../../errors.ts'
import type { Delivery } from '../../stores/events/delivery-list.ts'
import { eventCursor, positionOf } from '../../stores/events/events.ts'
import type { Webhook } from '../../stores/events/webhooks.ts'
import { ensureUsers } from '../../stores/memory-users.ts'
import type { ApiServices } from '../context.ts'
import type { Principal } from '../environment.ts'
import { deliverySchema, newWebhookSchema, webhookSchema } from '../event-schemas.ts'
import { listOf, pageQuery, present, text, userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { refuseIdempotencyKey } from '../idempotency.ts'
import { readPage } from '../lists.ts'
import { seesJobs, userOf } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { pageOf } from '../schemas.ts'

const MAX_URL_CHARS = 2_000
const MAX_CURSOR_CHARS = 2_000
const params = z.object({ id: uuid })
const guarded = { tags: ['events'], ...needs('service') }

const createWebhook = createRoute({
  method: 'post',
  path: '/v1/webhooks',
  operationId: 'createWebhook',
  summary: 'Have events sent to an address; its secret is shown this once',
  description:
    'Each event from now on is sent with POST, signed as Standard Webhooks say (`webhook-id`, `webhook-timestamp`, `webhook-signature`). Events of one user arrive in order. A delivery that fails is tried again for a day, then parked with the later events of its user. 410 disables the webhook.',
  ...guarded,
  request: {
    body: body(
      z.strictObject({
        url: text(MAX_URL_CHARS).openapi({ example: 'https://example.com/memoir' }),
        types: listOf(z.enum(EVENT_TYPES)).optional().openapi({
          description: 'Only events of these types; left out: all.',
        }),
        user_id: userId.optional().openapi({ description: 'Only events about this user.' }),
        include_content: z.boolean().default(false).openapi({
          description:
            'Sends `data.content` along: what the memory or the narrative says at that moment, while it is there.',
        }),
        description: text(200).optional(),
      }),
    ),
  },
  responses: {
    201: json(newWebhookSchema, 'The webhook, with its secret'),
    ...refuses('conflict', 'suppressed_user', 'payload_too_large', 'unsupported_media_type'),
  },
})

const listWebhooks = createRoute({
  method: 'get',
  path: '/v1/webhooks',
  operationId: 'listWebhooks',
  summary: 'List webhooks, newest first',
  ...guarded,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(webhookSchema), 'Webhooks, without secrets'), ...refuses() },
})

const deleteWebhook = createRoute({
  method: 'delete',
  path: '/v1/webhooks/{id}',
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook, with its deliveries',
  ...guarded,
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...refuses() },
})

const listDeliveries = createRoute({
  method: 'get',
  path: '/v1/webhooks/{id}/deliveries',
  operationId: 'listDeliveries',
  summary: 'What came of the deliveries of a webhook, the latest event first',
  ...guarded,
  request: {
    params,
    query: z.strictObject({ ...pageQuery, state: z.enum(DELIVERY_STATES).optional() }),
  },
  responses: { 200: json(pageOf(deliverySchema), 'Deliveries'), ...refuses() },
})

const replayWebhook = createRoute({
  method: 'post',
  path: '/v1/webhooks/{id}/replay',
  operationId: 'replayWebhook',
  summary: 'Deliver events again from a cursor, or try again what is parked',
  description:
    'With a cursor, of an event or a delivery, everything after it is delivered again, and what is parked before it is given up. Without one, what is parked is tried again. A webhook that was disabled is active again.',
  ...guarded,
  request: {
    params,
    body: body(z.strictObject({ cursor: text(MAX_CURSOR_CHARS).nullable().optional() })),
  },
  responses: {
    202: json(webhookSchema, 'The webhook'),
    ...refuses('payload_too_large', 'unsupported_media_type'),
  },
})

/** A key that is bound to scopes cannot see what a webhook receives, so it sees none. */
function keyOf(principal: Principal, id: string) {
  if (!seesJobs(principal)) throw new MemoirError('not_found', SENTENCE.not_found)
  const { namespaceId, user } = principal
  return present({ namespaceId, id, userId: user?.id })
}

function presentWebhook({ userName, includeContent, disabled, createdAt, ...webhook }: Webhook) {
  const { id, url, types, description, waiting, parked } = webhook
  return {
    id,
    url,
    types,
    user_id: userName,
    include_content: includeContent,
    description,
    state: disabled === null ? ('active' as const) : ('disabled' as const),
    waiting,
    parked,
    created_at: createdAt.toISOString(),
  }
}

const presentDelivery = (delivery: Delivery) => ({
  event_id: delivery.eventId,
  type: delivery.type,
  user_id: delivery.userName,
  state: delivery.state,
  attempts: delivery.attempts,
  response_status: delivery.responseStatus,
  error: delivery.error,
  created_at: delivery.createdAt.toISOString(),
  attempted_at: delivery.attemptedAt?.toISOString() ?? null,
  next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
  delivered_at: delivery.deliveredAt?.toISOString() ?? null,
  cursor: eventCursor(delivery.position - 1),
})

/** The user that a webhook is bound to: the key's own, or the one that is named. */
async function boundUser(
  { db }: Pick<ApiServices, 'db'>,
  principal: Principal,
  named: string | undefined,
): Promise<string | null> {
  if (principal.user === null && named === undefined) return null
  const name = userOf(principal, named)
  if (name === null) throw new MemoirError('not_found', SENTENCE.not_found)
  const id = (await ensureUsers(db, principal.namespaceId, [name])).get(name)
  if (id === undefined) throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
  return id
}

export const webhookRoutes = createRouter()
  .openapi(createWebhook, async (c) => {
    refuseIdempotencyKey(c.req.header('idempotency-key'))
    const { services, principal } = c.var
    if (!seesJobs(principal)) {
      throw new MemoirError('forbidden', 'A key that is bound to scopes cannot make webhooks.')
    }
    const wanted = c.req.valid('json')
    const { webhook, secret } = await services.webhooks.create({
      namespaceId: principal.namespaceId,
      userId: await boundUser(services, principal, wanted.user_id),
      url: wanted.url,
      types: wanted.types ?? null,
      includeContent: wanted.include_content,
      description: wanted.description ?? null,
      actor: principal.actor,
    })
    return c.json({ ...presentWebhook(webhook), secret }, 201)
  })
  .openapi(listWebhooks, async (c) => {
    const { services, principal } = c.var
    if (!seesJobs(principal)) return c.json({ items: [], next_cursor: null }, 200)
    const { limit, cursor } = c.req.valid('query')
    const { namespaceId, user } = principal
    const query = present({ namespaceId, userId: user?.id, limit, cursor })
    const page = await readPage(cursor, async () => await services.webhooks.list(query))
    return c.json({ items: page.items.map(presentWebhook), next_cursor: page.next_cursor }, 200)
  })
  .openapi(deleteWebhook, async (c) => {
    const { services, principal } = c.var
    await services.webhooks.remove(keyOf(principal, c.req.valid('param').id), principal.actor)
    return c.body(null, 204)
  })
  .openapi(listDeliveries, async (c) => {
    const { services, principal } = c.var
    const key = keyOf(principal, c.req.valid('param').id)
    const page = await services.webhooks.deliveries(key, present(c.req.valid('query')))
    return c.json({ items: page.items.map(presentDelivery), next_cursor: page.next_cursor }, 200)
  })
  .openapi(replayWebhook, async (c) => {
    const { services, principal } = c.var
    const key = keyOf(principal, c.req.valid('param').id)
    const { cursor } = c.req.valid('json')
    const { actor } = principal
    const after = cursor === undefined || cursor === null ? undefined : positionOf(cursor)
    const webhook = await services.webhooks.replay(key, present({ after, actor }))
    return c.json(presentWebhook(webhook), 202)
  })
