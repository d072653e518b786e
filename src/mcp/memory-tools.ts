import { z } from 'zod'
import { present, scopeName } from '../api/fields.ts'
import { MAX_CONTENT_BYTES, newMemory } from '../api/memory-bodies.ts'
import { memoryKey, readUserOf, scopesOf, userOf } from '../api/reach.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { saysMore, withoutOwnContext } from '../text/own-context.ts'
import { quote, quotedMemory } from './quote.ts'
import { READ_ONLY, answered, defineTool, memoryId, whose } from './tool.ts'

/** Tools that write, list and take away single memories. */

const MAX_LISTED = 100

export const listMemories = defineTool({
  name: 'list_memories',
  title: 'List',
  description:
    'Lists the newest memories of a user, without a question. Use it to get an overview of somebody you know nothing of, or to show the user what is remembered; use recall_memory or search_memory when you look for something.',
  role: 'reader',
  annotations: READ_ONLY,
  aliases: { k: 'limit', top_k: 'limit' },
  input: z.strictObject({
    limit: z
      .int()
      .min(1)
      .max(MAX_LISTED)
      .default(20)
      .describe('How many memories at most; 20 unless given'),
    user_id: whose,
  }),
  output: z.object({ items: z.array(quotedMemory), next_cursor: z.string().nullable() }),
  async answer({ services, principal }, { limit, user_id }) {
    const userId = readUserOf(principal, user_id)
    const scopes = scopesOf(principal, undefined)
    const nothing = { items: [], next_cursor: null }
    const page =
      userId === null
        ? nothing
        : await services.memories.list({
            namespaceId: principal.namespaceId,
            userId,
            limit,
            ...present({ scopes }),
          })
    return answered(quote(page.items, 'Nothing is remembered yet.'), page)
  },
})

/** As it is counted, in UTF-8; a text of more signs than that has more bytes too. */
const tooLong = (value: string) =>
  `must have at most ${MAX_CONTENT_BYTES} bytes, has ${Buffer.byteLength(value)}: split it into several memories`
const memoryText = z
  .string()
  .refine((value) => value.trim() !== '', 'must not be empty')
  .refine(
    (value) => saysMore(withoutOwnContext(value)),
    'is remembered already: it is what a tool answered',
  )
  .superRefine((value, context) => {
    if (Buffer.byteLength(value) > MAX_CONTENT_BYTES) context.addIssue(tooLong(value))
  })

export const addMemories = defineTool({
  name: 'add_memories',
  title: 'Remember',
  description:
    'Remembers something about a user for all later conversations. Call it when the user tells you something lasting about themselves, their people, plans, preferences or decisions, or asks you to remember it. Write `text` as one or a few complete sentences that can be understood without this conversation: names instead of pronouns, dates instead of “tomorrow”. Do not store what you only assume, secrets such as passwords, or what is remembered already. It can be found by words at once, and by meaning shortly after.',
  role: 'service',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  aliases: { content: 'text', memory: 'text' },
  input: z.strictObject({
    text: memoryText.describe('What to remember, in complete sentences; at most 256 KiB'),
    scope: scopeName.optional().describe('A label to keep it under; `personal` unless given'),
    user_id: whose,
  }),
  output: z.object({ ids: z.array(z.string()), job: z.string(), status: z.string() }),
  async answer({ services, principal }, { text, scope, user_id }) {
    const userId = userOf(principal, user_id)
    if (userId === null) throw new MemoirError('not_found', SENTENCE.not_found)
    const { namespaceId, scopes } = principal
    const memory = newMemory({ content: withoutOwnContext(text), ...present({ scope }) }, principal)
    const { ids, job, state } = await services.memories.store({
      namespaceId,
      userId,
      ...present({ scopes: scopes ?? undefined }),
      memories: [memory],
      extractEntities: true,
    })
    return answered(`Remembered as ${ids.join(', ')}.`, { ids, job, status: state })
  },
})

export const updateMemory = defineTool({
  name: 'update_memory',
  title: 'Correct',
  description:
    'Replaces the text of one memory, whose id stays. Call it when the user says that something remembered is wrong or no longer so, such as a new address or a changed plan; find the id with search_memory first. Write `text` as add_memories wants it: the whole memory anew, not only what changed. Use add_memories for something new beside it, and forget_memory when nothing is to be left. What it said before is kept in its history.',
  role: 'service',
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  aliases: { memory_id: 'id', content: 'text', memory: 'text' },
  // An id names a memory by itself.
  ignored: ['user_id'],
  input: z.strictObject({
    id: memoryId.describe('The id of the memory, as another tool answered it'),
    text: memoryText.describe('The whole memory as it is from now on; at most 256 KiB'),
  }),
  output: z.object({ id: z.string(), job: z.string(), status: z.string() }),
  async answer({ services, principal }, { id, text }) {
    const { job, state } = await services.memories.update({
      key: memoryKey(principal, id),
      change: { content: withoutOwnContext(text) },
      extractEntities: true,
    })
    return answered(`Changed: ${id}.`, { id, job, status: state })
  },
})

const MAX_FORGOTTEN = 20
/** One by itself is taken as a list of one. */
const someIds = z.preprocess(
  (ids) => (typeof ids === 'string' ? [ids] : ids),
  z.array(memoryId).min(1).max(MAX_FORGOTTEN),
)

export const forgetMemory = defineTool({
  name: 'forget_memory',
  title: 'Forget',
  description:
    'Takes up to 20 memories out of sight at once: no recall finds them any more. Call it only when the user asks for something to be forgotten or says that it is wrong; find the ids with search_memory first, and tell the user what will go. An operator can restore them for 30 days.',
  role: 'service',
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  aliases: { id: 'ids', memory_id: 'ids', memory_ids: 'ids' },
  // Ids name memories by themselves.
  ignored: ['user_id'],
  input: z.strictObject({ ids: someIds.describe('Ids that another tool answered') }),
  output: z.object({
    forgotten: z.array(z.string()),
    unknown: z.array(z.string()).describe('Ids that name nothing within reach'),
  }),
  async answer({ services, principal }, { ids }) {
    const forgotten: string[] = []
    const unknown: string[] = []
    for (const id of new Set(ids)) {
      const gone = await services.memories
        .remove({ key: memoryKey(principal, id), hard: false, cascade: false })
        .then(() => true, unlessMissing)
      if (gone) forgotten.push(id)
      else unknown.push(id)
    }
    const missing = unknown.length === 0 ? '' : ` Not found: ${unknown.join(', ')}.`
    return answered(`Forgotten: ${forgotten.length}.${missing}`, { forgotten, unknown })
  },
})

function unlessMissing(error: unknown): false {
  if (error instanceof MemoirError && error.code === 'not_found') return false
  throw error
}
