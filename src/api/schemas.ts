import { z } from '@hono/zod-openapi'
import { JOB_KINDS, JOB_STATES } from '../domain/job.ts'
import { HEADS, TRACE_KINDS } from '../domain/recall.ts'
import { ERROR_CODES, type ErrorCode } from '../errors.ts'
import { ROLES } from '../stores/api-keys.ts'
import { STATUS } from './errors.ts'

/** The shapes of the API. Fields may be added and never renamed. */

/** Text that Postgres and JSON can hold: no NUL, no half of a surrogate pair. */
export const text = (max: number, min = 1) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine(
      (value) => !value.includes('\u0000') && value.isWellFormed(),
      'must not hold NUL or lone surrogates',
    )

export const userId = text(256).openapi({ description: 'The caller’s own id of a user.' })
export const uuid = z.uuid().openapi({ example: '0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10' })
const time = z.iso.datetime({ offset: true })

/** A list in a query: commas between, or the parameter again. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) =>
      value === undefined
        ? undefined
        : [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : part)),
    z.array(item).min(1).max(50).optional(),
  )

const MAX_QUERY_CHARS = 32_768
export const MAX_HITS = 200

export const question = text(MAX_QUERY_CHARS)
export const kinds = z.array(z.enum(TRACE_KINDS)).min(1)
export const heads = z.array(z.enum(HEADS)).min(1)
export const scopeName = text(100)
export const when = time.openapi({
  description: 'ISO 8601 with an offset.',
  example: '2026-03-01T00:00:00Z',
})

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(2_000).optional(),
}

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })

export const jobSchema = z
  .object({
    id: uuid,
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    user_id: z.string().nullable(),
    progress: z.record(z.string(), z.unknown()),
    attempts: z.number().int(),
    error: z.object({ code: z.string(), message: z.string(), step: z.string() }).nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    temporal_url: z.string().optional(),
  })
  .openapi('Job')

export const acceptedSchema = z
  .object({ id: uuid, job: uuid, status: z.enum(JOB_STATES) })
  .openapi('Accepted')

export const failureSchema = z
  .object({ conversation_id: z.string(), code: z.string(), message: z.string(), failed_at: time })
  .openapi('IngestFailure')

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
    tags: z.array(z.string()),
    importance: z.number().nullable(),
    salience: z.number(),
    state: z.string(),
    session_id: z.string().nullable(),
    conversation_id: z.string().nullable(),
    source: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    entities: z.array(z.unknown()),
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

export const hitSchema = memorySchema
  .extend({
    score: z.number(),
    scores: z.object({
      relevance: z.number(),
      vector: z.number(),
      text: z.number(),
      graph: z.number(),
      recency: z.number(),
      salience: z.number(),
      focus: z.number(),
    }),
    heads: z.object({
      semantic: z.number().optional(),
      entity: z.number().optional(),
      situation: z.number().optional(),
    }),
    via: z.array(z.object({ src: uuid, dst: uuid, type: z.string(), weight: z.number() })),
    message_ids: z.array(z.string()),
  })
  .openapi('Hit')

export const recallSchema = z
  .object({ hits: z.array(hitSchema), degraded: z.array(z.string()), took_ms: z.number() })
  .openapi('Recall')

export const userSchema = z
  .object({
    user_id: z.string(),
    memories: z.number().int(),
    episodes: z.number().int(),
    in_graph: z.number().int(),
    last_active_at: time.nullable(),
  })
  .openapi('User')

export const keySchema = z
  .object({
    id: uuid,
    name: z.string(),
    role: z.enum(ROLES),
    prefix: z.string(),
    namespace: z.string().nullable(),
    user_id: z.string().nullable(),
    scopes: z.array(z.string()).nullable(),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
  })
  .openapi('Key')

export const newKeySchema = z
  .object({
    id: uuid,
    key: z.string().openapi({ description: 'Shown this once.' }),
    name: z.string(),
    role: z.enum(ROLES),
    namespace: z.string().nullable(),
    user_id: z.string().nullable(),
    scopes: z.array(z.string()).nullable(),
    expires_at: time.nullable(),
  })
  .openapi('NewKey')

const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      request_id: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error')

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** What every route with a key may answer besides its own. */
const ALWAYS: readonly ErrorCode[] = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'store_unavailable',
]

/** Declares refusals, one response a status. */
export function refuses(...codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(new Set([...ALWAYS, ...codes]), (code) => STATUS[code])
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, json(errorSchema, group.join(', '))]),
  )
}

export const secured = [{ key: [] }]
