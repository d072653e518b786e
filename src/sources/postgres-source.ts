import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type {
  ConversationHead,
  ConversationSource,
  SourceConversation,
  SourceMessage,
} from '../ingest/conversation.ts'
import {
  isStoreAway,
  openDatabase,
  sqlState,
  type Database,
  type Queryable,
} from '../stores/database.ts'
import {
  countConversations,
  measureSource,
  selectChangedHeads,
  selectClock,
  selectHeadsAfter,
  selectHeadsOf,
  selectMessages,
  type HeadRow,
  type MessageRow,
  type SourceSize,
  type SourceTables,
} from '../stores/sources/source-tables.ts'

/** A page and one load ahead: more connections would only burden somebody else's database. */
const SOURCE_POOL_SIZE = 2

/** Rows of a source that give no time at all sort first and never look new. */
const NO_TIME = new Date(0)

/**
 * Conversations in Postgres: another database by `SOURCE_DATABASE_URL`, else Memoir's own tables. Every read runs in a read-only
 * transaction of one snapshot.
 */
export function createPostgresSource(
  config: Config,
  own: Database,
  onIdleError: (error: Error) => void,
): ConversationSource {
  const { foreign, db, tables } = openTables(config, own, onIdleError)
  const read = async <T>(work: Parameters<Database['transaction']>[0]): Promise<T> =>
    (await db.transaction(work, { readOnly: true }).catch((error: unknown) => {
      throw sourceError(error)
    })) as T
  const readHeads = async (select: (tx: Queryable) => Promise<HeadRow[]>) =>
    (await read<HeadRow[]>(select)).map(toHead)

  return {
    name: config.SOURCE_NAME,
    namespace: config.SOURCE_NAMESPACE,
    count: async (since) =>
      await read<number>(async (tx) => await countConversations(tx, tables, since ?? null)),
    clock: async () => await read<Date>(async (tx) => await selectClock(tx)),
    changedSince: async (since, after, limit) =>
      await readHeads(async (tx) => await selectChangedHeads(tx, tables, { since, after, limit })),
    measure: async () => await read<SourceSize>(async (tx) => await measureSource(tx, tables)),
    headsAfter: async (after, limit) =>
      await readHeads(async (tx) => await selectHeadsAfter(tx, tables, { after, limit })),
    headsOf: async (ids) => await readHeads(async (tx) => await selectHeadsOf(tx, tables, ids)),
    load: async (heads) =>
      await read<SourceConversation[]>(async (tx) => {
        const { rows, readAt } = await selectMessages(
          tx,
          tables,
          heads.map(({ id }) => id),
        )
        return assemble(heads, rows, readAt)
      }),
    check: async () => {
      await read(async (tx) => await selectHeadsAfter(tx, tables, { after: null, limit: 1 }))
      await read(async (tx) => await selectMessages(tx, tables, []))
    },
    close: async () => {
      if (foreign) await db.close()
    },
  }
}

function openTables(config: Config, own: Database, onIdleError: (error: Error) => void) {
  const foreign = config.SOURCE_DATABASE_URL !== undefined
  const db = foreign
    ? openDatabase({
        url: config.SOURCE_DATABASE_URL,
        poolSize: SOURCE_POOL_SIZE,
        applicationName: 'memoir-source',
        onIdleError,
      })
    : own
  const tables = foreign ? foreignTables(config) : ownTables(config)
  return { foreign, db, tables }
}

function assemble(
  heads: readonly ConversationHead[],
  rows: readonly MessageRow[],
  readAt: Date,
): SourceConversation[] {
  const byConversation = Map.groupBy(rows, (row) => row.conversation_id)
  return heads.map((head) => ({
    ...head,
    readAt,
    messages: (byConversation.get(head.id) ?? []).map((row): SourceMessage => ({
      id: row.id,
      role: row.role,
      name: row.name,
      content: row.content ?? '',
      createdAt: row.created_at ?? head.createdAt,
    })),
  }))
}

function toHead(row: HeadRow): ConversationHead {
  return {
    id: row.id,
    userId: row.user_id,
    title: row.title,
    createdAt: row.created_at ?? row.updated_at ?? NO_TIME,
    updatedAt: row.updated_at ?? row.created_at ?? NO_TIME,
    messageCount: row.message_count,
    bytes: row.bytes,
  }
}

function ownTables(config: Config): SourceTables {
  return {
    conversations: 'memoir.conversations',
    conversationId: 'id',
    conversationUser: 'user_id',
    conversationTitle: 'title',
    conversationCreatedAt: 'created_at',
    conversationUpdatedAt: 'updated_at',
    messages: 'memoir.messages',
    messageId: 'id',
    messageConversation: 'conversation_id',
    messageRole: 'role',
    messageName: 'name',
    messageContent: 'content',
    messageCreatedAt: 'created_at',
    only: { namespace: config.SOURCE_NAMESPACE, source: config.SOURCE_NAME },
  }
}

function foreignTables(config: Config): SourceTables {
  return {
    conversations: config.SOURCE_CONVERSATIONS_TABLE,
    conversationId: config.SOURCE_CONVERSATION_ID,
    conversationUser: config.SOURCE_CONVERSATION_USER,
    conversationTitle: config.SOURCE_CONVERSATION_TITLE ?? null,
    conversationCreatedAt: config.SOURCE_CONVERSATION_CREATED_AT,
    conversationUpdatedAt: config.SOURCE_CONVERSATION_UPDATED_AT,
    messages: config.SOURCE_MESSAGES_TABLE,
    messageId: config.SOURCE_MESSAGE_ID,
    messageConversation: config.SOURCE_MESSAGE_CONVERSATION,
    messageRole: config.SOURCE_MESSAGE_ROLE,
    messageName: config.SOURCE_MESSAGE_NAME ?? null,
    messageContent: config.SOURCE_MESSAGE_CONTENT,
    messageCreatedAt: config.SOURCE_MESSAGE_CREATED_AT,
    only: {},
  }
}

/** Undefined table or column, no privilege, or types that do not compare: the configuration does not fit the source. */
const MISFIT = new Set(['42P01', '42703', '42501', '42883', '42846', '3F000', '22P02'])

/** What a read of a source fails with, in Memoir's own words. */
export function sourceError(error: unknown): unknown {
  const state = sqlState(error instanceof MemoirError ? error.cause : error)
  if (isStoreAway(error) && !MISFIT.has(state ?? '')) {
    const words = error instanceof MemoirError ? error.message : SENTENCE.source_unavailable
    return new MemoirError('source_unavailable', words, { cause: error })
  }
  if (state === undefined || !MISFIT.has(state)) return error
  const words = error instanceof Error ? error.message : ''
  return new MemoirError('source_invalid', `${SENTENCE.source_invalid} Postgres says: ${words}`, {
    cause: error,
  })
}
