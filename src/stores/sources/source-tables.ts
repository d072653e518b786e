import { LONG_CHARS } from '../../text/passages.ts'
import type { Queryable } from '../database.ts'
import {
  newerSql,
  orderSql,
  quoted,
  sameSql,
  sizeSql,
  textSql,
  timeSql,
  type Column,
} from './source-columns.ts'

/** Statements over somebody's conversations and messages; the names come from configuration, checked to be plain SQL names. */
export interface SourceTables {
  readonly conversations: string
  readonly conversationId: Column
  readonly conversationUser: Column
  readonly conversationTitle: Column | null
  readonly conversationCreatedAt: Column | null
  readonly conversationUpdatedAt: Column | null
  /** A table of messages, or a column of the conversation that holds them all. */
  readonly messages: SourceMessages | Column
  /** Columns that a row must equal: Memoir's own tables hold several namespaces and sources. */
  readonly only: Readonly<Record<string, string>>
}

export interface SourceMessages {
  readonly table: string
  readonly id: Column
  readonly conversation: Column
  readonly role: Column
  readonly name: Column | null
  readonly content: Column
  readonly createdAt: Column | null
}

const isTable = (messages: SourceTables['messages']): messages is SourceMessages =>
  'table' in messages

/** One row of a conversation: a view may give several. Times are as `timeSql` gives them. */
export interface HeadRow {
  readonly id: string
  readonly user_id: string | null
  readonly title: string | null
  readonly created_at: string | null
  readonly updated_at: string | null
  readonly message_count: number
  readonly bytes: number
}

export interface MessageRow {
  readonly id: string | null
  readonly conversation_id: string
  readonly role: string | null
  readonly name: string | null
  readonly content: string | null
  readonly created_at: string | null
}

/** Conditions on the fixed columns, numbered from `$first`. */
function fixed(alias: string, tables: SourceTables, first: number) {
  const names = Object.keys(tables.only)
  return {
    sql: names.map((name, index) => ` and ${alias}.${quoted(name)} = $${first + index}`).join(''),
    values: names.map((name) => tables.only[name]),
  }
}

/** Longer titles and names are somebody's text. */
const MAX_TITLE_CHARS = 1_000
const MAX_NAME_CHARS = 256

function headColumns(t: SourceTables, onlyMessages: string): string {
  const title = t.conversationTitle
  return `${keySql(t)}::text as id,
       ${textSql('c', t.conversationUser)} as user_id,
       ${title ? `left(${textSql('c', title)}, ${MAX_TITLE_CHARS})` : 'null::text'} as title,
       ${timeSql('c', t.conversationCreatedAt)} as created_at,
       ${timeSql('c', t.conversationUpdatedAt)} as updated_at,
       ${countSql(t, onlyMessages)}`
}

function countSql({ messages, conversationId }: SourceTables, only: string): string {
  if (!isTable(messages)) {
    return `0 as message_count, coalesce(${sizeSql('c', messages)}, 0)::bigint as bytes
  from c`
  }
  const same = sameSql(
    `m.${messages.conversation.sql}`,
    messages.conversation,
    `c.${conversationId.sql}`,
    conversationId,
  )
  return `m.message_count, m.bytes
  from c
  cross join lateral (
    select count(*) as message_count, coalesce(sum(${sizeSql('m', messages.content)}), 0)::bigint as bytes
      from ${quoted(messages.table)} m
     where ${same}${only}
  ) m`
}

const keySql = (t: SourceTables) => orderSql('c', t.conversationId)

/** @param since counts only what changed at or after; null counts everything. Rows without an id count nowhere. */
export async function countConversations(
  db: Queryable,
  t: SourceTables,
  since: Date | null,
): Promise<number> {
  const first = since === null ? 1 : 2
  const only = fixed('c', t, first)
  const changed = since === null ? '' : ` and ${changedSince(t, { time: '$1', first })}`
  const unique = t.conversationId.nullable ? `distinct ${keySql(t)}` : '*'
  const { rows } = await db.query<{ n: number }>(
    `select count(${unique}) as n from ${quoted(t.conversations)} c where true${changed}${only.sql}`,
    [...(since === null ? [] : [since]), ...only.values],
  )
  return rows[0]?.n ?? 0
}

/** How many rows there are without an id, up to a limit. */
export async function countWithoutId(
  db: Queryable,
  t: SourceTables,
  limit: number,
): Promise<number> {
  if (!t.conversationId.nullable) return 0
  const only = fixed('c', t, 2)
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from (
       select from ${quoted(t.conversations)} c where c.${t.conversationId.sql} is null${only.sql} limit $1) t`,
    [limit, ...only.values],
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
  const [table, column] = isTable(t.messages)
    ? [t.messages.table, t.messages.content]
    : [t.conversations, t.messages]
  const size = sizeSql('m', column)
  const { rows } = await db.query<Omit<SourceSize, 'conversations'>>(
    `select count(*) as messages, coalesce(sum(${size}), 0)::bigint as bytes,
            coalesce(sum(${size}) filter (where ${size} > ${LONG_CHARS}), 0)::bigint as "longBytes"
       from ${quoted(table)} m where true${only.sql}`,
    only.values,
  )
  return { conversations, ...(rows[0] ?? { messages: 0, bytes: 0, longBytes: 0 }) }
}

/**
 * greatest(conversation, newest message) >= time. Applications forget to touch the conversation when a message is added, so the
 * messages are asked too; one without a time may be new.
 */
function changedSince(t: SourceTables, { time, first }: { time: string; first: number }): string {
  const ways = [
    ...ownTimes(t).map((column) => `coalesce(${newerSql('c', column, time)}, false)`),
    messagesChanged(t, { time, first }),
  ]
  // Named even where no column is compared with it: Postgres refuses a value that no statement names.
  return `(${time}::timestamptz is not null and (${ways.join(' or ')}))`
}

const ownTimes = ({ conversationUpdatedAt, conversationCreatedAt }: SourceTables) =>
  [conversationUpdatedAt, conversationCreatedAt].filter((column) => column !== null)

function messagesChanged(
  t: SourceTables,
  { time, first }: { time: string; first: number },
): string {
  const { messages } = t
  if (!isTable(messages)) {
    const unknown = ownTimes(t).map(({ sql }) => ` and c.${sql} is null`)
    return `(true${unknown.join('')})`
  }
  const { createdAt, table, conversation } = messages
  const unknown = createdAt?.nullable ? ` or m.${createdAt.sql} is null` : ''
  const newer = createdAt === null ? 'true' : `(${newerSql('m', createdAt, time)}${unknown})`
  const id = `c.${t.conversationId.sql}`
  return `exists (
    select from ${quoted(table)} m
     where ${sameSql(`m.${conversation.sql}`, conversation, id, t.conversationId)}
       and ${newer}${fixed('m', t, first).sql})`
}

/** The source's own clock. */
export async function selectClock(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ at: Date }>('select clock_timestamp() as at')
  return rows[0]?.at ?? new Date()
}

export interface PageOf {
  readonly after: string | null
  readonly limit: number
  /** Only what changed at or after. */
  readonly since: Date | null
}

/**
 * One page of ids by keyset, each once, in the id column's own order, so uuid and bigint keys use their index. Rows without an id are
 * in none.
 */
function pageSql(t: SourceTables, { after, limit, since }: PageOf) {
  const id = keySql(t)
  const values: unknown[] = [limit]
  const parameter = (value: unknown) => `$${values.push(value)}`
  const conditions = [`${id} is not null`]
  if (after !== null) conditions.push(`${id} > ${parameter(after)}`)
  const time = since === null ? null : parameter(since)
  const first = values.length + 1
  const only = fixed('c', t, first)
  values.push(...only.values)
  if (time !== null) conditions.push(changedSince(t, { time, first }))
  const sql = `select distinct ${id} as key from ${quoted(t.conversations)} c
                where ${conditions.join(' and ')}${only.sql} order by 1 limit $1`
  return { sql, values, first }
}

/** The ids alone: for when a row of the page cannot be read. */
export async function selectKeys(db: Queryable, t: SourceTables, page: PageOf): Promise<string[]> {
  const { sql, values } = pageSql(t, page)
  const { rows } = await db.query<{ id: string }>(
    `select key::text as id from (${sql}) page order by key`,
    values,
  )
  return rows.map(({ id }) => id)
}

export async function selectHeads(
  db: Queryable,
  t: SourceTables,
  page: PageOf,
): Promise<HeadRow[]> {
  const { sql, values, first } = pageSql(t, page)
  const id = keySql(t)
  const { rows } = await db.query<HeadRow>(
    `with page as (${sql}),
          c as (select c.* from page join ${quoted(t.conversations)} c on ${id} = page.key${fixed('c', t, first).sql})
     select ${headColumns(t, fixed('m', t, first).sql)}
      order by ${id}`,
    values,
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
    `with c as (select c.* from ${quoted(t.conversations)} c
                 where c.${t.conversationId.sql}::text = any($1::text[])${only.sql})
     select ${headColumns(t, onlyMessages.sql)}`,
    [ids, ...only.values],
  )
  return rows
}

/** All messages of these conversations in the order of their ids, and the source's clock. */
export async function selectMessages(
  db: Queryable,
  t: SourceTables,
  ids: readonly string[],
): Promise<{ rows: MessageRow[]; readAt: Date }> {
  // Asked first: in a transaction of one snapshot the first statement takes it, so the time is the snapshot's.
  const readAt = await selectClock(db)
  const { messages } = t
  if (!isTable(messages)) return { rows: await selectJson(db, t, { messages, ids }), readAt }
  const only = fixed('m', t, 2)
  const { conversation, id, role, name } = messages
  const same = sameSql(
    `m.${conversation.sql}`,
    conversation,
    `c.${t.conversationId.sql}`,
    t.conversationId,
  )
  const of = same.includes('::text') ? `m.${conversation.sql}::text` : `m.${conversation.sql}`
  const { rows } = await db.query<MessageRow>(
    `select m.${id.sql}::text as id,
            m.${conversation.sql}::text as conversation_id,
            ${textSql('m', role)} as role,
            ${name ? `left(${textSql('m', name)}, ${MAX_NAME_CHARS})` : 'null::text'} as name,
            ${textSql('m', messages.content)} as content,
            ${timeSql('m', messages.createdAt)} as created_at
       from ${quoted(messages.table)} m
      where ${of} = any($1)${only.sql}
      order by m.${conversation.sql}, ${orderSql('m', id)}`,
    [ids, ...only.values],
  )
  return { rows, readAt }
}

/** The column that holds all messages of a conversation, one row for each row of the conversation. */
async function selectJson(
  db: Queryable,
  t: SourceTables,
  { messages, ids }: { messages: Column; ids: readonly string[] },
): Promise<MessageRow[]> {
  const only = fixed('c', t, 2)
  const { rows } = await db.query<Pick<MessageRow, 'conversation_id' | 'content'>>(
    `select distinct c.${t.conversationId.sql}::text as conversation_id, ${textSql('c', messages)} as content
       from ${quoted(t.conversations)} c
      where ${t.conversationId.type === 'json' ? `c.${t.conversationId.sql}::text` : `c.${t.conversationId.sql}`} = any($1)${only.sql}
      order by 1, 2`,
    [ids, ...only.values],
  )
  return rows.map((row) => ({ ...row, id: null, role: null, name: null, created_at: null }))
}
