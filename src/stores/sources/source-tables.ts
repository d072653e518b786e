import { LONG_CHARS } from '../../text/passages.ts'
import type { Queryable } from '../database.ts'

/** Statements over somebody's conversations and messages; the names come from configuration, checked to be plain SQL names. */
export interface SourceTables {
  readonly conversations: string
  readonly conversationId: string
  readonly conversationUser: string
  readonly conversationTitle: string | null
  readonly conversationCreatedAt: string
  readonly conversationUpdatedAt: string
  readonly messages: string
  readonly messageId: string
  readonly messageConversation: string
  readonly messageRole: string
  readonly messageName: string | null
  readonly messageContent: string
  readonly messageCreatedAt: string
  /** Columns that a row must equal: Memoir's own tables hold several namespaces and sources. */
  readonly only: Readonly<Record<string, string>>
}

export interface HeadRow {
  readonly id: string
  readonly user_id: string | null
  readonly title: string | null
  readonly created_at: Date | null
  readonly updated_at: Date | null
  readonly message_count: number
  readonly bytes: number
}

export interface MessageRow {
  readonly id: string
  readonly conversation_id: string
  readonly role: string | null
  readonly name: string | null
  readonly content: string | null
  readonly created_at: Date | null
}

/** Quotes each part of `table` or `schema.table`. */
export const quoted = (name: string) =>
  name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')

/** Conditions on the fixed columns, numbered from `$first`. */
function fixed(alias: string, tables: SourceTables, first: number) {
  const names = Object.keys(tables.only)
  return {
    sql: names.map((name, index) => ` and ${alias}.${quoted(name)} = $${first + index}`).join(''),
    values: names.map((name) => tables.only[name]),
  }
}

function headColumns(t: SourceTables, onlyMessages: string): string {
  return `c.${quoted(t.conversationId)}::text as id,
       c.${quoted(t.conversationUser)}::text as user_id,
       ${t.conversationTitle ? `c.${quoted(t.conversationTitle)}::text` : 'null::text'} as title,
       c.${quoted(t.conversationCreatedAt)}::timestamptz as created_at,
       c.${quoted(t.conversationUpdatedAt)}::timestamptz as updated_at,
       m.message_count, m.bytes
  from ${quoted(t.conversations)} c
  cross join lateral (
    select count(*) as message_count, coalesce(sum(octet_length(m.${quoted(t.messageContent)})), 0)::bigint as bytes
      from ${quoted(t.messages)} m
     where m.${quoted(t.messageConversation)} = c.${quoted(t.conversationId)}${onlyMessages}
  ) m`
}

/** @param since counts only what changed at or after; null counts everything */
export async function countConversations(
  db: Queryable,
  t: SourceTables,
  since: Date | null,
): Promise<number> {
  const first = since === null ? 1 : 2
  const only = fixed('c', t, first)
  const changed = since === null ? '' : ` and ${changedSince(t, { time: '$1', first })}`
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from ${quoted(t.conversations)} c where true${changed}${only.sql}`,
    [...(since === null ? [] : [since]), ...only.values],
  )
  return rows[0]?.n ?? 0
}

/** How much there is in a source. */
export interface SourceSize {
  readonly conversations: number
  readonly messages: number
  /** Of all messages' content, and of the long ones. */
  readonly bytes: number
  readonly longBytes: number
}

export async function measureSource(db: Queryable, t: SourceTables): Promise<SourceSize> {
  const conversations = await countConversations(db, t, null)
  const only = fixed('m', t, 1)
  const content = `m.${quoted(t.messageContent)}`
  const { rows } = await db.query<Omit<SourceSize, 'conversations'>>(
    `select count(*) as messages, coalesce(sum(octet_length(${content})), 0)::bigint as bytes,
            coalesce(sum(octet_length(${content})) filter (where length(${content}) > ${LONG_CHARS}), 0)::bigint as "longBytes"
       from ${quoted(t.messages)} m where true${only.sql}`,
    only.values,
  )
  return { conversations, ...(rows[0] ?? { messages: 0, bytes: 0, longBytes: 0 }) }
}

/**
 * greatest(conversation, newest message) >= time. Applications forget to touch the conversation when a message is added, so the
 * messages are asked too.
 */
function changedSince(t: SourceTables, { time, first }: { time: string; first: number }): string {
  const updated = `c.${quoted(t.conversationUpdatedAt)}::timestamptz`
  const created = `c.${quoted(t.conversationCreatedAt)}::timestamptz`
  return `(greatest(${updated}, ${created}) >= ${time}::timestamptz or exists (
    select from ${quoted(t.messages)} m
     where m.${quoted(t.messageConversation)} = c.${quoted(t.conversationId)}
       and m.${quoted(t.messageCreatedAt)}::timestamptz >= ${time}::timestamptz${fixed('m', t, first).sql}))`
}

/** The page after that id of what changed since then, in the order of ids. */
export async function selectChangedHeads(
  db: Queryable,
  t: SourceTables,
  { since, after, limit }: { since: Date; after: string | null; limit: number },
): Promise<HeadRow[]> {
  const id = `c.${quoted(t.conversationId)}`
  const first = after === null ? 3 : 4
  const only = fixed('c', t, first)
  const { rows } = await db.query<HeadRow>(
    `select ${headColumns(t, fixed('m', t, first).sql)}
      where ${after === null ? 'true' : `${id} > $3`}${only.sql}
        and ${changedSince(t, { time: '$2', first })}
      order by ${id}
      limit $1`,
    [limit, since, ...(after === null ? [] : [after]), ...only.values],
  )
  return rows
}

/** The source's own clock. */
export async function selectClock(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ at: Date }>('select clock_timestamp() as at')
  return rows[0]?.at ?? new Date()
}

/** One page by keyset, in the id column's own order, so uuid and bigint keys use their index. */
export async function selectHeadsAfter(
  db: Queryable,
  t: SourceTables,
  { after, limit }: { after: string | null; limit: number },
): Promise<HeadRow[]> {
  const id = `c.${quoted(t.conversationId)}`
  const first = after === null ? 2 : 3
  const onlyMessages = fixed('m', t, first)
  const only = fixed('c', t, first)
  const { rows } = await db.query<HeadRow>(
    `select ${headColumns(t, onlyMessages.sql)}
      where ${after === null ? 'true' : `${id} > $2`}${only.sql}
      order by ${id}
      limit $1`,
    [limit, ...(after === null ? [] : [after]), ...only.values],
  )
  return rows
}

export async function selectHeadsOf(
  db: Queryable,
  t: SourceTables,
  ids: readonly string[],
): Promise<HeadRow[]> {
  const onlyMessages = fixed('m', t, 2)
  const only = fixed('c', t, 2)
  const { rows } = await db.query<HeadRow>(
    `select ${headColumns(t, onlyMessages.sql)}
      where c.${quoted(t.conversationId)}::text = any($1::text[])${only.sql}`,
    [ids, ...only.values],
  )
  return rows
}

/** All messages of these conversations in the order they were said, and the source's clock. */
export async function selectMessages(
  db: Queryable,
  t: SourceTables,
  ids: readonly string[],
): Promise<{ rows: MessageRow[]; readAt: Date }> {
  const only = fixed('m', t, 2)
  const conversation = `m.${quoted(t.messageConversation)}`
  // Asked first: in a transaction of one snapshot the first statement takes it, so the time is the snapshot's.
  const readAt = await selectClock(db)
  const { rows } = await db.query<MessageRow>(
    `select m.${quoted(t.messageId)}::text as id,
            ${conversation}::text as conversation_id,
            m.${quoted(t.messageRole)}::text as role,
            ${t.messageName ? `m.${quoted(t.messageName)}::text` : 'null::text'} as name,
            m.${quoted(t.messageContent)}::text as content,
            m.${quoted(t.messageCreatedAt)}::timestamptz as created_at
       from ${quoted(t.messages)} m
      where ${conversation} = any($1)${only.sql}
      order by ${conversation}, m.${quoted(t.messageCreatedAt)}, m.${quoted(t.messageId)}`,
    [ids, ...only.values],
  )
  return { rows, readAt }
}
