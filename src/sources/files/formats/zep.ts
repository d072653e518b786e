import { z } from 'zod'
import type { Draft, DraftMessage } from '../draft.ts'
import { identifier, moment, type Format, type RecordContext } from './format.ts'
import { textIn } from './mem0.ts'

/**
 * Zep: sessions (threads) with their messages, messages alone that name their session, or facts. A session is a conversation; the
 * facts of one user become the messages of one.
 */

const id = identifier.nullish()

const message = z.object({
  uuid: id,
  uuid_: id,
  role: z.string().nullish(),
  role_type: z.string().nullish(),
  name: z.string().nullish(),
  content: z.string().nullish(),
  created_at: moment,
})

const record = message.extend({
  id,
  session_id: id,
  thread_id: id,
  user_id: id,
  fact: z.string().nullish(),
  valid_at: moment,
  updated_at: moment,
  messages: z.array(message).nullish(),
})
type Record = z.infer<typeof record>

const LISTS: ReadonlySet<string | null> = new Set(['sessions', 'threads', 'facts', 'episodes'])
const NAMES = ['session_id', 'thread_id', 'role_type', 'fact', 'uuid_']

export const zep: Format = {
  knows: (given, list) =>
    LISTS.has(list) ||
    NAMES.some((name) => given[name] !== undefined) ||
    Array.isArray(given['messages']),
  read(given, context) {
    const data = record.parse(given)
    const userId = data.user_id ?? textIn(context.around, 'user_id') ?? context.user ?? null
    return data.messages ? session(data, userId, context) : single(data, userId, context)
  },
}

function session(data: Record, userId: string | null, context: RecordContext): Draft {
  const conversation = sessionOf(data, context)
  if (conversation === undefined) throw missing('session_id')
  return {
    id: conversation,
    userId,
    createdAt: data.created_at,
    updatedAt: data.updated_at,
    messages: (data.messages ?? []).flatMap((each, index) =>
      said(each, each.uuid ?? each.uuid_ ?? String(index + 1), conversation),
    ),
  }
}

function single(data: Record, userId: string | null, context: RecordContext): Draft {
  const own = data.uuid ?? data.uuid_ ?? data.id
  if (own == null) throw missing('uuid')
  const conversation = data.fact == null ? sessionOf(data, context) : undefined
  const shared = conversation ?? `zep/${userId ?? 'me'}`
  const content = data.fact ?? data.content
  const at = data.valid_at ?? data.created_at
  return {
    id: shared,
    userId,
    title: conversation === undefined ? 'Facts from Zep' : null,
    createdAt: at,
    updatedAt: at,
    grows: true,
    messages: said({ ...data, content, created_at: at }, own, shared),
  }
}

function sessionOf(data: Record, { around }: RecordContext): string | undefined {
  return (
    data.session_id ??
    data.thread_id ??
    textIn(around, 'session_id') ??
    textIn(around, 'thread_id') ??
    (data.messages ? (data.uuid ?? data.id) : undefined) ??
    undefined
  )
}

/** Before threads, `role` was a name and `role_type` the role. */
function said(each: z.infer<typeof message>, own: string, conversation: string): DraftMessage[] {
  const content = each.content ?? ''
  const role = each.role_type ?? each.role ?? 'user'
  if (content.trim() === '' || role === 'system') return []
  return [
    {
      id: `${conversation}/${own}`,
      role,
      name: each.name ?? (each.role_type == null ? null : each.role),
      content,
      createdAt: each.created_at,
    },
  ]
}

function missing(field: string): z.ZodError {
  return new z.ZodError([
    { code: 'custom', path: [field], message: 'is missing', input: undefined },
  ])
}
