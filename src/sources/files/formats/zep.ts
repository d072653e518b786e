import { isMachine } from '../../../domain/roles.ts'
import { textOfContent } from '../../../text/content-parts.ts'
import type { Draft, DraftMessage, Problem } from '../draft.ts'
import { addLeftOut, type LeftOut, type Reason } from '../left-out.ts'
import { fieldOf, idIn, isFields, listIn, textIn, timeIn, type Fields } from './fields.ts'
import type { Format, RecordContext } from './format.ts'
import { userBeside } from './mem0.ts'

/**
 * Zep: sessions (threads) with their messages, messages alone that name their session, or facts. A session is a conversation; the
 * facts of one user become the messages of one.
 */

const LISTS: ReadonlySet<string | null> = new Set([
  'sessions',
  'threads',
  'facts',
  'edges',
  'episodes',
])
const NAMES = ['session_id', 'thread_id', 'role_type', 'fact', 'uuid_']

export const zep: Format = {
  knows: (given, { list }) =>
    LISTS.has(list) || NAMES.some((name) => fieldOf(given, name) !== undefined),
  read(given, context) {
    const fields = isFields(given) ? given : {}
    const userId = idIn(fields, 'user_id') ?? userBeside(context.around) ?? context.user ?? null
    const isSession = Array.isArray(fieldOf(fields, 'messages'))
    return isSession ? session(fields, userId, context) : single(fields, userId, context)
  },
}

function session(fields: Fields, userId: string | null, context: RecordContext): Draft | Problem {
  const conversation = sessionOf(fields, context) ?? idIn(fields, 'uuid', 'id')
  if (conversation === undefined) return { field: 'session_id', message: 'is missing' }
  const leftOut: LeftOut = {}
  const messages = listIn(fields, 'messages').flatMap((each, index) => {
    const own = idIn(each, 'uuid', 'uuid_', 'id') ?? String(index + 1)
    const read = said(each, { content: contentOf(each), own, conversation })
    addLeftOut(leftOut, read.leftOut)
    return read.messages
  })
  return {
    id: conversation,
    userId,
    createdAt: timeIn(fields, 'created_at'),
    updatedAt: timeIn(fields, 'updated_at'),
    messages,
    leftOut,
  }
}

const contentOf = (each: unknown) => textOfContent(fieldOf(each, 'content'))

function single(fields: Fields, userId: string | null, context: RecordContext): Draft | Problem {
  const fact = textIn(fields, 'fact')
  const content = fact ?? contentOf(fields)
  const own = idIn(fields, 'uuid', 'uuid_', 'id')
  if (content === '' && (own === undefined || fieldOf(fields, 'messages') !== undefined)) {
    const isSession = sessionOf(fields, context) !== undefined
    return {
      field: isSession ? 'messages' : 'uuid',
      message: isSession ? 'must be a list' : 'is missing',
    }
  }
  const conversation = fact === undefined ? sessionOf(fields, context) : undefined
  const shared = conversation ?? `zep/${userId ?? 'me'}`
  const at = timeIn(fields, 'valid_at', 'created_at')
  const read = said(fields, {
    content,
    own: own ?? `${context.file}-${context.number}`,
    conversation: shared,
    at,
  })
  const ended = fact !== undefined && hasEnded(fields)
  return {
    id: shared,
    userId,
    title: conversation === undefined ? 'Facts from Zep' : null,
    createdAt: at,
    updatedAt: at,
    grows: true,
    messages: ended ? [] : read.messages,
    leftOut: ended ? { ended: 1 } : read.leftOut,
  }
}

/** What holds until a time in the future holds. */
const hasEnded = (fields: Fields) =>
  ['invalid_at', 'expired_at'].some(
    (name) => (timeIn(fields, name)?.getTime() ?? Infinity) <= Date.now(),
  )

function sessionOf(fields: Fields, { around }: RecordContext): string | undefined {
  return idIn(fields, 'session_id', 'thread_id') ?? idIn(around, 'session_id', 'thread_id')
}

interface Words {
  readonly content: string
  readonly own: string
  readonly conversation: string
  readonly at?: Date | undefined
}

interface Said {
  readonly messages: readonly DraftMessage[]
  readonly leftOut: LeftOut
}

/** Before threads, `role` was a name and `role_type` the role. */
function said(each: unknown, { content, own, conversation, at }: Words): Said {
  const type = textIn(each, 'role_type')
  const given = textIn(each, 'role')
  const role = (type ?? given ?? 'user').toLowerCase()
  const left = leftOf(role, content)
  if (left !== undefined) return { messages: [], leftOut: { [left]: 1 } }
  const message: DraftMessage = {
    id: `${conversation}/${own}`,
    role,
    name: textIn(each, 'name') ?? (type === undefined ? null : given),
    content,
    createdAt: at ?? timeIn(each, 'created_at'),
  }
  return { messages: [message], leftOut: {} }
}

function leftOf(role: string, content: string): Reason | undefined {
  if (role === 'system') return 'system'
  if (content.trim() === '') return 'no_text'
  return isMachine(role) && /tool|function/u.test(role) ? 'tool' : undefined
}
