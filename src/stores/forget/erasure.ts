import type { Queryable } from '../database.ts'

/** Everything of one user, place after place: what is derived first, the record after it. */

export interface ErasedUser {
  readonly userId: string
  readonly namespaceId: string
  /** The caller's own id. */
  readonly name: string
}

interface Place {
  readonly table: string
  /** Of a row `t` and the user `of`. */
  readonly rows: string
}

const own = (table: string): Place => ({ table, rows: 't.user_id = of.user_id' })

const HELD = `(select c.namespace, c.source, c.id from memoir.conversations c
  join memoir.namespace n on n.name = c.namespace where n.id = of.namespace_id and c.user_id = of.name)`

/** In the order in which they are emptied. */
export const PLACES: readonly Place[] = [
  own('memory_posting'),
  own('memory_passage'),
  own('memory_embedding'),
  own('memory_edge'),
  own('entity'),
  own('narrative_run'),
  own('user_narrative_version'),
  own('user_narratives'),
  own('consolidation_vector'),
  own('consolidation_run'),
  own('model_answer'),
  own('memory_source'),
  own('forgotten_clause'),
  own('memory_revision'),
  own('memory_trace'),
  own('webhook'),
  // The event of the erasure stays; it names the erasure and nothing else.
  { table: 'memory_event', rows: `t.user_id = of.user_id and t.type <> 'user.erased'` },
  own('raw_session'),
  own('session'),
  own('drift_report'),
  own('sync_cursor'),
  {
    table: 'ingest_suspect',
    rows: `t.conversation_id in (select i.conversation_id from memoir.ingested_conversation i where i.user_id = of.user_id)
      and t.job_id in (select j.id from memoir.job j where j.namespace_id = of.namespace_id)`,
  },
  own('ingested_conversation'),
  { table: 'messages', rows: `(t.namespace, t.source, t.conversation_id) in ${HELD}` },
  { table: 'conversations', rows: `(t.namespace, t.source, t.id) in ${HELD}` },
  {
    table: 'idempotency_key',
    rows: `t.namespace_id = of.namespace_id and (position(of.name in t.key) > 0
      or t.response->>'job' in (select j.id::text from memoir.job j where j.user_id = of.user_id))`,
  },
]

/** Listed places that keep their rows, and what becomes of these. */
export const KEPT_PLACES: Readonly<Record<string, string>> = {
  job_step_failure: 'its vendors’ words are emptied with the jobs',
  memory_user: 'its name and counters are emptied with the receipt; the uuid stays erased',
  job: 'request, progress, cursor and error are emptied; that there was a job stays',
  audit_log: 'holds ids, roles and counts only, and is chained',
}

const OF = `with of as (select $1::uuid as user_id, $2::uuid as namespace_id, $3::text as name)`
const valuesOf = ({ userId, namespaceId, name }: ErasedUser) => [userId, namespaceId, name]

/** Rows a transaction: nobody waits long for its locks. */
const BATCH = 5_000

/** @returns how many went; call again while it is the whole batch */
export async function eraseBatch(
  tx: Queryable,
  { table, rows }: Place,
  user: ErasedUser,
): Promise<{ readonly rows: number; readonly more: boolean }> {
  const { rowCount } = await tx.query(
    `${OF} delete from memoir.${table} where ctid = any(array(
       select t.ctid from memoir.${table} t, of where ${rows} limit ${BATCH}))`,
    valuesOf(user),
  )
  return { rows: rowCount ?? 0, more: rowCount === BATCH }
}

export async function countPlace(
  db: Queryable,
  { table, rows }: Place,
  user: ErasedUser,
): Promise<number> {
  const { rows: found } = await db.query<{ n: number }>(
    `${OF} select count(*) as n from memoir.${table} t, of where ${rows}`,
    valuesOf(user),
  )
  return found[0]?.n ?? 0
}

/** Whoever is named so, with the row locked; made when only the source tables know them. @returns null when nobody does */
export async function lockForErasure(
  tx: Queryable,
  { namespaceId, name }: Omit<ErasedUser, 'userId'>,
): Promise<{ readonly id: string; readonly erased: boolean } | null> {
  await tx.query(
    `insert into memoir.memory_user (namespace_id, external_id)
     select $1::uuid, $2 where exists (
       select from memoir.conversations c join memoir.namespace n on n.name = c.namespace
        where n.id = $1::uuid and c.user_id = $2)
     on conflict (namespace_id, external_id) do nothing`,
    [namespaceId, name],
  )
  const { rows } = await tx.query<{ id: string; erased: boolean }>(
    `select id, erased_at is not null as erased from memoir.memory_user
      where namespace_id = $1::uuid and external_id = $2 for update`,
    [namespaceId, name],
  )
  return rows[0] ?? null
}

/** Everything refuses from here on, and only the event of the erasure is delivered. */
export async function markErased(
  tx: Queryable,
  { userId, erasureId }: { userId: string; erasureId: string },
): Promise<void> {
  await tx.query(
    `with erased as (
       update memoir.memory_user
          set erased_at = now(), write_seq = write_seq + 1, forget_seq = forget_seq + 1
        where id = $1::uuid
       returning id, namespace_id),
     -- What is parked for them is not delivered any more, so it holds up nothing.
     unparked as (
       update memoir.webhook_line l set parked_at = null, failures = 0, due_at = least(l.due_at, now())
         from erased, memoir.webhook w
        where w.namespace_id = erased.namespace_id and l.webhook_id = w.id and l.line = erased.id and l.holder is null)
     insert into memoir.memory_event (namespace_id, user_id, type, subject)
     select namespace_id, id, 'user.erased', $2::uuid from erased`,
    [userId, erasureId],
  )
}

/** The user's unfinished jobs end with that error, and no job keeps what it was asked. */
export async function endJobsOf(
  tx: Queryable,
  { userId, except, error }: { userId: string; except: string; error: object },
): Promise<number> {
  await tx.query(
    `update memoir.job set state = 'failed', error = $3::jsonb, control = null, finished_at = now()
      where user_id = $1::uuid and id <> $2::uuid and state in ('queued', 'running', 'paused')`,
    [userId, except, JSON.stringify(error)],
  )
  // Words of a vendor may quote the user in a job that is nobody's, too.
  await tx.query(
    `update memoir.job_step_failure f set detail = null
       from memoir.job j, memoir.memory_user u
      where j.id = f.job_id and u.id = $1::uuid and f.detail is not null
        and (j.user_id = u.id or j.user_id is null and j.namespace_id = u.namespace_id)`,
    [userId],
  )
  await tx.query(
    `update memoir.job j set error = j.error - 'detail'
       from memoir.memory_user u
      where u.id = $1::uuid and j.user_id is null and j.namespace_id = u.namespace_id and j.error ? 'detail'`,
    [userId],
  )
  const { rowCount } = await tx.query(
    `update memoir.job set request = '{}', progress = '{}', cursor = null, error = error - 'detail'
      where user_id = $1::uuid and id <> $2::uuid`,
    [userId, except],
  )
  return rowCount ?? 0
}

export async function findWorkflowIds(
  db: Queryable,
  { userId, except }: { userId: string; except: string },
): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id from memoir.job where user_id = $1::uuid and id <> $2::uuid order by id`,
    [userId, except],
  )
  return rows.map(({ workflow_id }) => workflow_id)
}

export async function findErasing(db: Queryable, jobId: string): Promise<ErasedUser | null> {
  const { rows } = await db.query<ErasedUser>(
    `select u.id as "userId", u.namespace_id as "namespaceId", u.external_id as name
       from memoir.job j join memoir.memory_user u on u.id = j.user_id
      where j.id = $1::uuid and j.kind = 'erase'`,
    [jobId],
  )
  return rows[0] ?? null
}

export async function findErasureJob(db: Queryable, userId: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `select id from memoir.job where user_id = $1::uuid and kind = 'erase' order by id desc limit 1`,
    [userId],
  )
  return rows[0]?.id ?? null
}

/** The last of a user: a uuid that was erased. */
export async function emptyUser(tx: Queryable, userId: string): Promise<void> {
  await tx.query(
    `update memoir.memory_user
        set external_id = 'erased:' || id, languages = '{}', trace_count = 0, episode_count = 0, vector_count = 0,
            text_count = 0, text_length = 0, window_length = 0, last_active_at = null
      where id = $1::uuid`,
    [userId],
  )
  await tx.query(`delete from memoir.graph_removal where user_id = $1::uuid`, [userId])
}
