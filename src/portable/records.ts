import { z } from 'zod'
import { TRACE_KINDS } from '../domain/recall.ts'

/** The lines of an export as they are read again. What a later version adds is passed over. */

const SENSIBLE = /^(19|[2-9]\d)\d\d-/
const time = z.iso
  .datetime({ offset: true })
  .regex(SENSIBLE, 'must lie between the years 1900 and 9999')
const text = (max: number) => z.string().min(1).max(max)
const id = text(512)
const MAX_CONTENT_BYTES = 262_144
const content = z
  .string()
  .min(1)
  .refine((value) => Buffer.byteLength(value) <= MAX_CONTENT_BYTES, 'larger than 256 KiB')
const MAX_METADATA_CHARS = 65_536
const object = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= MAX_METADATA_CHARS, 'larger than 64 KiB')
const count = z.int().min(0).max(2_147_483_647)
const revision = z.int().min(1).max(2_147_483_646)
const hex = z.string().regex(/^([0-9a-f]{2}){1,64}$/)
const base64 = z.base64().max(1_000_000)

const owned = { user_id: text(256).optional(), derived: z.boolean().default(false) }

const memory = z.object({
  type: z.literal('memory'),
  ...owned,
  id: z.uuid(),
  kind: z.enum(TRACE_KINDS),
  role: text(256).nullish().default(null),
  scope: text(100).default('personal'),
  collection: z.string().max(256).nullish().default(null),
  content,
  summary: z.string().max(65_536).nullish().default(null),
  category: z.string().nullish().default(null),
  language: z.string().min(2).max(16).default('und'),
  tags: z.array(text(100)).max(50).default([]),
  external_id: text(256).nullish().default(null),
  session_id: id.nullish().default(null),
  conversation_id: id.nullish().default(null),
  importance: z.int().min(1).max(10).nullish().default(null),
  salience: z.number().min(0).max(1).default(1),
  state: z.enum(['pending', 'active', 'failed', 'superseded', 'deleted']).default('active'),
  source: text(256).nullish().default(null),
  metadata: object.default({}),
  entities: z
    .array(
      z.object({
        type: text(64),
        value: text(256),
        normalized: text(256),
        confidence: z.number().min(0).max(1),
        source: z.enum(['given', 'rules', 'model']),
      }),
    )
    .max(100)
    .default([]),
  occurred_at: time,
  known_at: time.optional(),
  created_at: time.optional(),
  updated_at: time.optional(),
  expires_at: time.nullish().default(null),
  revision: revision.default(1),
  superseded_by: z.uuid().nullish().default(null),
  superseded_at: time.nullish().default(null),
  model: text(256).nullish().default(null),
  prompt_version: text(64).nullish().default(null),
})
export type MemoryRecord = z.output<typeof memory>

const memoryRevision = z.object({
  type: z.literal('revision'),
  ...owned,
  memory: z.uuid(),
  revision,
  content,
  content_hash: hex,
  metadata: object.default({}),
  fields: z.record(z.string(), z.unknown()).default({}),
  valid_from: time,
  valid_to: time,
})
export type RevisionRecord = z.output<typeof memoryRevision>

const source = z.object({
  type: z.literal('source'),
  ...owned,
  memory: z.uuid(),
  conversation_id: id.nullish().default(null),
  session_id: id.nullish().default(null),
  collection: z.string().max(256).default(''),
  turn: count.optional(),
  message_id: z.string().max(1_024).default(''),
  quote: z.string().max(65_536).nullish().default(null),
})
export type SourceRecord = z.output<typeof source>

const session = z.object({
  type: z.literal('session'),
  ...owned,
  collection: z.string().max(256).default(''),
  session_id: text(256),
  posts: count.default(0),
  done_turns: base64.default(''),
  created_at: time,
  updated_at: time,
})
export type SessionRecord = z.output<typeof session>

const ofPost = { collection: z.string().max(256).default(''), session_id: text(256), number: count }

const post = z.object({
  type: z.literal('post'),
  ...owned,
  ...ofPost,
  status: z.enum(['queued', 'processing', 'processed', 'error']),
  error: text(64).nullish().default(null),
  metadata: object.default({}),
  text_hash: hex,
  turn_digests: base64,
  bytes: count,
  first_new: count.nullish().default(null),
  facts: count.default(0),
  superseded: count.default(0),
  queued_at: time,
  started_at: time.nullish().default(null),
  processed_at: time.nullish().default(null),
})
export type PostRecord = z.output<typeof post>

const turns = z.object({
  type: z.literal('turns'),
  ...owned,
  ...ofPost,
  from: count,
  turns: z
    .array(
      z.object({
        role: z.string().max(256),
        name: z.string().max(256).nullish().default(null),
        content: z.string(),
        at: z.string().max(64).nullish().default(null),
      }),
    )
    .min(1),
})
export type TurnsRecord = z.output<typeof turns>

/** Who names what is told by the memories themselves. */
const LINK_KIND = /^(?!mentions$)[a-z][a-z0-9_]{0,62}$/

const link = z.object({
  type: z.literal('link'),
  ...owned,
  from: z.uuid(),
  to: z.uuid(),
  kind: z.string().regex(LINK_KIND),
  weight: z.number().min(0).max(1_000).default(1),
  at: time.nullish().default(null),
})
export type LinkRecord = z.output<typeof link>

/** Some hundred memories are shown for a narrative. */
const MAX_MATERIAL = 2_000

const narrative = z.object({
  type: z.literal('narrative'),
  ...owned,
  version: count.min(1),
  narrative: text(65_536),
  generated_at: time,
  model: text(256),
  prompt_version: text(64),
  sources: z.array(z.uuid()).max(MAX_MATERIAL).default([]),
  material: z.array(z.uuid()).max(MAX_MATERIAL).default([]),
  messages: z
    .array(
      z.object({
        memory: z.uuid(),
        source: text(256),
        conversation_id: id,
        message_id: text(1_024),
      }),
    )
    .max(MAX_MATERIAL)
    .default([]),
})
export type NarrativeRecord = z.output<typeof narrative>

/** The names come with the memories; what they have to do with each other is told here alone. */
const entity = z.object({
  type: z.literal('entity'),
  ...owned,
  kind: text(64).optional(),
  normalized: text(1_024).optional(),
  relations: z
    .array(
      z.looseObject({
        type: z.string().regex(LINK_KIND),
        to_kind: text(64).optional(),
        to_normalized: text(1_024).optional(),
        weight: z.number().min(0).max(1_000).default(1),
      }),
    )
    .max(1_000)
    .default([]),
})
export type EntityRecord = z.output<typeof entity>

/** Lines that say something about the file. */
const passed = z.object({ type: z.enum(['export', 'end']), ...owned })

export const RECORD_TYPES = [
  'export',
  'end',
  'memory',
  'revision',
  'source',
  'session',
  'post',
  'turns',
  'entity',
  'link',
  'narrative',
] as const

export const importedRecord = z.discriminatedUnion('type', [
  memory,
  memoryRevision,
  source,
  session,
  post,
  turns,
  link,
  entity,
  narrative,
  passed,
])
export type ImportedRecord = z.output<typeof importedRecord>
