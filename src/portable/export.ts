import { MemoirError, SENTENCE } from '../errors.ts'
import type { Database } from '../stores/database.ts'
import {
  findExported,
  pageConversations,
  pageHeldMessages,
  pageReadMessages,
  type ConversationKey,
  type ExportedConversation,
  type ExportedMessage,
  type ExportedUser,
  type MessagePlace,
} from '../stores/portable/export-conversations.ts'
import { linkLines, memoryLines } from './export-memories.ts'
import { entityLines, narrativeLines, sessionLines } from './export-sessions.ts'
import { pages, type Line } from './pages.ts'

/**
 * Everything about one user, line by line. What can be made again of other lines says `derived: true`; an import leaves it out.
 * Each page is a statement of its own, so a slow reader holds neither a connection nor a snapshot.
 */

export const EXPORT_VERSION = 1

export interface ExportRequest {
  readonly namespaceId: string
  /** The caller's own id. */
  readonly name: string
  /** Only memories in these; null is all there is. */
  readonly scopes: readonly string[] | null
}

/** @throws MemoirError `not_found` before the first line, and when the user is erased meanwhile */
export async function startExport(
  db: Database,
  { namespaceId, name, scopes }: ExportRequest,
): Promise<AsyncGenerator<Line>> {
  const user = await requireExported(db, { namespaceId, name })
  return owned(user, scopes === null ? everything(db, user) : memoriesIn(db, user, scopes))
}

/** With so many memories: how far a reader has come. */
type Found = ExportedUser & { readonly memories: number }

async function requireExported(
  db: Database,
  key: { namespaceId: string; name: string },
): Promise<Found> {
  const user = await findExported(db, key)
  if (user === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return user
}

/** Every line says whose it is: it may be handed in without the others. */
async function* owned({ name }: ExportedUser, lines: AsyncGenerator<Line>): AsyncGenerator<Line> {
  for await (const { type, ...rest } of lines) yield { type, user_id: name, ...rest }
}

async function* everything(db: Database, user: Found): AsyncGenerator<Line> {
  yield { ...header(null), memories: user.memories }
  yield* conversationLines(db, user)
  yield* sessionLines(db, user.userId)
  yield* memoryLines(db, { userId: user.userId, scopes: null })
  yield* linkLines(db, { userId: user.userId, scopes: null })
  yield* entityLines(db, user.userId)
  yield* narrativeLines(db, user.userId)
  yield await footer(db, user)
}

/** Conversations, sessions and narratives are of all scopes. */
async function* memoriesIn(
  db: Database,
  user: ExportedUser,
  scopes: readonly string[],
): AsyncGenerator<Line> {
  yield header(scopes)
  yield* memoryLines(db, { userId: user.userId, scopes })
  yield* linkLines(db, { userId: user.userId, scopes })
  yield await footer(db, user)
}

const header = (scopes: readonly string[] | null): Line => ({
  type: 'export',
  version: EXPORT_VERSION,
  exported_at: new Date().toISOString(),
  ...(scopes === null ? {} : { scopes }),
})

/** Says that nothing is missing: who was erased meanwhile has no end. */
async function footer(db: Database, user: ExportedUser): Promise<Line> {
  const { userId } = await requireExported(db, user)
  if (userId !== user.userId) throw new MemoirError('not_found', SENTENCE.not_found)
  return { type: 'end' }
}

const CONVERSATIONS = 100
const MESSAGES = 50
/** A line of messages is closed when it holds so much: an import takes a mebibyte at once. */
const LINE_CHARS = 200_000

async function* conversationLines(db: Database, user: ExportedUser): AsyncGenerator<Line> {
  const found = pages(
    async (after: ConversationKey | null) =>
      await pageConversations(db, user, { after, limit: CONVERSATIONS }),
    CONVERSATIONS,
  )
  for await (const conversation of found) {
    yield* partsOf(db, user, conversation)
  }
}

/** A long conversation in parts, each of which has the same id. */
async function* partsOf(
  db: Database,
  user: ExportedUser,
  conversation: ExportedConversation,
): AsyncGenerator<Line> {
  const read = conversation.held ? pageHeldMessages : pageReadMessages
  const found = pages(
    async (after: MessagePlace | null) =>
      await read(db, user, { of: conversation, after, limit: MESSAGES }),
    MESSAGES,
  )
  let part: Line[] = []
  let chars = 0
  let position = 0
  for await (const message of found) {
    if (part.length > 0 && chars + message.content.length > LINE_CHARS) {
      yield conversationLine(conversation, part)
      part = []
      chars = 0
    }
    part.push(messageLine(message, position))
    chars += message.content.length
    position += 1
  }
  if (part.length > 0 || position === 0) yield conversationLine(conversation, part)
}

const messageLine = (
  { id, role, name, content, created_at }: ExportedMessage,
  position: number,
): Line => ({
  id,
  role: role ?? 'user',
  ...(name === null ? {} : { name }),
  content,
  created_at: created_at.toISOString(),
  position,
})

const conversationLine = (
  { source, id, title, metadata, created_at, updated_at }: ExportedConversation,
  messages: readonly Line[],
): Line => ({
  type: 'conversation',
  id,
  source,
  title,
  ...(metadata === null ? {} : { metadata }),
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
  messages,
})
