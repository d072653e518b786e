import { z } from 'zod'
import { present, scopeName } from '../api/fields.ts'
import { newMemory } from '../api/memory-bodies.ts'
import { memoryKey, scopesOf, userOf } from '../api/reach.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { saysMore, withoutOwnContext } from '../text/own-context.ts'
import { quote, quotedMemory } from './quote.ts'
import { READ_ONLY, answered, defineTool, whose } from './tool.ts'

/** Tools that write, list and take away single memories. */

const MAX_LISTED = 100

export const listMemories = defineTool({
  name: 'list_memories',
  title: 'List',
  description:
    'Lists the newest memories of a user, without a question. Use it to get an overview of somebody you know nothing of, or to show the user what is remembered; use recall_memory or search_memory when you look for something.',
  role: 'reader',
  annotations: READ_ONLY,
  input: z.object({
    limit: z.int().min(1).max(MAX_LISTED).default(20).describe('How many memories at most'),
    user_id: whose,
  }),
  output: z.object({ items: z.array(quotedMemory), next_cursor: z.string().nullable() }),
  async answer({ services, principal }, { limit, user_id }) {
    const userId = userOf(principal, user_id)
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

const MAX_TEXT_CHARS = 262_144

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
  input: z.object({
    text: z
      .string()
      .max(MAX_TEXT_CHARS)
      .refine((value) => value.trim() !== '', 'must not be empty')
      .refine(
        (value) => saysMore(withoutOwnContext(value)),
        'is remembered already: it is what a tool answered',
      )
      .describe('What to remember, in complete sentences'),
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

const MAX_FORGOTTEN = 20

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
  input: z.object({
    ids: z.array(z.uuid()).min(1).max(MAX_FORGOTTEN).describe('Ids that another tool answered'),
    user_id: whose.describe('Accepted and not needed: ids name memories by themselves'),
  }),
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
