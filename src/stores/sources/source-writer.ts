import type { Queryable } from '../database.ts'

/** One conversation for Memoir's own source tables. */
export interface NewConversation {
  readonly id: string
  readonly userId: string
  readonly title: string | null
  /** Kept as it is; nothing is made of it. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly messages: readonly NewMessage[]
}

export interface NewMessage {
  /** Unique within the source. */
  readonly id: string
  readonly role: string
  readonly name: string | null
  readonly content: string
  readonly createdAt: Date
  /** Its place in the conversation, where that comes in parts; else its place in the list. */
  readonly position?: number
}

export interface SourceKey {
  readonly namespace: string
  readonly source: string
}

/**
 * Writes conversations and their messages into Memoir's own source tables, in two statements; run it in a transaction. The same again
 * changes nothing, another text under the same id replaces the old one.
 */
export async function insertConversations(
  db: Queryable,
  { namespace, source }: SourceKey,
  conversations: readonly NewConversation[],
): Promise<void> {
  await db.query(
    `insert into memoir.conversations as c (namespace, source, id, user_id, title, created_at, updated_at, metadata)
     select $1, $2, n.id, n.user_id, n.title, n.created_at, n.updated_at, n.metadata
       from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::jsonb[])
            as n(id, user_id, title, created_at, updated_at, metadata)
     on conflict (namespace, source, id) do update
        set user_id = excluded.user_id, title = excluded.title,
            created_at = least(c.created_at, excluded.created_at),
            updated_at = greatest(c.updated_at, excluded.updated_at), metadata = coalesce(excluded.metadata, c.metadata)
      where (c.user_id, c.title, c.created_at, c.updated_at, c.metadata)
            is distinct from (excluded.user_id, excluded.title,
                              least(c.created_at, excluded.created_at),
                              greatest(c.updated_at, excluded.updated_at), coalesce(excluded.metadata, c.metadata))`,
    [
      namespace,
      source,
      conversations.map((each) => each.id),
      conversations.map((each) => each.userId),
      conversations.map((each) => each.title),
      conversations.map((each) => each.createdAt),
      conversations.map((each) => each.updatedAt),
      conversations.map(({ metadata }) =>
        metadata === undefined ? null : JSON.stringify(metadata),
      ),
    ],
  )
  await insertMessages(db, { namespace, source }, conversations)
}

async function insertMessages(
  db: Queryable,
  { namespace, source }: SourceKey,
  conversations: readonly NewConversation[],
): Promise<void> {
  const rows = conversations.flatMap(({ id, messages }) =>
    messages.map((message, position) => ({
      ...message,
      conversationId: id,
      position: message.position ?? position,
    })),
  )
  await db.query(
    `insert into memoir.messages as m
            (namespace, source, id, conversation_id, role, name, content, position, created_at)
     select $1, $2, n.id, n.conversation_id, n.role, n.name, n.content, n.position, n.created_at
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::timestamptz[])
            as n(id, conversation_id, role, name, content, position, created_at)
     on conflict (namespace, source, id) do update
        set conversation_id = excluded.conversation_id, role = excluded.role, name = excluded.name,
            content = excluded.content, position = excluded.position, created_at = excluded.created_at
      where (m.conversation_id, m.role, m.name, m.content, m.position, m.created_at)
            is distinct from (excluded.conversation_id, excluded.role, excluded.name,
                              excluded.content, excluded.position, excluded.created_at)`,
    [
      namespace,
      source,
      rows.map((each) => each.id),
      rows.map((each) => each.conversationId),
      rows.map((each) => each.role),
      rows.map((each) => each.name),
      rows.map((each) => each.content),
      rows.map((each) => each.position),
      rows.map((each) => each.createdAt),
    ],
  )
}

/** Writers of one source follow one another until their transactions end: what is checked before a write stays true for it. */
export async function lockSource(tx: Queryable, { namespace, source }: SourceKey): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['memoir.conversations', namespace, source]),
  ])
}

/** Who the conversations are about that are there already. */
export async function selectOwners(
  db: Queryable,
  { namespace, source }: SourceKey,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await db.query<{ id: string; user_id: string | null }>(
    `select id, user_id from memoir.conversations
      where namespace = $1 and source = $2 and id = any($3::text[])`,
    [namespace, source, ids],
  )
  return new Map(rows.map((row) => [row.id, row.user_id]))
}

/** Which conversation has each message that is there already. */
export async function selectHolders(
  db: Queryable,
  { namespace, source }: SourceKey,
  messageIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; conversation_id: string }>(
    `select id, conversation_id from memoir.messages
      where namespace = $1 and source = $2 and id = any($3::text[])`,
    [namespace, source, messageIds],
  )
  return new Map(rows.map((row) => [row.id, row.conversation_id]))
}
