import type { TraceKind } from '../../domain/recall.ts'
import type { Filter } from '../../domain/filter.ts'
import { filterSql } from '../memories/filter-sql.ts'
import type { Queryable } from '../database.ts'

/** Finding what is to be forgotten with all that rests on it, and removing it. Every user's row is locked by the caller. */

export interface ForgetFilter {
  readonly userId: string
  readonly ids?: readonly string[]
  readonly scopes?: readonly string[]
  readonly sessionId?: string
  readonly kinds?: readonly TraceKind[]
  readonly from?: Date
  readonly to?: Date
  readonly filter?: Filter
}

export interface ForgetTarget {
  readonly id: string
  readonly kind: TraceKind
  readonly revision: number
  readonly content: string
  readonly scope: string
  readonly source: string | null
  readonly sessionId: string | null
  readonly conversationId: string | null
  readonly messageId: string | null
}

/** Columns of `memory_trace t`. */
export const TARGET = `t.id, t.kind, t.revision, t.content, t.scope, t.source, t.session_id as "sessionId",
  t.conversation_id as "conversationId", t.meta->>'message_id' as "messageId"`

/** The memories that are meant. An episode is meant with all it holds, and is no target of a filter: it is rebuilt. */
export async function findTargets(tx: Queryable, filter: ForgetFilter): Promise<ForgetTarget[]> {
  const { userId, ids, scopes, sessionId, kinds, from, to } = filter
  const values: unknown[] = [
    userId,
    ids ?? null,
    scopes ?? null,
    sessionId ?? null,
    kinds ?? null,
    from ?? null,
    to ?? null,
  ]
  const bind = (value: unknown) => `$${values.push(value)}`
  const filtered = filter.filter === undefined ? '' : `and ${filterSql(filter.filter, bind)}`
  const { rows } = await tx.query<ForgetTarget>(
    `select ${TARGET} from memoir.memory_trace t
      where t.user_id = $1::uuid and t.kind <> 'episode'
        and ($2::uuid[] is null or t.id = any($2::uuid[]) or exists (
          select from memoir.memory_trace e
           where e.user_id = $1::uuid and e.id = any($2::uuid[]) and e.kind = 'episode'
             and t.kind = 'message' and t.conversation_id = e.conversation_id and t.source = e.source))
        and ($3::text[] is null or t.scope = any($3::text[]))
        and ($4::text is null or t.session_id = $4 or (t.session_id is null and t.conversation_id = $4))
        and ($5::text[] is null or t.kind = any($5::text[]))
        and ($6::timestamptz is null or t.occurred_at >= $6)
        and ($7::timestamptz is null or t.occurred_at < $7)
        ${filtered}
      order by t.id`,
    values,
  )
  return rows
}

/**
 * What came from these alone: facts that rest on nothing else, and every summary of their conversations and sessions. A session that
 * is forgotten whole takes its facts along in the same way.
 */
export async function findDerived(
  tx: Queryable,
  {
    userId,
    targets,
    sessionId,
  }: { userId: string; targets: readonly ForgetTarget[]; sessionId: string | undefined },
): Promise<ForgetTarget[]> {
  const messages = targets.filter(({ messageId }) => messageId !== null)
  const { rows } = await tx.query<ForgetTarget>(
    `with gone as (
       select m.trace_id, m.message_id from memoir.memory_source m
        where m.user_id = $1::uuid and (
          ($4::text is not null and m.session_id = $4)
          or exists (select from unnest($2::text[], $3::text[]) as w(conversation_id, message_id)
                      where w.conversation_id = m.conversation_id and w.message_id = m.message_id)))
     select ${TARGET} from memoir.memory_trace t
      where t.user_id = $1::uuid and not t.id = any($5::uuid[]) and (
        (t.kind = 'fact' and t.id in (select trace_id from gone) and not exists (
          select from memoir.memory_source m
           where m.trace_id = t.id and m.user_id = $1::uuid
             and not exists (select from gone g where g.trace_id = m.trace_id and g.message_id = m.message_id)))
        or (t.kind = 'summary' and (
          t.session_id = any($6::text[]) or (t.session_id is null and t.conversation_id = any($7::text[])))))`,
    [
      userId,
      messages.map(({ conversationId }) => conversationId),
      messages.map(({ messageId }) => messageId),
      sessionId ?? null,
      targets.map(({ id }) => id),
      [
        ...targets.flatMap(({ sessionId: own }) => own ?? []),
        ...(sessionId === undefined ? [] : [sessionId]),
      ],
      targets.flatMap(({ conversationId }) => conversationId ?? []),
    ],
  )
  return rows
}

/** Summaries of days that were made of any of these, at whatever revision. */
export async function findDaySummaries(
  tx: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<ForgetTarget[]> {
  const { rows } = await tx.query<ForgetTarget>(
    `select ${TARGET} from memoir.memory_trace t
      where t.user_id = $1::uuid and t.kind = 'summary' and not t.id = any($2::uuid[]) and t.id::text in (
        select r.applied->'summary'->>'id' from memoir.consolidation_run r
         where r.user_id = $1::uuid and r.material && $2::uuid[])`,
    [userId, ids],
  )
  return rows
}

/** What facts that stay rested on among what goes. */
export async function deleteSources(
  tx: Queryable,
  {
    userId,
    targets,
    sessionId,
  }: { userId: string; targets: readonly ForgetTarget[]; sessionId: string | undefined },
): Promise<void> {
  const messages = targets.filter(({ messageId }) => messageId !== null)
  await tx.query(
    `delete from memoir.memory_source m
      where m.user_id = $1::uuid and (
        ($4::text is not null and m.session_id = $4)
        or exists (select from unnest($2::text[], $3::text[]) as w(conversation_id, message_id)
                    where w.conversation_id = m.conversation_id and w.message_id = m.message_id))`,
    [
      userId,
      messages.map(({ conversationId }) => conversationId),
      messages.map(({ messageId }) => messageId),
      sessionId ?? null,
    ],
  )
}

/** Words of a posted session, before it goes. */
export async function findPostedWords(
  tx: Queryable,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<string[]> {
  const { rows } = await tx.query<{ content: string }>(
    `select distinct turn->>'content' as content
       from memoir.session s join memoir.raw_session r on r.session = s.id and r.user_id = s.user_id,
            jsonb_array_elements(r.turns) as turn
      where s.user_id = $1::uuid and s.session_id = $2`,
    [userId, sessionId],
  )
  return rows.map(({ content }) => content)
}

/** The session with its posts. Work on them that has not ended is cancelled: its run finds nothing to do, and says nothing more. */
export async function deletePosts(
  tx: Queryable,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  await tx.query(
    `update memoir.job j set state = 'cancelled', error = null, control = null, finished_at = now()
       from memoir.raw_session r join memoir.session s on s.id = r.session and s.user_id = r.user_id
      where s.user_id = $1::uuid and s.session_id = $2
        and j.id = r.job_id and j.user_id = r.user_id and j.state in ('queued', 'running', 'paused')`,
    [userId, sessionId],
  )
  await tx.query(`delete from memoir.session where user_id = $1::uuid and session_id = $2`, [
    userId,
    sessionId,
  ])
}

/** Answers are kept so as not to be paid for twice; after a forgetting they are. */
export async function deleteModelAnswers(tx: Queryable, userId: string): Promise<void> {
  await tx.query(`delete from memoir.model_answer where user_id = $1::uuid`, [userId])
}

/** Texts that jobs keep for a retry. */
export async function dropKeptWrites(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<void> {
  await tx.query(
    `update memoir.job j
        set request = jsonb_set(j.request, '{writes}', (
          select coalesce(jsonb_agg(w), '[]') from jsonb_array_elements(j.request->'writes') as w
           where not w->'write'->>'id' = any($2::text[])))
      where j.user_id = $1::uuid and j.kind = 'memory' and j.request ? 'writes'`,
    [userId, ids],
  )
}

/** Memoir's own source tables: rows of these messages, and conversations that say nothing any more. */
export async function deleteSourceMessages(
  tx: Queryable,
  { namespaceId, targets }: { namespaceId: string; targets: readonly ForgetTarget[] },
): Promise<void> {
  const said = targets.filter(({ messageId, source }) => messageId !== null && source !== null)
  if (said.length === 0) return
  await tx.query(
    `with gone as (
       delete from memoir.messages m
        using memoir.namespace n, unnest($2::text[], $3::text[], $4::text[]) as w(source, conversation_id, id)
        where n.id = $1::uuid and m.namespace = n.name and m.source = w.source
          and m.conversation_id = w.conversation_id and m.id = w.id
       returning m.namespace, m.source, m.conversation_id, m.id)
     delete from memoir.conversations c
      where (c.namespace, c.source, c.id) in (select namespace, source, conversation_id from gone)
        and not exists (
          select from memoir.messages m
           where m.namespace = c.namespace and m.source = c.source and m.conversation_id = c.id
             and not exists (select from gone g where g.namespace = m.namespace and g.source = m.source and g.id = m.id))`,
    [
      namespaceId,
      said.map(({ source }) => source),
      said.map(({ conversationId }) => conversationId),
      said.map(({ messageId }) => messageId),
    ],
  )
}

/** How much hangs on these memories. */
export async function countHanging(
  tx: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<{ readonly vectors: number; readonly edges: number }> {
  const { rows } = await tx.query<{ vectors: number; edges: number }>(
    `select (select count(*) from memoir.memory_embedding where user_id = $1::uuid and trace_id = any($2::uuid[])) as vectors,
            (select count(*) from memoir.memory_edge
              where user_id = $1::uuid and (src = any($2::uuid[]) or dst = any($2::uuid[]))) as edges`,
    [userId, ids],
  )
  return rows[0] ?? { vectors: 0, edges: 0 }
}
