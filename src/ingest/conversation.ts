import { createHash, createHmac } from 'node:crypto'
import { v5 as uuidv5 } from 'uuid'
import type { ErrorCode } from '../errors.ts'
import type { SourceSize } from '../stores/sources/source-tables.ts'

/** A conversation as a source has it, before anything of it is known to Memoir. */
export interface SourceMessage {
  readonly id: string
  readonly role: string | null
  /** Who spoke, when the source says more than the role. */
  readonly name: string | null
  readonly content: string
  readonly createdAt: Date
}

export interface ConversationHead {
  readonly id: string
  readonly userId: string | null
  readonly title: string | null
  /** Null where the source says no time that can be one. */
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
  readonly messageCount: number
  /** Size of all messages' content, in bytes. */
  readonly bytes: number
}

export interface SourceConversation extends ConversationHead {
  readonly messages: readonly SourceMessage[]
  /** The source's clock when the messages were read: orders two reads of one conversation. */
  readonly readAt: Date
  /** Nothing says when it was: its messages' times count from 1970, in their order, until the conversation is dated. */
  readonly undated?: boolean
}

/** A conversation, or a row that is none, that is listed and passed over. */
export interface RejectedConversation {
  readonly id: string
  readonly code: ErrorCode
}

/** What rows are listed under whose own id no list can hold: nobody can look them up by it. */
export const NO_ID = '(no id) '
export const LONG_ID = '(long id) '

/** Conversations in the source's own order of ids. */
export interface SourcePage {
  readonly heads: readonly ConversationHead[]
  readonly rejected: readonly RejectedConversation[]
  /** Where the next page begins; null when this was the last. */
  readonly next: string | null
}

export interface LoadedConversations {
  readonly conversations: readonly SourceConversation[]
  readonly rejected: readonly RejectedConversation[]
}

/** Where conversations come from. Reads only. */
export interface ConversationSource {
  readonly name: string
  readonly namespace: string
  /** How many there are; with a time, how many changed at or after it. */
  count(since?: Date): Promise<number>
  measure(): Promise<SourceSize>
  /** The page after that id in the source's own order of ids; null starts. */
  headsAfter(after: string | null, limit: number): Promise<SourcePage>
  /** The page after that id of conversations that changed at or after `since`: themselves, or by a message. */
  changedSince(since: Date, after: string | null, limit: number): Promise<SourcePage>
  /** How many rows there are without an id, which are in no page; up to a limit. */
  withoutId(limit: number): Promise<number>
  /** The source's own clock: its times are compared with no other. */
  clock(): Promise<Date>
  headsOf(ids: readonly string[]): Promise<Omit<SourcePage, 'next'>>
  load(heads: readonly ConversationHead[]): Promise<LoadedConversations>
  check(): Promise<void>
  close(): Promise<void>
}

/**
 * Bumped when the same conversation would be turned into something else: the next backfill then works on it again. Where only its words
 * are indexed otherwise, `CONTENT_VERSION` stays: postings are rewritten, and no model is asked.
 */
export const PIPELINE_VERSION = 4
/** Bumped with it when its texts or vectors would be others: everything is then embedded again. */
export const CONTENT_VERSION = 3

/** Fixed for ever: derived ids must come out the same on every machine and in every version. */
const ID_SPACE = '8d0f6c1e-5b0a-4a55-9a0c-3a1d6a6f7a10'

export interface SourceRef {
  readonly namespaceId: string
  readonly source: string
  readonly conversationId: string
}

/** JSON of a list cannot be confused by separators inside the parts. */
const derive = (parts: readonly string[]) => uuidv5(JSON.stringify(parts), ID_SPACE)

export function episodeId(ref: SourceRef): string {
  return derive(['episode', ref.namespaceId, ref.source, ref.conversationId])
}

export function messageTraceId(ref: SourceRef, messageId: string): string {
  return derive(['message', ref.namespaceId, ref.source, ref.conversationId, messageId])
}

/** SHA-256 over everything ingest uses of a conversation, so equal hashes mean there is nothing to do. */
export function conversationHash(conversation: SourceConversation): Buffer {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([conversation.userId, conversation.title]))
  for (const { id, role, name, content, createdAt } of conversation.messages) {
    hash.update(JSON.stringify([id, role, name, createdAt.getTime(), content]))
  }
  return hash.digest()
}

export function contentHash(parts: readonly (string | number | null)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}

/** Remembers that something was forgotten without remembering what: useless without the installation's key. */
export function keyedHash(key: string, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest()
}

/**
 * The newest of what the source says: timestamps order two reads, they never prove that nothing changed. What lies after the reading
 * (a clock that goes wrong, an end that is planned) orders nothing.
 */
export function sourceUpdatedAt({
  readAt,
  undated,
  updatedAt,
  messages,
}: SourceConversation): Date {
  if (undated === true) return readAt
  const newest = messages.reduce(
    (latest, { createdAt }) => Math.max(latest, createdAt.getTime()),
    updatedAt?.getTime() ?? Number.NEGATIVE_INFINITY,
  )
  return new Date(Math.min(newest, readAt.getTime()))
}

/** An undated conversation as one that began then, as far as anybody knows. */
export function datedFrom<C extends SourceConversation & { turns: readonly SourceMessage[] }>(
  conversation: C,
  began: Date,
): C {
  if (conversation.undated !== true) return conversation
  const move = ({ createdAt, ...message }: SourceMessage) => ({
    ...message,
    createdAt: new Date(began.getTime() + createdAt.getTime()),
  })
  const { messages, turns } = conversation
  return {
    ...conversation,
    createdAt: began,
    messages: messages.map(move),
    turns: turns.map(move),
  }
}
