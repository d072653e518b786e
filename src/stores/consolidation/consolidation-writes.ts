import type { Queryable } from '../database.ts'
import { noteVectors } from '../spaces/embeddings.ts'
import { TELL_GRAPH, type EdgeKey } from '../memories/edges.ts'

/** What consolidation changes in the record and in what is derived of it, and how it is taken back. The user's row is locked. */

export interface Retirement {
  readonly id: string
  readonly revision: number
  readonly into: string
}

/** Memories that give way to others, where both are still as planned. @returns those that did, at the revision they have now */
export async function retireMemories(
  tx: Queryable,
  userId: string,
  merges: readonly (Retirement & { readonly into_revision: number })[],
): Promise<Retirement[]> {
  if (merges.length === 0) return []
  const { rows } = await tx.query<Retirement>(
    `update memoir.memory_trace t
        set state = 'superseded', superseded_by = m.target, superseded_at = now(), updated_at = now(), revision = t.revision + 1,
            vector_revision = case when t.vector_state = 'written' then t.revision + 1 else t.vector_revision end
       from unnest($2::uuid[], $3::int[], $4::uuid[], $5::int[]) as m(id, revision, target, target_revision)
       join memoir.memory_trace k on k.id = m.target and k.user_id = $1::uuid and k.state = 'active' and k.revision = m.target_revision
      where t.id = m.id and t.user_id = $1::uuid and t.state = 'active' and t.revision = m.revision and t.id <> m.target
      returning t.id, t.revision, t.superseded_by as into`,
    [
      userId,
      merges.map((m) => m.id),
      merges.map((m) => m.revision),
      merges.map((m) => m.into),
      merges.map((m) => m.into_revision),
    ],
  )
  return rows
}

/** Memories that a run retired stand again, unless something was done with them since. @returns those that do */
export async function restoreMemories(
  tx: Queryable,
  userId: string,
  retired: readonly Retirement[],
): Promise<string[]> {
  if (retired.length === 0) return []
  const { rows } = await tx.query<{ id: string }>(
    `update memoir.memory_trace t
        set state = 'active', superseded_by = null, superseded_at = null, updated_at = now(), revision = t.revision + 1,
            vector_revision = case when t.vector_state = 'written' then t.revision + 1 else t.vector_revision end
       from unnest($2::uuid[], $3::int[], $4::uuid[]) as m(id, revision, target)
      where t.id = m.id and t.user_id = $1::uuid and t.state = 'superseded' and t.revision = m.revision and t.superseded_by = m.target
      returning t.id`,
    [userId, retired.map((m) => m.id), retired.map((m) => m.revision), retired.map((m) => m.into)],
  )
  return rows.map(({ id }) => id)
}

export interface SourceKey {
  readonly id: string
  readonly message: string
}

/** What a retired memory rested on, its successor rests on too: forgetting the retired one says nothing against the other. */
export async function lendSources(
  tx: Queryable,
  userId: string,
  retired: readonly Retirement[],
): Promise<SourceKey[]> {
  if (retired.length === 0) return []
  const { rows } = await tx.query<SourceKey>(
    `insert into memoir.memory_source (trace_id, user_id, conversation_id, session_id, message_id, quote)
     select distinct on (m.target, s.message_id) m.target, s.user_id, s.conversation_id, s.session_id, s.message_id, s.quote
       from unnest($2::uuid[], $3::uuid[]) as m(id, target)
       join memoir.memory_source s on s.trace_id = m.id and s.user_id = $1::uuid
      order by m.target, s.message_id
     on conflict (trace_id, message_id) do nothing
     returning trace_id as id, message_id as message`,
    [userId, retired.map((m) => m.id), retired.map((m) => m.into)],
  )
  return rows
}

export async function takeBackSources(
  tx: Queryable,
  userId: string,
  sources: readonly SourceKey[],
): Promise<void> {
  if (sources.length === 0) return
  await tx.query(
    `delete from memoir.memory_source s using unnest($2::uuid[], $3::text[]) as w(id, message)
      where s.trace_id = w.id and s.message_id = w.message and s.user_id = $1::uuid`,
    [userId, sources.map(({ id }) => id), sources.map(({ message }) => message)],
  )
}

/** Links that a run added and nothing has changed since. */
export async function removeEdges(
  tx: Queryable,
  userId: string,
  edges: readonly EdgeKey[],
): Promise<void> {
  if (edges.length === 0) return
  await tx.query(
    `with changed as (
       delete from memoir.memory_edge e using unnest($2::uuid[], $3::uuid[], $4::text[]) as w(src, dst, type)
        where e.user_id = $1::uuid and e.src = w.src and e.dst = w.dst and e.type = w.type and e.revision = 1
       returning e.src, e.user_id)
     ${TELL_GRAPH}`,
    [userId, edges.map((e) => e.src), edges.map((e) => e.dst), edges.map((e) => e.type)],
  )
}

/** How many of these links there are. */
export async function countEdges(
  db: Queryable,
  userId: string,
  edges: readonly EdgeKey[],
): Promise<number> {
  if (edges.length === 0) return 0
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from memoir.memory_edge e
       join unnest($2::uuid[], $3::uuid[], $4::text[]) as w(src, dst, type) on e.src = w.src and e.dst = w.dst and e.type = w.type
      where e.user_id = $1::uuid`,
    [userId, edges.map((e) => e.src), edges.map((e) => e.dst), edges.map((e) => e.type)],
  )
  return rows[0]?.n ?? 0
}

/** Which of a user's things there are already, by type and normalised name. */
export async function knownEntities(
  tx: Queryable,
  userId: string,
  names: readonly { readonly type: string; readonly normalized: string }[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const { rows } = await tx.query<{ id: string }>(
    `select distinct n.id from memoir.entity n
       join unnest($2::text[], $3::text[]) as w(type, normalized) on n.type = w.type and n.normalized = w.normalized
      where n.user_id = $1::uuid`,
    [userId, names.map(({ type }) => type), names.map(({ normalized }) => normalized)],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Vectors of these memories leave the hot tier. @returns the memories that had any there */
/** Heads that say too little for their price; kept aside for as long as the run can be undone. @returns how many went */
/** Dropped heads come back to memories that still say the same. @returns how many did */
/** The vectors that stand for a summary, before another text takes its place. */
/** The time that a day's summary bears: the last of what it sums up. */
export async function placeSummary(
  tx: Queryable,
  { userId, day, zone }: { userId: string; day: string; zone: string },
): Promise<Date> {
  const { rows } = await tx.query<{ at: Date }>(
    `select coalesce(max(t.occurred_at), ($2::date)::timestamp at time zone $3) as at from memoir.memory_trace t
      where t.user_id = $1::uuid and t.state = 'active' and t.kind in ('message', 'fact', 'note')
        and t.occurred_at >= ($2::date)::timestamp at time zone $3 and t.occurred_at < ($2::date + 1)::timestamp at time zone $3`,
    [userId, day, zone],
  )
  return rows[0]?.at ?? new Date(day)
}

export interface Standing {
  readonly id: string
  readonly state: string
  readonly supersededBy: string | null
  readonly content: string
  readonly salience: number
}

export async function findStanding(
  tx: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, Standing>> {
  const { rows } = await tx.query<Standing>(
    `select id, state, superseded_by as "supersededBy", content, salience from memoir.memory_trace
      where user_id = $1::uuid and id = any($2::uuid[])`,
    [userId, ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Vectors that should have left, and have not. */
/** A summary says again what it said at an earlier revision, with the vectors of that. @returns null when that is not kept */
export async function restoreSummary(
  tx: Queryable,
  { runId, userId, id, revision }: { runId: string; userId: string; id: string; revision: number },
): Promise<{ readonly content: string; readonly revision: number } | null> {
  const { rows } = await tx.query<{ content: string; revision: number }>(
    `update memoir.memory_trace t
        set content = p.content, content_hash = p.content_hash, revision = t.revision + 1, updated_at = now(),
            vector_revision = t.revision + 1
       from memoir.memory_revision p
      where t.id = $2::uuid and t.user_id = $1::uuid and p.trace_id = t.id and p.user_id = t.user_id and p.revision = $3
      returning t.content, t.revision`,
    [userId, id, revision],
  )
  const [row] = rows
  if (!row) return null
  await tx.query(
    `update memoir.memory_embedding e
        set vec = v.vec, vec_full = v.vec_full, tier = v.tier, revision = $4
       from memoir.consolidation_vector v
      where v.run_id = $3::uuid and v.trace_id = e.trace_id and v.head = e.head and v.space_id = e.space_id
        and e.user_id = $1::uuid and e.trace_id = $2::uuid`,
    [userId, id, runId, row.revision],
  )
  await noteVectors(tx, { userId, traceIds: [id] })
  return row
}

/** Vectors that nothing can bring back any more. */
