import { z } from '@hono/zod-openapi'
import { HIERARCHY_TYPES, type HierarchyType } from '../stores/sessions/session-hierarchy.ts'
import { moment, pageQuery, pathId, text, time, userId, uuid } from './fields.ts'
import { looseTranscript, sessionMetadata } from './transcripts.ts'

/** The shapes of the async API, as clients know them. Fields may be added and never renamed. */

const known = z.looseObject({ user_id: userId.optional(), session_type: text(256).optional() })

export const storeRawBody = z.object({
  session_data: looseTranscript,
  session_id: pathId(256)
    .nullish()
    .transform((id) => id ?? undefined),
  metadata: sessionMetadata
    .nullish()
    .transform((given) => given ?? {})
    .pipe(known)
    .openapi({
      type: 'object',
      description:
        'Any object of at most 16 KiB as JSON. `user_id`, `session_type` and `timestamp` mean something.',
    }),
})

export const storedRawSchema = z
  .object({
    success: z.boolean(),
    raw_memory_id: uuid,
    queued_at: time,
    estimated_processing_time: z.string().openapi({ example: '2-5 minutes' }),
    queue_position: z.int().openapi({ description: 'From 1.' }),
    session_id: z.string(),
    job: uuid,
  })
  .openapi('StoredRaw')

export const processingSchema = z
  .object({
    queue_size: z.int(),
    processing: z.int(),
    errors: z.int(),
    oldest_queued_at: time.nullable(),
    processed_today: z.int(),
    average_seconds: z.number().nullable(),
    workers: z.array(z.object({ identity: z.string(), last_seen: time })).readonly(),
    status: z.enum(['running', 'idle', 'stopped']),
    degraded: z
      .array(z.enum(['temporal']))
      .readonly()
      .openapi({
        description: 'What did not answer, so that no worker can be seen or given work.',
      }),
  })
  .openapi('ProcessingStatus')

export const hierarchyQuery = z.object({
  ...pageQuery,
  limit: z.coerce.number().pipe(z.int().min(1).max(1_000)).default(50),
  user_id: userId.optional(),
  session_id: text(256).optional(),
  memory_type: z.enum([...HIERARCHY_TYPES, 'all']).default('all'),
  start_date: moment.optional(),
  end_date: moment.optional(),
})

export function typesOf(type: HierarchyType | 'all'): readonly HierarchyType[] {
  return type === 'all' ? HIERARCHY_TYPES : [type]
}

export const hierarchySchema = z
  .object({
    items: z
      .array(
        z.object({
          type: z.enum(HIERARCHY_TYPES),
          id: uuid,
          session_id: z.string().nullable(),
          user_id: z.string(),
          content: z.string(),
          created_at: time,
          links: z.array(z.object({ type: z.string(), id: uuid })).readonly(),
        }),
      )
      .readonly(),
    next_cursor: z.string().nullable(),
  })
  .openapi('Hierarchy')

export const statsSchema = z
  .object({
    discrete: z.int(),
    summaries: z.int(),
    raw: z.object({
      queued: z.int(),
      processing: z.int(),
      processed: z.int(),
      error: z.int(),
    }),
    storage_bytes: z.int(),
    per_day: z
      .array(
        z.object({
          day: z.iso.date(),
          processed: z.int(),
          errors: z.int(),
          facts: z.int(),
          superseded: z.int(),
          summaries: z.int(),
          average_seconds: z.number().nullable(),
        }),
      )
      .readonly(),
  })
  .openapi('CollectionStats')

/** A century. */
const MAX_DAYS = 36_500
export const cleanupQuery = z.object({
  retention_days: z.coerce
    .number()
    .pipe(z.int().min(0).max(MAX_DAYS))
    .optional()
    .openapi({ description: 'RAW_RETENTION_DAYS (30) unless given.' }),
})

export const cleanedSchema = z
  .object({
    deleted_raw: z.int(),
    deleted_sessions: z.int(),
    kept_unprocessed: z.int(),
    retention_days: z.int(),
  })
  .openapi('Cleaned')
