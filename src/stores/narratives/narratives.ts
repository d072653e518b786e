import { PARTICIPANT } from '../../domain/transcript.ts'
import type { NarrativeCitation, NarrativeState } from '../../domain/narrative.ts'
import type { TraceKind } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'

/** Narratives: one row a user, the versions before it beside it. Its state follows the job's by a trigger. */

export interface NarrativeRow {
  readonly userId: string
  readonly memories: number
  readonly content: string | null
  readonly version: number
  readonly state: NarrativeState
  readonly generatedAt: Date | null
  readonly updatedAt: Date | null
  readonly error: string | null
  readonly citations: readonly NarrativeCitation[]
  /** Nothing was written since a generation last looked. */
  readonly upToDate: boolean
}

/**
 * What `[1]`, `[2]` and so on of a narrative stand for, in SQL: its sources, which stand in that order, with the messages that each
 * rests on. A message is one itself.
 */
export const citationsOf = (sources: string) => `(
  select coalesce(json_agg(json_build_object('n', s.n, 'memory_id', t.id, 'message_ids',
           case when t.kind = 'message' and t.meta ? 'message_id' then json_build_array(t.meta->>'message_id')
                else (select coalesce(json_agg(m.message_id order by m.created_at, m.message_id), '[]'::json)
                        from memoir.memory_source m where m.trace_id = t.id and m.message_id <> '') end) order by s.n), '[]'::json)
    from unnest(${sources}) with ordinality as s(id, n) join memoir.memory_trace t on t.id = s.id)`

/** @returns null for a user who is not there */
export async function readNarrative(
  db: Queryable,
  { namespaceId, externalId }: { namespaceId: string; externalId: string },
): Promise<NarrativeRow | null> {
  const { rows } = await db.query<NarrativeRow>(
    `select u.id as "userId", u.trace_count::float as memories, n.narrative_content as content, coalesce(n.version, 0) as version,
            case when n.state = 'fresh' and n.fresh_until <= now() then 'stale' else coalesce(n.state, 'none') end as state,
            n.generated_at as "generatedAt", n.updated_at as "updatedAt", n.error,
            ${citationsOf('n.sources')} as citations, coalesce(n.source_seq = u.write_seq, false) as "upToDate"
       from memoir.memory_user u
       left join memoir.user_narratives n on n.user_id = u.id
      where u.namespace_id = $1::uuid and u.external_id = $2 and u.erased_at is null`,
    [namespaceId, externalId],
  )
  return rows[0] ?? null
}

/** Of memories that a text cites in this order. */
export async function readCitations(
  db: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<NarrativeCitation[]> {
  const { rows } = await db.query<{ citations: NarrativeCitation[] }>(
    `select ${citationsOf('$2::uuid[]')} as citations from memoir.memory_user u where u.id = $1::uuid`,
    [userId, ids],
  )
  return rows[0]?.citations ?? []
}

/** Asked while a generation is under way: it is done once more when it had begun. */
export async function noteRequest(db: Queryable, userId: string): Promise<void> {
  await db.query(
    `update memoir.user_narratives set requested_at = clock_timestamp() where user_id = $1::uuid`,
    [userId],
  )
}

export interface Generation {
  readonly jobId: string
  readonly round: number
}

export interface NarrativeWork {
  readonly namespaceId: string
  readonly userId: string
  readonly externalId: string
  readonly force: boolean
  /** Nobody waits for it. */
  readonly bulk: boolean
  readonly memories: number
  readonly writeSeq: number
  readonly sourceSeq: number | null
  /** The generation that wrote the text. */
  readonly madeBy: string | null
  readonly madeIn: number
  /** Since a generation last began; null when none has. */
  readonly sinceMs: number | null
}

/** @returns null when the user is gone */
export async function findWork(db: Queryable, jobId: string): Promise<NarrativeWork | null> {
  const { rows } = await db.query<NarrativeWork>(
    `select u.namespace_id as "namespaceId", u.id as "userId", u.external_id as "externalId", coalesce((j.request->>'force')::boolean, false) as force,
            coalesce((j.request->>'bulk')::boolean, false) as bulk,
            u.trace_count::float as memories, u.write_seq::float as "writeSeq", n.source_seq::float as "sourceSeq",
            n.made_by as "madeBy", n.made_in as "madeIn",
            extract(epoch from clock_timestamp() - n.began_at)::float * 1000 as "sinceMs"
       from memoir.job j
       join memoir.memory_user u on u.id = j.user_id and u.namespace_id = j.namespace_id
       join memoir.user_narratives n on n.user_id = u.id
      where j.id = $1::uuid and u.erased_at is null`,
    [jobId],
  )
  return rows[0] ?? null
}

export async function markBegun(db: Queryable, userId: string): Promise<void> {
  await db.query(
    `update memoir.user_narratives set began_at = clock_timestamp() where user_id = $1::uuid`,
    [userId],
  )
}

/** Nothing has changed since it was written: it stays as it is for longer. */
export async function extendFreshness(db: Queryable, userId: string, days: number): Promise<void> {
  await db.query(
    `update memoir.user_narratives set fresh_until = now() + make_interval(days => $2::int), updated_at = now()
      where user_id = $1::uuid and narrative_content is not null`,
    [userId, days],
  )
}

/** Of each slice of the user's time, of the latest, and of what weighs most: so many. */
const SLICES = 40
const A_SLICE = 3
const LATEST = 80
const WEIGHTIEST = 120
/** Of one memory. */
const MEMORY_CHARS = 2_000

export interface MaterialRow {
  readonly id: string
  readonly kind: TraceKind
  readonly content: string
  readonly occurredAt: string
  /** Of a fact that rules made: what it was made of, word for word, the latest last. */
  readonly quotes: readonly string[]
}

/** In SQL. */
export const QUOTES = `case when t.kind = 'fact' and t.model = 'rules' then array(
  select s.quote from memoir.memory_source s
   where s.trace_id = t.id and s.quote <> '' order by s.created_at, s.message_id) else '{}' end as quotes`

/**
 * What is a user's own and holds now, in SQL: notes, facts, and what they said themselves. Of a conversation that a language model made
 * facts of the facts alone; where rules did, which only cut out sentences, the messages, but for those that something has superseded.
 */
export const OWN_MEMORIES = `t.state = 'active' and (t.expires_at is null or t.expires_at > now())
        and (t.kind = 'note'
             or (t.kind = 'fact' and t.meta->>'name' is null and (t.model is distinct from 'rules' or t.conversation_id is null))
             or (t.kind = 'message'
                 and lower(coalesce(t.role, 'user')) not in ('assistant', 'ai', 'bot', 'model', 'system', 'tool', 'function', 'developer', '${PARTICIPANT}')
                 and not exists (select from memoir.memory_source s join memoir.memory_trace f on f.id = s.trace_id and f.kind = 'fact'
                                  where s.user_id = t.user_id and s.conversation_id = t.conversation_id
                                    and ((f.state = 'active' and f.model is distinct from 'rules')
                                      or (f.state = 'superseded' and s.message_id = t.meta->>'message_id')))))`

/** Memories by recency, weight and coverage, oldest first: some 300 of however many. */
export async function chooseMaterial(db: Queryable, userId: string): Promise<MaterialRow[]> {
  const { rows } = await db.query<Omit<MaterialRow, 'occurredAt'> & { at: Date }>(
    `with known as (
       select id, seq, occurred_at, (kind in ('fact', 'note'))::int as told, coalesce(importance, 0) as importance, salience,
              ntile(${SLICES}) over (order by occurred_at, seq) as slice
         from memoir.memory_trace t
        where t.user_id = $1::uuid and ${OWN_MEMORIES}
     ), placed as (
       select id,
              row_number() over (order by occurred_at desc, seq desc) as latest,
              row_number() over (order by told desc, importance desc, salience desc, occurred_at desc, seq desc) as weight,
              row_number() over (partition by slice order by told desc, importance desc, salience desc, seq desc) as place
         from known
     )
     select t.id, t.kind, left(t.content, ${MEMORY_CHARS}) as content, t.occurred_at as at, ${QUOTES}
       from placed p join memoir.memory_trace t on t.id = p.id and t.user_id = $1::uuid
      where p.latest <= ${LATEST} or p.weight <= ${WEIGHTIEST} or p.place <= ${A_SLICE}
      order by t.occurred_at, t.seq`,
    [userId],
  )
  return rows.map(({ at, ...row }) => ({ ...row, occurredAt: at.toISOString() }))
}

/** Whether all of these are still there to be told of; the user's row must be locked. */
export async function areAllThere(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<boolean> {
  const { rows } = await tx.query<{ n: number }>(
    `select count(*)::int as n from memoir.memory_trace
      where user_id = $1::uuid and id = any($2::uuid[]) and state in ('active', 'superseded')`,
    [userId, ids],
  )
  return rows[0]?.n === ids.length
}

export interface NewNarrative extends Generation {
  readonly userId: string
  readonly content: string
  readonly model: string
  readonly promptVersion: string
  readonly sources: readonly string[]
  readonly material: readonly string[]
  readonly sourceSeq: number
  readonly freshDays: number
}

/** Puts what stood there beside. */
async function keepVersion(tx: Queryable, userId: string): Promise<void> {
  await tx.query(
    `insert into memoir.user_narrative_version (user_id, version, narrative_content, generated_at, model, prompt_version, sources, material)
     select user_id, version, narrative_content, generated_at, model, prompt_version, sources, material
       from memoir.user_narratives where user_id = $1::uuid and narrative_content is not null
     on conflict (user_id, version) do nothing`,
    [userId],
  )
}

/** There is nothing to tell, until something is written. */
export async function saveNothing(
  tx: Queryable,
  {
    userId,
    jobId,
    round,
    sourceSeq,
  }: Pick<NewNarrative, 'userId' | 'jobId' | 'round' | 'sourceSeq'>,
): Promise<void> {
  await keepVersion(tx, userId)
  await tx.query(
    `update memoir.user_narratives
        set narrative_content = null, sources = '{}', material = '{}', fresh_until = null, updated_at = now(),
            source_seq = $2::bigint, made_by = $3::uuid, made_in = $4::int
      where user_id = $1::uuid`,
    [userId, sourceSeq, jobId, round],
  )
}

/** Puts what stood there beside and the new text in its place. */
export async function saveNarrative(tx: Queryable, narrative: NewNarrative): Promise<void> {
  const { userId, jobId, round, content, model, promptVersion, sources, material } = narrative
  await keepVersion(tx, userId)
  await tx.query(
    `update memoir.user_narratives
        set narrative_content = $2, version = version + 1, generated_at = now(), updated_at = now(),
            fresh_until = now() + make_interval(days => $3::int), model = $4, prompt_version = $5, sources = $6::uuid[],
            material = $7::uuid[], source_seq = $8::bigint, made_by = $9::uuid, made_in = $10::int
      where user_id = $1::uuid`,
    [
      userId,
      content,
      narrative.freshDays,
      model,
      promptVersion,
      sources,
      material,
      narrative.sourceSeq,
      jobId,
      round,
    ],
  )
}

/** Whether somebody asked after the generation had begun. */
export async function wasAskedAgain(db: Queryable, userId: string): Promise<boolean> {
  const { rows } = await db.query<{ again: boolean }>(
    `select coalesce(requested_at > began_at, false) as again from memoir.user_narratives where user_id = $1::uuid`,
    [userId],
  )
  return rows[0]?.again === true
}
