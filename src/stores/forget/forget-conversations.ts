import type { Queryable } from '../database.ts'

/** Conversations that lose some of their messages: what they still have, and their episodes. */

export interface ConversationOf {
  readonly source: string
  readonly conversationId: string
}

export interface RemainingMessage {
  readonly id: string
  readonly seq: number
  readonly content: string
  readonly role: string | null
  readonly name: string | null
  readonly occurredAt: Date
  readonly windowLength: number
}

/** The messages that a conversation still has, in the order they were said. */
export async function findRemaining(
  tx: Queryable,
  userId: string,
  { source, conversationId }: ConversationOf,
): Promise<RemainingMessage[]> {
  const { rows } = await tx.query<RemainingMessage>(
    `with recursive chain as (
       select t.id, 0 as place from memoir.memory_trace t
        where t.user_id = $1::uuid and t.source = $2 and t.conversation_id = $3 and t.kind = 'message'
          and not exists (select from memoir.memory_edge e where e.dst = t.id and e.type = 'next' and e.user_id = t.user_id)
       union all
       select e.dst, c.place + 1 from chain c
         join memoir.memory_edge e on e.src = c.id and e.type = 'next' and e.user_id = $1::uuid)
     select t.id, t.seq, t.content, t.role, t.meta->>'name' as name, t.occurred_at as "occurredAt",
            t.window_length as "windowLength"
       from memoir.memory_trace t left join chain c on c.id = t.id
      where t.user_id = $1::uuid and t.source = $2 and t.conversation_id = $3 and t.kind = 'message' and t.state = 'active'
      order by c.place, t.occurred_at, t.meta->>'message_id'`,
    [userId, source, conversationId],
  )
  return rows
}

export interface StandingEpisode {
  readonly id: string
  readonly revision: number
  readonly title: string | null
}

export async function findEpisode(
  tx: Queryable,
  userId: string,
  { source, conversationId }: ConversationOf,
): Promise<StandingEpisode | null> {
  const { rows } = await tx.query<StandingEpisode>(
    `select id, revision, meta->>'title' as title from memoir.memory_trace
      where user_id = $1::uuid and source = $2 and conversation_id = $3 and kind = 'episode' and state = 'active'`,
    [userId, source, conversationId],
  )
  return rows[0] ?? null
}

/** Another text for an episode, without what it was: no revision keeps that. @returns its revision */
export async function rewriteEpisode(
  tx: Queryable,
  episode: {
    readonly id: string
    readonly userId: string
    readonly content: string
    readonly contentHash: Buffer
    readonly meta: string
    readonly occurredAt: Date
  },
): Promise<number> {
  await tx.query(
    `delete from memoir.memory_revision where trace_id = $1::uuid and user_id = $2::uuid`,
    [episode.id, episode.userId],
  )
  const { rows } = await tx.query<{ revision: number }>(
    `update memoir.memory_trace
        set content = $3, content_hash = $4, meta = $5::jsonb, occurred_at = $6::timestamptz, revision = revision + 1,
            vector_state = 'pending', summary = null, updated_at = now()
      where id = $1::uuid and user_id = $2::uuid
     returning revision`,
    [
      episode.id,
      episode.userId,
      episode.content,
      episode.contentHash,
      episode.meta,
      episode.occurredAt,
    ],
  )
  return rows[0]?.revision ?? 0
}

/** What is known of a conversation as its source had it; its hash no longer says that nothing has changed. */
export async function reopenConversations(
  tx: Queryable,
  namespaceId: string,
  conversations: readonly ConversationOf[],
): Promise<void> {
  await tx.query(
    `update memoir.ingested_conversation i
        set message_hash = null,
            trace_id = (select t.id from memoir.memory_trace t where t.id = i.trace_id and t.user_id = i.user_id)
       from unnest($2::text[], $3::text[]) as w(source, conversation_id)
      where i.namespace_id = $1::uuid and i.source = w.source and i.conversation_id = w.conversation_id`,
    [
      namespaceId,
      conversations.map(({ source }) => source),
      conversations.map((c) => c.conversationId),
    ],
  )
}
