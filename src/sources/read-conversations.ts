import { createHash } from 'node:crypto'
import { LONG_ID, NO_ID } from '../ingest/conversation.ts'
import type {
  ConversationHead,
  RejectedConversation,
  SourceConversation,
  SourceMessage,
} from '../ingest/conversation.ts'
import type {
  HeadRow,
  MessageRow,
  SourceMessages,
  SourceTables,
} from '../stores/sources/source-tables.ts'
import { isFields } from './files/formats/fields.ts'
import { messagesInJson, roleIn } from './json-messages.ts'
import { timeOfJson } from './source-times.ts'
import { parseJson, readIds, readText, readTime } from './source-values.ts'
import { datedMessages, type DatedMessage, type UndatedMessage } from './source-order.ts'

/** What becomes of rows: conversations and messages, or the reason why not. Every value of a row may be anything its type holds. */

export interface Reading {
  readonly tables: SourceTables
  /** Of times without an offset. */
  readonly zone: string
  readonly roleOf: (word: string) => string
}

/** Longer ids are no ids, and no index holds them. */
const MAX_ID_CHARS = 512

export const rejected = (id: string, code: RejectedConversation['code']): RejectedConversation => ({
  id: shortId(id),
  code,
})

/** A long id by its beginning and its hash. */
function shortId(id: string): string {
  if (id.length <= MAX_ID_CHARS) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${LONG_ID}${id.slice(0, 64).toWellFormed()}…${hash}`
}

/** Rows of one id are one conversation, if it belongs to one user: views give one for each row that they join. */
export function readHeads(
  rows: readonly HeadRow[],
  reading: Reading,
): { heads: ConversationHead[]; rejected: RejectedConversation[] } {
  const heads: ConversationHead[] = []
  const refused: RejectedConversation[] = []
  for (const [id, same] of Map.groupBy(rows, (row) => row.id)) {
    const users = new Set(
      same.flatMap(({ user_id }) => readIds(user_id, reading.tables.conversationUser)),
    )
    if (id.trim() === '')
      refused.push(rejected(`${NO_ID}${JSON.stringify(id.slice(0, 64))}`, 'no_id'))
    else if (id.length > MAX_ID_CHARS) refused.push(rejected(id, 'source_row_invalid'))
    else if (users.size > 1) refused.push(rejected(id, 'duplicate_id'))
    else heads.push(headOf(id, [...users][0] ?? null, { same, reading }))
  }
  return { heads, rejected: refused }
}

function headOf(
  id: string,
  userId: string | null,
  { same, reading: { tables, zone } }: { same: readonly HeadRow[]; reading: Reading },
): ConversationHead {
  const times = (name: 'created_at' | 'updated_at') => {
    const column =
      name === 'created_at' ? tables.conversationCreatedAt : tables.conversationUpdatedAt
    return same
      .flatMap((row) => readTime(row[name], column, zone)?.getTime() ?? [])
      .toSorted((a, b) => a - b)
  }
  const titles = same.flatMap(({ title }) => readText(title, tables.conversationTitle) ?? [])
  const [created, updated] = [times('created_at').at(0), times('updated_at').at(-1)]
  return {
    id,
    userId,
    title: titles.toSorted()[0] ?? null,
    createdAt: dateOf(created ?? updated),
    updatedAt: dateOf(updated ?? created),
    messageCount: Math.max(...same.map(({ message_count }) => message_count)),
    bytes: Math.max(...same.map(({ bytes }) => bytes)),
  }
}

const dateOf = (ms: number | undefined) => (ms === undefined ? null : new Date(ms))

export function assemble(
  heads: readonly ConversationHead[],
  { rows, readAt }: { rows: readonly MessageRow[]; readAt: Date },
  reading: Reading,
): { conversations: SourceConversation[]; rejected: RejectedConversation[] } {
  const byConversation = Map.groupBy(rows, (row) => row.conversation_id)
  const conversations: SourceConversation[] = []
  const refused: RejectedConversation[] = []
  for (const head of heads) {
    const messages = readMessages(byConversation.get(head.id) ?? [], reading)
    if (messages === null) refused.push(rejected(head.id, 'source_row_invalid'))
    else conversations.push(conversationOf(head, messages, { reading, readAt }))
  }
  return { conversations, rejected: refused }
}

function conversationOf(
  head: ConversationHead,
  messages: readonly UndatedMessage[],
  { reading, readAt }: { reading: Reading; readAt: Date },
): SourceConversation {
  const ordered = 'table' in reading.tables.messages ? 'by id' : 'as listed'
  const dated = datedMessages(messages, { began: head.createdAt, ordered })
  return { ...head, readAt, undated: dated.undated, messages: withOwnIds(dated.messages) }
}

/** @returns null where the messages cannot be read */
function readMessages(
  rows: readonly MessageRow[],
  reading: Reading,
): readonly UndatedMessage[] | null {
  const { messages } = reading.tables
  if ('table' in messages) {
    return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((same) =>
      same.map((row) => messageOf(row, messages, reading)).toSorted(alike),
    )
  }
  const lists = rows.map(({ content }) => (content === null ? [] : messagesInJson(content)))
  if (lists.includes(null)) return null
  return lists.flatMap((list) =>
    (list ?? []).map(({ time, role, ...message }) => ({
      ...message,
      role: role === null ? null : reading.roleOf(role),
      at: timeOfJson(time, reading.zone),
    })),
  )
}

function messageOf(row: MessageRow, columns: SourceMessages, reading: Reading): UndatedMessage {
  const role = roleWord(row.role, columns)
  return {
    id: row.id,
    role: role === null || role.trim() === '' ? null : reading.roleOf(role),
    name: readText(row.name, columns.name),
    content: readText(row.content, columns.content) ?? '',
    at: readTime(row.created_at, columns.createdAt, reading.zone),
  }
}

/** Rows that share an id come in any order. */
function alike(one: UndatedMessage, other: UndatedMessage): number {
  const keys = [one, other].map(({ at, role, name, content }) =>
    JSON.stringify([at?.toISOString() ?? '~', role, name, content]),
  )
  return (keys[0] ?? '') < (keys[1] ?? '') ? -1 : 1
}

/** A column that holds whole messages says who speaks beside what is said. */
function roleWord(value: string | null, { role }: SourceMessages): string | null {
  if (value === null || role.kind !== 'json') return readText(value, role)
  const parsed = parseJson(value)
  if (isFields(parsed)) return roleIn(parsed)
  return typeof parsed === 'string' ? parsed : null
}

/**
 * Each message once, under an id of its own. The same row twice is one message; others that share an id, or have none, are told apart
 * by their place among those.
 */
function withOwnIds(messages: readonly DatedMessage[]): SourceMessage[] {
  const seen = new Map<string, SourceMessage[]>()
  const own: SourceMessage[] = []
  for (const message of messages) {
    const id = message.id === null || message.id === '' ? '' : shortId(message.id)
    const before = seen.get(id) ?? []
    if (id !== '' && before.some((one) => isSame(one, message))) continue
    const place = before.length + 1
    const named = { ...message, id: id !== '' && place === 1 ? id : `${id}#${place}` }
    seen.set(id, [...before, named])
    own.push(named)
  }
  return own
}

const isSame = (one: SourceMessage, other: DatedMessage) =>
  one.content === other.content && one.role === other.role && one.name === other.name
