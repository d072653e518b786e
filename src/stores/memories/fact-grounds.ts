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
