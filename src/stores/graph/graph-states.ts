import type { Queryable } from '../database.ts'
import type { GraphEntity, GraphRevision, GraphVersion } from './graph-store.ts'

/** What the graph still has to be told, and what it was told. */

export interface GraphMark extends GraphVersion {
  readonly userId: string
}

/** Memories that the graph lacks or has of another revision, those of one user together. */
export async function findPending(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select t.id from memoir.memory_trace t
       join memoir.memory_user u on u.id = t.user_id and u.erased_at is null
      where t.graph_state = 'pending' and t.state = 'active'
      order by t.user_id limit $1`,
    [limit],
  )
  return rows.map(({ id }) => id)
}

/** Marks what the graph holds. What has changed since it was read stays pending. @returns how many were marked */
export async function markWritten(db: Queryable, writes: readonly GraphMark[]): Promise<number> {
  if (writes.length === 0) return 0
  const { rowCount } = await db.query(
    `update memoir.memory_trace t
        set graph_state = 'written', graph_revision = w.revision
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as w(id, user_id, revision, marks)
      where t.id = w.id and t.user_id = w.user_id and t.revision = w.revision and t.graph_marks = w.marks
        and t.state in ('active', 'pending')`,
    [
      writes.map((w) => w.id),
      writes.map((w) => w.userId),
      writes.map((w) => w.revision),
      writes.map((w) => w.marks),
    ],
  )
  return rowCount ?? 0
}

/** The graph refuses these for good, until they change or are repaired. */
export async function markFailed(db: Queryable, writes: readonly GraphMark[]): Promise<void> {
  await db.query(
    `update memoir.memory_trace t set graph_state = 'failed'
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as w(id, user_id, revision, marks)
      where t.id = w.id and t.user_id = w.user_id and t.revision = w.revision and t.graph_marks = w.marks
        and t.graph_state = 'pending'`,
    [
      writes.map((w) => w.id),
      writes.map((w) => w.userId),
      writes.map((w) => w.revision),
      writes.map((w) => w.marks),
    ],
  )
}

/** Memories that have to be written again: what was removed by mistake, or is found missing. */
export async function markPending(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<number> {
  const { rowCount } = await db.query(
    `update memoir.memory_trace
        set graph_state = 'pending', graph_marks = graph_marks + 1
      where user_id = $1::uuid and id = any($2::uuid[]) and state = 'active'`,
    [userId, ids],
  )
  return rowCount ?? 0
}

/** Memories that name one of these entities have to be written again: their links went with it. */
export async function markNamingPending(
  db: Queryable,
  userId: string,
  entityIds: readonly string[],
): Promise<void> {
  await db.query(
    `update memoir.memory_trace
        set graph_state = 'pending', graph_marks = graph_marks + 1
      where user_id = $1::uuid and state = 'active' and graph_state <> 'off' and id in (
        select src from memoir.memory_edge
         where user_id = $1::uuid and dst = any($2::uuid[]) and ended_at is null)`,
    [userId, entityIds],
  )
}

/** Says whether new memories are to be told to a graph store. */
export async function setGraphWanted(db: Queryable, wanted: boolean): Promise<void> {
  await db.query(`update memoir.graph_turn set wanted = $1 where wanted <> $1`, [wanted])
}

/** Memories from before there was a graph store. @returns how many were taken on; call again while it is `limit` */
export async function adoptUnwritten(db: Queryable, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `update memoir.memory_trace set graph_state = 'pending'
      where id in (select id from memoir.memory_trace where graph_state = 'off' and state = 'active' limit $1)`,
    [limit],
  )
  return rowCount ?? 0
}

export interface GraphStanding<Write> {
  /** Must not be in the graph: gone, hidden or of another user by now. */
  readonly gone: readonly Write[]
  /** There, and not yet marked as written at the revision they have. */
  readonly unmarked: readonly Write[]
}

/** How these stand in the record, after they were written. */
export async function findStanding<Write extends { readonly id: string; readonly userId: string }>(
  db: Queryable,
  writes: readonly Write[],
): Promise<GraphStanding<Write>> {
  // Asked for what is there: a planner that knows little of the table looks ids up, and reads all of it for what is not.
  const { rows } = await db.query<{ id: string; userId: string; marked: boolean }>(
    `select t.id, t.user_id as "userId", t.graph_state = 'written' and t.graph_revision is not distinct from t.revision as marked
       from memoir.memory_trace t
       join memoir.memory_user u on u.id = t.user_id and u.erased_at is null
      where t.id = any($1::uuid[]) and t.user_id = any($2::uuid[]) and t.state in ('active', 'pending')`,
    [writes.map((w) => w.id), [...new Set(writes.map((w) => w.userId))]],
  )
  const there = new Map(rows.map(({ id, userId, marked }) => [`${userId} ${id}`, marked]))
  const markOf = ({ id, userId }: Write) => there.get(`${userId} ${id}`)
  return {
    gone: writes.filter((write) => markOf(write) === undefined),
    unmarked: writes.filter((write) => markOf(write) === false),
  }
}

/** Those of these memories that somebody is writing: not finished, or not yet told to the graph. */
export async function findUnsettled(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from memoir.memory_trace
      where user_id = $1::uuid and id = any($2::uuid[]) and state = 'pending'`,
    [userId, ids],
  )
  return rows.map(({ id }) => id)
}

/** Those of these entities that the record does not have. */
export async function findGoneEntities(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select w.id from unnest($2::uuid[]) as w(id)
      where not exists (
        select from memoir.entity n join memoir.memory_user u on u.id = n.user_id and u.erased_at is null
         where n.id = w.id and n.user_id = $1::uuid)`,
    [userId, ids],
  )
  return rows.map(({ id }) => id)
}

/** Those of these entities that the record has, but calls something else. */
export async function findOtherEntities(
  db: Queryable,
  userId: string,
  entities: readonly GraphEntity[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select n.id from unnest($2::uuid[], $3::text[]) as w(id, value)
       join memoir.entity n on n.id = w.id and n.user_id = $1::uuid and n.value <> w.value`,
    [userId, entities.map(({ id }) => id), entities.map(({ value }) => value)],
  )
  return rows.map(({ id }) => id)
}

/** Which of these users were erased or never were. */
export async function findGoneUsers(db: Queryable, userIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select w.id from unnest($1::uuid[]) as w(id)
      where not exists (select from memoir.memory_user u where u.id = w.id and u.erased_at is null)`,
    [userIds],
  )
  return rows.map(({ id }) => id)
}

export interface GraphRemovalRow extends GraphRevision {
  readonly userId: string
  readonly cascade: boolean
  /** An entity, which the graph has to be told of as it is now: gone, or with other links. */
  readonly entity?: boolean
}

/** Stands for everything of a user in the list of removals. */
export const WHOLE_USER = '00000000-0000-0000-0000-000000000000'

/** The graph has to lose these (whole users: `WHOLE_USER`); rows that are deleted or hidden note themselves. */
export async function noteRemovals(
  db: Queryable,
  removals: readonly GraphRemovalRow[],
): Promise<void> {
  await db.query(
    `insert into memoir.graph_removal as g (user_id, trace_id, revision, cascade)
     select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::boolean[])
     on conflict (user_id, trace_id) do update
       set revision = greatest(g.revision, excluded.revision), cascade = g.cascade or excluded.cascade`,
    [
      removals.map((r) => r.userId),
      removals.map((r) => r.id),
      removals.map((r) => r.revision),
      removals.map((r) => r.cascade),
    ],
  )
}

export async function findRemovals(db: Queryable, limit: number): Promise<GraphRemovalRow[]> {
  const { rows } = await db.query<GraphRemovalRow>(
    `select user_id as "userId", trace_id as id, revision, cascade, entity
       from memoir.graph_removal order by created_at limit $1`,
    [limit],
  )
  return rows
}

/** The graph has lost these; one that was noted anew meanwhile stays. */
export async function clearRemovals(
  db: Queryable,
  removals: readonly GraphRemovalRow[],
): Promise<void> {
  await db.query(
    `delete from memoir.graph_removal g
      using unnest($1::uuid[], $2::uuid[], $3::int[]) as w(user_id, trace_id, revision)
      where g.user_id = w.user_id and g.trace_id = w.trace_id and g.revision = w.revision`,
    [removals.map((r) => r.userId), removals.map((r) => r.id), removals.map((r) => r.revision)],
  )
}

/** Takes or keeps the turn to tell the graph. @returns false while another process has it */
export async function takeTurn(db: Queryable, holder: string, forMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.graph_turn set holder = $1::uuid, until = now() + make_interval(secs => $2::float8 / 1000)
      where holder = $1::uuid or holder is null or until < now()`,
    [holder, forMs],
  )
  return rowCount === 1
}

export async function leaveTurn(db: Queryable, holder: string): Promise<void> {
  await db.query(`update memoir.graph_turn set holder = null where holder = $1::uuid`, [holder])
}

export interface DrainFailure {
  readonly since: Date
  /** A code of MemoirError. */
  readonly code: string
}

/** A worker could not write what is pending. Keeps since when. */
export async function noteDrainFailure(db: Queryable, code: string): Promise<void> {
  await db.query(
    `update memoir.graph_turn set failing_since = coalesce(failing_since, now()), failure = $1`,
    [code],
  )
}

/** A worker wrote what was pending, or found nothing to write. */
export async function clearDrainFailure(db: Queryable): Promise<void> {
  await db.query(
    `update memoir.graph_turn set failing_since = null, failure = null where failing_since is not null`,
  )
}

export async function findDrainFailure(db: Queryable): Promise<DrainFailure | null> {
  const { rows } = await db.query<DrainFailure>(
    `select failing_since as since, failure as code from memoir.graph_turn where failing_since is not null`,
  )
  return rows[0] ?? null
}

/** What the graph still has to be told, or refused. */
export async function countUntold(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from memoir.memory_trace
      where graph_state in ('pending', 'failed') and state = 'active'`,
  )
  return rows[0]?.n ?? 0
}
