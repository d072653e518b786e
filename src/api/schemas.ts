import { z } from '@hono/zod-openapi'
import { hitFields } from './hit-fields.ts'
import { JOB_KINDS, JOB_STATES } from '../domain/job.ts'
import { SCHEDULE_KINDS, SKIP_REASONS } from '../domain/schedule.ts'
import { TRACE_KINDS } from '../domain/recall.ts'
import { ERROR_CODES } from '../errors.ts'
import { RAW_STATES } from '../stores/sessions/sessions.ts'
import { shownCategory, time, uuid } from './fields.ts'

/** The shapes that are answered. Fields may be added and never renamed. */

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item).readonly(), next_cursor: z.string().nullable() })

const vendorWords = z.string().optional().openapi({
  description:
    'What the model vendor said, at most 500 characters without keys. For administrators alone.',
})

export const jobSchema = z
  .object({
    id: uuid,
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    user_id: z.string().nullable(),
    progress: z.record(z.string(), z.unknown()),
    attempts: z.number().int(),
    error: z
      .object({ code: z.string(), message: z.string(), step: z.string(), detail: vendorWords })
      .nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    temporal_url: z.string().optional(),
  })
  .openapi('Job')

export const stepFailureSchema = z
  .object({
    step: z.string(),
    code: z.string().openapi({ description: 'Of the last failure.' }),
    message: z.string(),
    detail: vendorWords,
    failures: z.int(),
    last_at: time,
  })
  .openapi('StepFailure')

export const acceptedSchema = z
  .object({ id: uuid, job: uuid, status: z.enum(JOB_STATES) })
  .openapi('Accepted')

export const acceptedMemoriesSchema = acceptedSchema
  .extend({
    ids: z.array(uuid).readonly().openapi({ description: 'The memories, in the order given.' }),
    session_id: z
      .string()
      .optional()
      .openapi({ description: 'Of messages that are looked through for what to remember.' }),
  })
  .openapi('AcceptedMemories')

export const estimateSchema = z
  .object({
    conversations: z.int(),
    tokens: z.int().openapi({ description: 'That the embedding model reads.' }),
    cost: z.number().nullable().openapi({
      description: 'US dollars, for all models; null when one of their prices is not known.',
    }),
    model: z.string(),
    language: z
      .object({
        model: z.string(),
        input_tokens: z.int(),
        output_tokens: z.int(),
        cost: z.number().nullable(),
      })
      .nullable()
      .openapi({ description: 'Of the model that makes facts; null where none are made.' }),
  })
  .openapi('Estimate')

export const scheduleSchema = z
  .object({
    id: z.enum(SCHEDULE_KINDS),
    kind: z.enum(SCHEDULE_KINDS),
    cron: z.string(),
    paused: z.boolean(),
    note: z.string().nullable(),
    next_runs: z.array(time).readonly(),
    recent_runs: z
      .array(
        z.object({
          started_at: time,
          job: uuid.nullable(),
          skipped: z.enum(SKIP_REASONS).nullable(),
        }),
      )
      .readonly(),
    applied: z.boolean(),
  })
  .openapi('Schedule')

export const failureSchema = z
  .object({ conversation_id: z.string(), code: z.string(), message: z.string(), failed_at: time })
  .openapi('IngestFailure')

export const postAcceptedSchema = acceptedSchema
  .extend({
    session_id: z.string(),
    queue_position: z.int().openapi({ description: 'From 1.' }),
    estimated_seconds: z
      .number()
      .nullable()
      .openapi({ description: 'Null until durations were measured.' }),
  })
  .openapi('PostAccepted')

const sessionFields = {
  session_id: z.string(),
  user_id: z.string(),
  collection: z.string(),
  status: z.enum(RAW_STATES),
  post_count: z.int(),
  open_count: z.int(),
  created_at: time,
  updated_at: time,
}

export const sessionInfoSchema = z.object(sessionFields).openapi('SessionInfo')

const writeState = z.enum(['written', 'pending', 'failed', 'off'])

export const memorySchema = z
  .object({
    id: uuid,
    user_id: z.string(),
    kind: z.enum(TRACE_KINDS),
    role: z.string().nullable(),
    scope: z.string(),
    collection: z.string().nullable(),
    content: z.string(),
    summary: z.string().nullable(),
    tags: z.array(z.string()).readonly(),
    category: shownCategory,
    importance: z.number().nullable(),
    salience: z.number(),
    state: z.string(),
    session_id: z.string().nullable(),
    conversation_id: z.string().nullable(),
    source: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    entities: z.array(z.unknown()).readonly(),
    occurred_at: time,
    known_at: time,
    created_at: time,
    updated_at: time,
    expires_at: time.nullable(),
    searchable_at: time.nullable(),
    revision: z.number().int(),
    superseded_by: uuid.nullable(),
    writes: z.object({ vector: writeState, graph: writeState }),
  })
  .openapi('Memory')

export const memoryDetailSchema = memorySchema
  .extend({
    sources: z
      .array(
        z.object({
          message_id: z.string().nullable(),
          conversation_id: z.string().nullable(),
          session_id: z.string().nullable(),
          quote: z.string().nullable(),
        }),
      )
      .readonly()
      .openapi({
        description: 'What a fact or a summary was derived from, with the words that it rests on.',
      }),
  })
  .openapi('MemoryDetail')

export const sessionSchema = z
  .object({
    ...sessionFields,
    posts: z
      .array(
        z.object({
          id: uuid,
          job: uuid,
          number: z.int(),
          status: z.enum(RAW_STATES),
          turns: z.int(),
          facts: z.int(),
          superseded: z.int(),
          queued_at: time,
          processed_at: time.nullable(),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
        }),
      )
      .readonly(),
    summary: z.string().nullable(),
    memories: z.array(memorySchema).readonly(),
  })
  .openapi('Session')

export const revisionSchema = z
  .object({
    revision: z.int(),
    content: z.string(),
    summary: z.string().nullable(),
    tags: z.array(z.string()).readonly(),
    metadata: z.record(z.string(), z.unknown()),
    importance: z.number().nullable(),
    scope: z.string(),
    occurred_at: time,
    valid_from: time,
    valid_to: time.nullable(),
  })
  .openapi('MemoryRevision')

export const hitSchema = memorySchema
  .extend({
    ...hitFields,
    via: z
      .array(z.object({ src: uuid, dst: uuid, type: z.string(), weight: z.number() }))
      .readonly(),
    message_ids: z.array(z.string()).readonly(),
  })
  .openapi('Hit')

export const recallSchema = z
  .object({
    hits: z.array(hitSchema).readonly(),
    degraded: z.array(z.string()).readonly(),
    took_ms: z.number(),
  })
  .openapi('Recall')

export const contextSchema = z
  .object({
    context: z.string(),
    citations: z
      .array(
        z.object({
          n: z.int(),
          id: uuid,
          kind: z.string(),
          conversation_id: z.string().nullable(),
          message_ids: z.array(z.string()).readonly(),
          occurred_at: time,
          user_id: z.string(),
          score: z.number(),
        }),
      )
      .readonly(),
    tokens: z.int(),
    degraded: z.array(z.string()).readonly(),
    took_ms: z.number(),
  })
  .openapi('Context')

export const userSchema = z
  .object({
    user_id: z.string(),
    memories: z.number().int(),
    episodes: z.number().int(),
    in_graph: z.number().int(),
    last_active_at: time.nullable(),
  })
  .openapi('User')

const endpointShape = {
  base_url: z.string().nullable().openapi({ description: 'null: OpenAI’s own address.' }),
  model: z.string().nullable().openapi({ description: 'null: the built-in one.' }),
  api_key: z.literal('set').nullable().openapi({ description: 'Keys are never read back.' }),
}

export const aiSettingsSchema = z
  .object({
    llm: z.object(endpointShape),
    embedding: z.object({ ...endpointShape, dim: z.int() }),
    reembed: z.boolean().openapi({
      description: 'The stored vectors come from another model.',
    }),
    job: z
      .uuid()
      .nullable()
      .openapi({ description: 'Embeds the memories anew, while it is unfinished.' }),
    note: z.string().nullable(),
  })
  .openapi('AiSettings')

const probed = {
  ok: z.boolean(),
  code: z.enum(['ok', ...ERROR_CODES]),
  latency_ms: z.int(),
}

const probedModel = z.object({
  ...probed,
  detail: vendorWords,
  worked_around: z
    .array(z.string())
    .readonly()
    .openapi({ description: 'What it does otherwise than asked, and is put up with.' }),
})

export const probeSchema = z
  .object({ ...probed, llm: probedModel, embedding: probedModel })
  .openapi('AiSettingsTest')
