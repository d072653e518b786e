import type { Queryable } from '../database.ts'

/** What a user takes along of posted sessions and of what was written about them, page after page. */

export interface ExportedSession {
  /** Surrogate uuid: where the next page begins. */
  readonly id: string
  readonly collection: string
  readonly session_id: string
  readonly posts: number
  readonly done_turns: string
  readonly summary: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

interface Page {
  readonly userId: string
  readonly after: string | null
  readonly limit: number
}

export async function pageSessions(
  db: Queryable,
  { userId, after, limit }: Page,
): Promise<ExportedSession[]> {
  const { rows } = await db.query<ExportedSession>(
    `select s.id, s.collection, s.session_id, s.posts, encode(s.done_turns, 'base64') as done_turns,
            s.summary_trace_id as summary, s.created_at, s.updated_at
       from memoir.session s join memoir.memory_user u on u.id = s.user_id and u.erased_at is null
      where s.user_id = $1::uuid and ($2::uuid is null or s.id > $2::uuid)
      order by s.id
      limit $3`,
    [userId, after, limit],
  )
  return rows
}

export interface ExportedPost {
  readonly id: string
  readonly number: number
  readonly status: string
  readonly error: string | null
  readonly metadata: unknown
  readonly text_hash: string
  readonly turn_digests: string
  readonly turns: number
  readonly bytes: number
  readonly first_new: number | null
  readonly facts: number
  readonly superseded: number
  readonly queued_at: Date
  readonly started_at: Date | null
  readonly processed_at: Date | null
}

/** Posts of one session, without what they say. */
export async function pagePosts(
  db: Queryable,
  { userId, session, after, limit }: Omit<Page, 'after'> & { session: string; after: number },
): Promise<ExportedPost[]> {
  const { rows } = await db.query<ExportedPost>(
    `select r.id, r.number, r.status, r.error, r.metadata, encode(r.text_hash, 'hex') as text_hash,
            encode(r.turn_digests, 'base64') as turn_digests, jsonb_array_length(r.turns) as turns, r.bytes, r.first_new,
            r.facts, r.superseded, r.queued_at, r.started_at, r.processed_at
       from memoir.raw_session r join memoir.memory_user u on u.id = r.user_id and u.erased_at is null
      where r.user_id = $1::uuid and r.session = $2::uuid and r.number > $3::int
      order by r.number
      limit $4`,
    [userId, session, after, limit],
  )
  return rows
}

export interface ExportedNarrative {
  readonly version: number
  readonly narrative: string
  readonly generated_at: Date
  readonly model: string | null
  readonly prompt_version: string | null
  readonly sources: readonly string[]
  /** All that it was made of. */
  readonly material: readonly string[]
  /** Of these, the messages that are read again from their conversations. */
  readonly messages:
    | readonly {
        readonly memory: string
        readonly source: string
        readonly conversation_id: string
        readonly message_id: string
      }[]
    | null
}

/** The one that stands and those before it, the oldest first. */
export async function pageNarratives(
  db: Queryable,
  { userId, after, limit }: Omit<Page, 'after'> & { after: number },
): Promise<ExportedNarrative[]> {
  const { rows } = await db.query<ExportedNarrative>(
    `select n.*, (
              select json_agg(json_build_object('memory', t.id, 'source', t.source, 'conversation_id', t.conversation_id,
                                                'message_id', t.meta->>'message_id') order by t.id)
                from memoir.memory_trace t
               where t.user_id = $1::uuid and t.id = any(n.material) and t.kind = 'message' and t.source is not null
                 and t.meta ? 'message_id') as messages
       from (
       select version, narrative_content as narrative, generated_at, model, prompt_version, sources, material
         from memoir.user_narrative_version where user_id = $1::uuid
       union
       select version, narrative_content, generated_at, model, prompt_version, sources, material
         from memoir.user_narratives where user_id = $1::uuid and narrative_content is not null) as n
      where version > $2::int
        and exists (select from memoir.memory_user u where u.id = $1::uuid and u.erased_at is null)
      order by version
      limit $3`,
    [userId, after, limit],
  )
  return rows
}

/** Which text and which names stand for one thing, and what it has to do with others. */
export interface ExportedEntity {
  readonly type: string
  readonly normalized: string
  readonly value: string
  readonly aliases: readonly string[]
  readonly relations:
    | readonly {
        readonly type: string
        readonly to: string
        readonly to_kind: string
        readonly to_normalized: string
        readonly weight: number
      }[]
    | null
}

export async function pageEntities(
  db: Queryable,
  {
    userId,
    after,
    limit,
  }: { userId: string; after: Pick<ExportedEntity, 'type' | 'normalized'> | null; limit: number },
): Promise<ExportedEntity[]> {
  const { rows } = await db.query<ExportedEntity>(
    `select n.type, n.normalized, n.value, n.aliases,
            (select json_agg(json_build_object('type', r.type, 'to', r.value, 'to_kind', r.kind, 'to_normalized', r.normalized,
                                              'weight', r.weight) order by r.type, r.value, r.kind)
               from (select e.type, o.value, o.type as kind, o.normalized, e.weight::float8 as weight from memoir.memory_edge e
                       join memoir.entity o on o.id = e.dst and o.user_id = e.user_id
                      where e.src = n.id and e.user_id = n.user_id and e.ended_at is null
                      limit ${MAX_RELATIONS}) as r) as relations
       from memoir.entity n join memoir.memory_user u on u.id = n.user_id and u.erased_at is null
      where n.user_id = $1::uuid and ($2::text is null or (n.type, n.normalized) > ($2, $3::text))
      order by n.type, n.normalized
      limit $4`,
    [userId, after?.type ?? null, after?.normalized ?? null, limit],
  )
  return rows
}

/** What hangs on one name is told in one line. */
const MAX_RELATIONS = 1_000
