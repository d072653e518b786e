import { z } from '@hono/zod-openapi'
import { ENTITY_TYPES } from '../domain/entity.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { MemoryChange, NewMemory } from '../memories/memories.ts'
import { textOfContent } from '../text/content-parts.ts'
import type { Principal } from './environment.ts'
import { pathId, present, scopeName, text, time, userId, dateOf } from './fields.ts'

/** What may be said of a memory, and what a request becomes inside. */

/** UTF-8, of one memory. */
export const MAX_CONTENT_BYTES = 262_144
export const MAX_BATCH = 500
const MAX_MESSAGES = 500
const MAX_TAGS = 50
const MAX_ENTITIES = 100
const MAX_METADATA_CHARS = 16_384
const MAX_SUMMARY_CHARS = 32_768

/** Times outside of these are mistakes, and some of them Postgres does not hold. */
const SENSIBLE = /^(19|[2-9]\d)\d\d-/
const sensible = time.regex(SENSIBLE, 'must lie between the years 1900 and 9999')
const at = sensible.transform(dateOf).openapi({ type: 'string', format: 'date-time' })
const inFuture = sensible
  .transform((value) => new Date(value))
  .refine((value) => value.getTime() > Date.now(), 'must lie in the future')
  .openapi({ type: 'string', format: 'date-time' })

const content = z
  .string()
  .refine((value) => value.trim() !== '', 'must not be empty')
  .openapi({ minLength: 1, description: 'At most 256 KiB.' })
const kind = z.enum(['message', 'fact', 'note', 'summary'])
const tags = z.array(text(100)).max(MAX_TAGS)
const importance = z.int().min(1).max(10)
const id = text(256)
const metadata = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= MAX_METADATA_CHARS, 'larger than 16 KiB')
const entities = z
  .array(
    z.strictObject({
      type: z.enum(ENTITY_TYPES),
      value: text(256).refine((value) => value.trim() !== '', 'must not be empty'),
      confidence: z.number().min(0).max(1).default(1),
    }),
  )
  .max(MAX_ENTITIES)
  .openapi({ description: 'What the memory names; found in its text as well unless told not to.' })

const role = text(64)
const summary = text(MAX_SUMMARY_CHARS)

const shared = {
  scope: scopeName.optional().openapi({ description: '`personal` unless given.' }),
  kind: kind.optional().openapi({ description: '`message` with a role, else `note`.' }),
  tags: tags.optional(),
  importance: importance.optional(),
  session_id: pathId(256).optional(),
  conversation_id: id.optional(),
  occurred_at: at.optional(),
  expires_at: inFuture.optional().openapi({ description: 'From then on it is out of sight.' }),
  metadata: metadata.optional(),
  entities: entities.optional(),
  summary: summary.optional(),
}

const one = {
  ...shared,
  content,
  role: role.optional(),
  external_id: id
    .optional()
    .openapi({ description: 'Your own id: the same again changes the memory that has it.' }),
}

const extractEntities = z.boolean().default(true)

/** As vendors write it; a part that is no text says nothing. */
const said = z
  .union(
    [z.string(), z.array(z.unknown()), z.null()],
    'must be text or a list of parts { type, text }',
  )
  .transform((given) => textOfContent(given))
  .openapi({
    anyOf: [{ type: 'string' }, { type: 'array', items: {} }, { type: 'null' }],
    description: 'Text, or a list of parts of which those with text count; at most 256 KiB.',
  })

/** What says nothing, as a picture or the call of a tool alone, is left out. */
const messages = z
  .array(z.strictObject({ role, content: said }))
  .min(1)
  .max(MAX_MESSAGES)
  .transform((all) => all.filter(({ content: text }) => text.trim() !== ''))
  .refine((all) => all.length > 0, 'must say something')

/** What is found out of messages is rated and dated by what they say. */
const NOT_INFERRED = [
  'scope',
  'kind',
  'tags',
  'importance',
  'conversation_id',
  'expires_at',
] as const

/** One memory, or the messages of a conversation. */
export const storeBody = z
  .strictObject({
    ...one,
    content: content.optional(),
    messages: messages.optional(),
    infer: z.boolean().optional().openapi({
      description:
        'With `messages`: true (the default) finds out what is worth remembering, as for a session; false keeps each message as it is.',
    }),
    user_id: userId.optional(),
    extract_entities: extractEntities,
  })
  .superRefine((value, context) => {
    const add = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (value.content === undefined && value.messages === undefined) {
      add('content', 'is needed, or messages')
    }
    if (value.messages === undefined) return
    for (const name of ['content', 'role', 'external_id', 'entities', 'summary'] as const) {
      if (value[name] !== undefined) add(name, 'does not go together with messages')
    }
    if (value.infer === false) return
    for (const name of NOT_INFERRED) {
      if (value[name] !== undefined) add(name, 'goes with messages only when infer is false')
    }
  })
export type StoreBody = z.output<typeof storeBody>

export const batchBody = z.strictObject({
  user_id: userId.optional().openapi({ description: 'Whose all of them are.' }),
  memories: z.array(z.strictObject(one)).min(1).max(MAX_BATCH),
  extract_entities: extractEntities,
})

const { kind: _kind, role: _role, ...ofNotes } = one

/** What somebody writes down. */
export const noteBody = z.strictObject({
  ...ofNotes,
  user_id: userId.optional(),
  extract_entities: extractEntities,
})

export const changeBody = z
  .strictObject({
    ...shared,
    content: content.optional(),
    role: role.nullish(),
    summary: summary.nullish(),
    importance: importance.nullish(),
    session_id: pathId(256).nullish(),
    conversation_id: id.nullish(),
    expires_at: inFuture.nullish(),
    extract_entities: extractEntities,
  })
  .refine(
    (change) => Object.keys(change).some((name) => name !== 'extract_entities'),
    'nothing to change',
  )

type One = z.output<z.ZodObject<typeof one>>

/** @throws MemoirError `payload_too_large` */
export function newMemory(given: One, principal: Principal, path = ''): NewMemory {
  requireSize(given.content, `${path}content`)
  const { session_id, conversation_id, external_id, occurred_at, expires_at, scope, ...rest } =
    given
  return {
    ...present(rest),
    ...present({
      sessionId: session_id,
      conversationId: conversation_id,
      externalId: external_id,
      occurredAt: occurred_at,
      expiresAt: expires_at,
    }),
    scope: scopeOf(principal, scope, `${path}scope`),
  }
}

/** Each message as a memory of its own, in the order they were said. */
export function messageMemories(given: StoreBody, principal: Principal): NewMemory[] {
  const {
    messages = [],
    content: _content,
    user_id: _user,
    infer: _infer,
    extract_entities: _extract,
    ...rest
  } = given
  const began = given.occurred_at ?? new Date()
  return messages.map((message, index) => ({
    ...newMemory({ ...rest, ...message }, principal, `messages.${index}.`),
    kind: given.kind ?? 'message',
    // A millisecond apart, so that their order can be told by their times.
    occurredAt: new Date(began.getTime() + index),
  }))
}

export function changeOf(given: z.output<typeof changeBody>, principal: Principal): MemoryChange {
  if (given.content !== undefined) requireSize(given.content, 'content')
  if (given.scope !== undefined) scopeOf(principal, given.scope, 'scope')
  const {
    session_id,
    conversation_id,
    occurred_at,
    expires_at,
    extract_entities: _,
    ...rest
  } = given
  return present({
    ...rest,
    sessionId: session_id,
    conversationId: conversation_id,
    occurredAt: occurred_at,
    expiresAt: expires_at,
  })
}

function requireSize(value: string, field: string): void {
  if (Buffer.byteLength(value) <= MAX_CONTENT_BYTES) return
  throw new MemoirError('payload_too_large', `${field}: larger than 256 KiB`, {
    details: { field, max_bytes: MAX_CONTENT_BYTES },
  })
}

const DEFAULT_SCOPE = 'personal'

/** Where it goes: a key that is bound to scopes writes into those alone. */
function scopeOf({ scopes }: Principal, given: string | undefined, field: string): string {
  if (scopes === null) return given ?? DEFAULT_SCOPE
  if (given !== undefined) {
    if (scopes.includes(given)) return given
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  if (scopes.includes(DEFAULT_SCOPE)) return DEFAULT_SCOPE
  const [only, ...others] = scopes
  if (only !== undefined && others.length === 0) return only
  throw new MemoirError('invalid_request', `${field}: is needed with a key of several scopes`, {
    details: { field },
  })
}
