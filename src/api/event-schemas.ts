import { z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '../domain/event.ts'
import { DELIVERY_ERRORS, DELIVERY_STATES } from '../domain/webhook.ts'
import { ERROR_CODES } from '../errors.ts'
import { uuid } from './fields.ts'

/** The shapes of events and webhooks that are answered. Fields may be added and never renamed. */

export const eventSchema = z
  .object({
    id: uuid,
    type: z.enum(EVENT_TYPES),
    timestamp: z.iso.datetime(),
    user_id: z.string().nullable().openapi({
      description:
        'The caller’s own id; null for work of the whole namespace, and once nothing is left of a user.',
    }),
    data: z
      .object({
        memory_id: uuid.optional(),
        job_id: uuid.optional(),
        erasure_id: uuid.optional(),
        kind: z.string().optional().openapi({ description: 'Of the memory or the job.' }),
        code: z.enum(ERROR_CODES).optional().openapi({ description: 'Why the job failed.' }),
        version: z.int().optional().openapi({ description: 'Of the narrative.' }),
      })
      .openapi({ description: 'What it is about.' }),
    cursor: z.string().openapi({ description: 'As `cursor`: what comes after this event.' }),
  })
  .openapi('MemoryEvent')

export const webhookSchema = z
  .object({
    id: uuid,
    url: z.string(),
    types: z.array(z.enum(EVENT_TYPES)).readonly().nullable().openapi({
      description: 'Only events of these types; null: all.',
    }),
    user_id: z.string().nullable().openapi({ description: 'Only events about this user.' }),
    include_content: z.boolean(),
    description: z.string().nullable(),
    state: z.enum(['active', 'disabled']).openapi({
      description: 'Disabled when its endpoint answered 410; replaying makes it active again.',
    }),
    waiting: z.int().openapi({ description: 'Deliveries that have not arrived.' }),
    parked: z.int().openapi({ description: 'Those of them that wait for a replay.' }),
    created_at: z.iso.datetime(),
  })
  .openapi('Webhook')

export const newWebhookSchema = webhookSchema
  .extend({
    secret: z.string().openapi({
      description: 'Shown this once. Deliveries are signed with it as Standard Webhooks say.',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    }),
  })
  .openapi('NewWebhook')

const maybeTime = z.iso.datetime().nullable()

export const deliverySchema = z
  .object({
    event_id: uuid.openapi({ description: 'Sent as `webhook-id`.' }),
    type: z.enum(EVENT_TYPES),
    user_id: z.string().nullable(),
    state: z.enum(DELIVERY_STATES).openapi({
      description:
        'parked: failed as often as `WEBHOOK_RETRY_SECONDS` allows, or waits behind one of the same user that did. skipped: given up by a replay.',
    }),
    attempts: z.int(),
    response_status: z.int().nullable().openapi({ description: 'Of the last try.' }),
    error: z.enum(DELIVERY_ERRORS).nullable().openapi({ description: 'Why the last try failed.' }),
    created_at: z.iso.datetime().openapi({ description: 'When it happened.' }),
    attempted_at: maybeTime,
    next_attempt_at: maybeTime,
    delivered_at: maybeTime,
    cursor: z.string().openapi({
      description: 'As `cursor` of a replay: delivers this event again and all after it.',
    }),
  })
  .openapi('Delivery')
