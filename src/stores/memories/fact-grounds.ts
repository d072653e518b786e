import type { Queryable } from '../database.ts'

/** What facts and summaries rest on, when it goes away at its source. */

export interface Ground {
  readonly userId: string
  readonly conversationId: string
}

export interface Groundless {
  readonly userId: string
  readonly id: string
}

export interface Derived extends Groundless {
  readonly conversationId: string
  readonly content: string
}

/** Facts that rest on these conversations of a source, and the summaries of them. */
export async function findDerived(
  db: Queryable,
  source: string,
  grounds: readonly Ground[],
): Promise<Derived[]> {
  const { rows } = await db.query<Derived>(
    `select distinct t.user_id as "userId", t.id, w.conversation_id as "conversationId", t.content
       from unnest($2::uuid[], $3::text[]) as w(user_id, conversation_id)
       join memoir.memory_source s
         on s.user_id = w.user_id and s.conversation_id = w.conversation_id and s.session_id is null
       join memoir.memory_trace t on t.id = s.trace_id and t.user_id = s.user_id
      where t.kind = 'fact' and t.state <> 'deleted' and t.source in ($1, 'session')
     union
     select t.user_id, t.id, t.conversation_id, t.content
       from unnest($2::uuid[], $3::text[]) as w(user_id, conversation_id)
       join memoir.memory_trace t on t.user_id = w.user_id and t.conversation_id = w.conversation_id
      where t.kind = 'summary' and t.state <> 'deleted' and t.session_id is null and t.source = $1`,
    [
      source,
      grounds.map(({ userId }) => userId),
      grounds.map(({ conversationId }) => conversationId),
    ],
  )
  return rows
}

/** Takes their conversation from under memories. @returns those that rest on nothing else */
export async function takeConversation(
  tx: Queryable,
  {
    userId,
    memories,
  }: {
    readonly userId: string
    readonly memories: readonly Pick<Derived, 'id' | 'conversationId'>[]
  },
): Promise<string[]> {
  const ids = memories.map(({ id }) => id)
  await tx.query(
    `delete from memoir.memory_source s
      using unnest($2::uuid[], $3::text[]) as w(id, conversation_id)
      where s.user_id = $1::uuid and s.trace_id = w.id and s.conversation_id = w.conversation_id and s.session_id is null`,
    [userId, ids, memories.map(({ conversationId }) => conversationId)],
  )
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from memoir.memory_trace t
      where t.user_id = $1::uuid and t.id = any($2::uuid[])
        and (t.kind = 'summary' or not exists (
          select from memoir.memory_source s where s.trace_id = t.id and s.user_id = t.user_id))`,
    [userId, ids],
  )
  return rows.map(({ id }) => id)
}

/**
 * Takes what rests on these conversations, or on these messages, away from under it.
 * @returns facts that rest on nothing else, and the summaries of the conversations
 */
export async function takeGrounds(
  tx: Queryable,
  {
    source,
    conversations,
    messages,
  }: {
    source: string
    conversations: readonly Ground[]
    /** Ids of their traces. */
    messages: readonly { readonly id: string; readonly userId: string }[]
  },
): Promise<Groundless[]> {
  if (conversations.length === 0 && messages.length === 0) return []
  const { rows } = await tx.query<Groundless>(
    `with gone as (
       select w.user_id, w.conversation_id, null as message_id from unnest($2::uuid[], $3::text[]) as w(user_id, conversation_id)
       union all
       select m.user_id, m.conversation_id, m.meta->>'message_id'
         from unnest($4::uuid[], $5::uuid[]) as w(user_id, id)
         join memoir.memory_trace m on m.id = w.id and m.user_id = w.user_id),
     taken as (
       delete from memoir.memory_source s
        using gone g, memoir.memory_trace t
        where s.user_id = g.user_id and s.conversation_id = g.conversation_id and s.session_id is null
          and (g.message_id is null or s.message_id = g.message_id)
          -- Another source may have a conversation of the same id.
          and t.id = s.trace_id and t.user_id = s.user_id and t.source in ($1, 'session')
       returning s.user_id, s.trace_id, s.message_id)
     select distinct t.user_id as "userId", t.trace_id as id from taken t
      where not exists (
        select from memoir.memory_source s
         where s.trace_id = t.trace_id and s.user_id = t.user_id
           and not exists (select from taken x where x.trace_id = s.trace_id and x.message_id = s.message_id))
     union
     select t.user_id, t.id
       from unnest($2::uuid[], $3::text[]) as w(user_id, conversation_id)
       join memoir.memory_trace t on t.user_id = w.user_id and t.conversation_id = w.conversation_id
      where t.kind = 'summary' and t.session_id is null and t.source = $1`,
    [
      source,
      conversations.map(({ userId }) => userId),
      conversations.map(({ conversationId }) => conversationId),
      messages.map(({ userId }) => userId),
      messages.map(({ id }) => id),
    ],
  )
  return rows
}
