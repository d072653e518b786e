import type { TraceKind } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'

/** What a job finds of the memories it writes, in one look at its row and theirs. */

export interface JobSubject {
  readonly userId: string
  readonly namespaceId: string
  readonly request: Readonly<Record<string, unknown>>
}

export async function findJobSubject(db: Queryable, jobId: string): Promise<JobSubject | null> {
  const { rows } = await db.query<JobSubject>(
    `select user_id as "userId", namespace_id as "namespaceId", request from memoir.job
      where id = $1::uuid and kind = 'memory' and user_id is not null`,
    [jobId],
  )
  return rows[0] ?? null
}

export interface RevisionOf {
  readonly id: string
  readonly revision: number
}

/** A memory that still stands at the revision asked for. */
export interface CurrentMemory extends RevisionOf {
  readonly userId: string
  readonly seq: number
  readonly kind: TraceKind
  readonly content: string
  readonly language: string
  readonly occurredAt: Date
  /** There is a vector of an earlier revision. */
  readonly hasVector: boolean
  readonly vectorState: string
}

export interface OwnedRevision extends RevisionOf {
  readonly userId: string
}

/** Of these memories of a user, the active ones that are still at that revision. */
export async function findCurrent(
  db: Queryable,
  { userId, memories }: { userId: string; memories: readonly RevisionOf[] },
): Promise<CurrentMemory[]> {
  return await findCurrentOfAll(
    db,
    memories.map(({ id, revision }) => ({ userId, id, revision })),
  )
}

/** The same of the memories of several users. */
export async function findCurrentOfAll(
  db: Queryable,
  memories: readonly OwnedRevision[],
): Promise<CurrentMemory[]> {
  if (memories.length === 0) return []
  const { rows } = await db.query<CurrentMemory>(
    `select t.id, t.revision, t.user_id as "userId", t.seq, t.kind, t.content, t.language, t.occurred_at as "occurredAt",
            t.vector_state as "vectorState",
            exists (select from memoir.memory_embedding e where e.trace_id = t.id and e.user_id = t.user_id) as "hasVector"
       from unnest($1::uuid[], $2::uuid[], $3::int[]) as w(user_id, id, revision)
       join memoir.memory_trace t on t.id = w.id and t.user_id = w.user_id and t.revision = w.revision
      where t.state = 'active'
      order by t.id`,
    [
      memories.map(({ userId }) => userId),
      memories.map(({ id }) => id),
      memories.map(({ revision }) => revision),
    ],
  )
  return rows
}

/** Says that what is still pending of these could not be written. */
export async function markVectorsFailed(
  db: Queryable,
  { userId, memories }: { userId: string; memories: readonly RevisionOf[] },
): Promise<void> {
  await db.query(
    `update memoir.memory_trace t set vector_state = 'failed'
       from unnest($2::uuid[], $3::int[]) as w(id, revision)
      where t.id = w.id and t.revision = w.revision and t.user_id = $1::uuid and t.vector_state = 'pending'`,
    [userId, memories.map(({ id }) => id), memories.map(({ revision }) => revision)],
  )
}

/** What a job stands for from now on. */
export async function saveJobRequest(tx: Queryable, jobId: string, request: object): Promise<void> {
  await tx.query(
    `update memoir.job set request = $2::jsonb where id = $1::uuid and kind = 'memory'`,
    [jobId, JSON.stringify(request)],
  )
}
