import { z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '../domain/event.ts'
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
  .openapi('Event')
