import type { Queryable } from '../database.ts'

/** What a user takes along of their conversations, page after page: no statement reads more than one page. */

/** Whose data is read: every statement looks again whether they are still there. */
export interface ExportedUser {
  readonly userId: string
  readonly namespaceId: string
  /** The caller's own id. */
  readonly name: string
}

export async function findExported(
  db: Queryable,
  { namespaceId, name }: Omit<ExportedUser, 'userId'>,
): Promise<(ExportedUser & { readonly memories: number }) | null> {
  const { rows } = await db.query<ExportedUser & { memories: number }>(
    `select id as "userId", namespace_id as "namespaceId", external_id as name, trace_count as memories from memoir.memory_user
      where namespace_id = $1::uuid and external_id = $2 and erased_at is null`,
    [namespaceId, name],
  )
  return rows[0] ?? null
}

export interface ConversationKey {
  readonly source: string
  readonly id: string
}

export interface ExportedConversation extends ConversationKey {
  readonly title: string | null
  readonly metadata: unknown
  readonly created_at: Date
  readonly updated_at: Date
  /** False for one that was read from another database: of it there is what was ingested. */
  readonly held: boolean
}

/** Conversations in Memoir's own tables, and those that were taken in from elsewhere. */
export async function pageConversations(
  db: Queryable,
  { userId, namespaceId, name }: ExportedUser,
  { after, limit }: { after: ConversationKey | null; limit: number },
): Promise<ExportedConversation[]> {
  const { rows } = await db.query<ExportedConversation>(
    `with held as (
       select c.source, c.id, c.title, c.metadata, c.created_at, c.updated_at, true as held
         from memoir.conversations c
        where c.namespace = (select name from memoir.namespace where id = $1::uuid) and c.user_id = $3
          and ($4::text is null or (c.source, c.id) > ($4, $5::text))
        order by c.source, c.id
        limit $6),
     read as (
       select i.source, i.conversation_id, e.meta->>'title', null::jsonb, e.occurred_at,
              coalesce(i.source_updated_at, e.updated_at), false
         from memoir.ingested_conversation i
         join memoir.memory_trace e on e.id = i.trace_id and e.user_id = i.user_id and e.state = 'active'
        where i.namespace_id = $1::uuid and i.user_id = $2::uuid
          and ($4::text is null or (i.source, i.conversation_id) > ($4, $5::text))
          and not exists (
            select from memoir.conversations c
             where c.namespace = (select name from memoir.namespace where id = $1::uuid)
               and c.source = i.source and c.id = i.conversation_id)
        order by i.source, i.conversation_id
        limit $6)
     select * from (select * from held union all select * from read) as all_of_them
      where exists (select from memoir.memory_user u where u.id = $2::uuid and u.erased_at is null)
      order by source, id
      limit $6`,
    [namespaceId, userId, name, after?.source ?? null, after?.id ?? null, limit],
  )
  return rows
}

export interface ExportedMessage {
  readonly id: string
  readonly role: string | null
  readonly name: string | null
  readonly content: string
  readonly created_at: Date
  /** To the microsecond, which a Date is not: where the next page begins. */
  readonly at: string
}

/** Where a page of messages begins: after this one. */
export type MessagePlace = Pick<ExportedMessage, 'id' | 'at'>

interface MessagePage {
  readonly of: ConversationKey
  readonly after: MessagePlace | null
  readonly limit: number
}

export async function pageHeldMessages(
  db: Queryable,
  { userId, namespaceId }: ExportedUser,
  { of, after, limit }: MessagePage,
): Promise<ExportedMessage[]> {
  const { rows } = await db.query<ExportedMessage>(
    `select m.id, m.role, m.name, m.content, m.created_at, m.created_at::text as at
       from memoir.messages m
      where m.namespace = (select name from memoir.namespace where id = $1::uuid)
        and m.source = $3 and m.conversation_id = $4
        and ($5::timestamptz is null or (m.created_at, m.id) > ($5::timestamptz, $6::text))
        and exists (select from memoir.memory_user u where u.id = $2::uuid and u.erased_at is null)
      order by m.created_at, m.id
      limit $7`,
    [namespaceId, userId, of.source, of.id, after?.at ?? null, after?.id ?? null, limit],
  )
  return rows
}

/** Messages of a conversation whose rows are elsewhere, as they were taken in. */
export async function pageReadMessages(
  db: Queryable,
  { userId }: ExportedUser,
  { of, after, limit }: MessagePage,
): Promise<ExportedMessage[]> {
  const { rows } = await db.query<ExportedMessage>(
    `select t.meta->>'message_id' as id, t.role, t.meta->>'name' as name, t.content, t.occurred_at as created_at,
            t.occurred_at::text as at
       from memoir.memory_trace t
      where t.user_id = $1::uuid and t.source = $2 and t.conversation_id = $3 and t.kind = 'message'
        and t.state = 'active' and t.meta ? 'message_id'
        and ($4::timestamptz is null or (t.occurred_at, t.meta->>'message_id') > ($4::timestamptz, $5::text))
        and exists (select from memoir.memory_user u where u.id = $1::uuid and u.erased_at is null)
      order by t.occurred_at, t.meta->>'message_id'
      limit $6`,
    [userId, of.source, of.id, after?.at ?? null, after?.id ?? null, limit],
  )
  return rows
}
