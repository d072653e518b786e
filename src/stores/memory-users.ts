import type { Queryable } from './database.ts'

/** Users as ingest and recall see them: a surrogate uuid, and counters that are maintained under the row's lock. */

/**
 * The surrogate uuids of a namespace's users by the caller's own ids; unknown ones are created.
 * Erased users are left out: nothing may be written for them under that row again.
 */
export async function ensureUsers(
  db: Queryable,
  namespaceId: string,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  const wanted = [...new Set(externalIds)]
  if (wanted.length === 0) return new Map()
  const found = await findUsers(db, namespaceId, wanted)
  const absent = wanted.filter((id) => !found.has(id))
  if (absent.length === 0) return found
  await db.query(
    `insert into memoir.memory_user (namespace_id, external_id)
     select $1::uuid, external_id from unnest($2::text[]) as t(external_id)
      order by external_id
     on conflict (namespace_id, external_id) do nothing`,
    [namespaceId, absent],
  )
  return await findUsers(db, namespaceId, wanted)
}

/** As `ensureUsers`, without making any. */
export async function findUsers(
  db: Queryable,
  namespaceId: string,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; external_id: string }>(
    `select id, external_id from memoir.memory_user
      where namespace_id = $1::uuid and external_id = any($2::text[]) and erased_at is null`,
    [namespaceId, externalIds],
  )
  return new Map(rows.map((row) => [row.external_id, row.id]))
}

/**
 * Locks these users' rows for the rest of the transaction, always in the same order so that two writers never wait for each
 * other. `no key update` suffices: it excludes other writers of the counters and lets foreign keys be checked.
 * @returns the ids that are still there and not erased
 */
export async function lockUsers(tx: Queryable, userIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from memoir.memory_user
      where id = any($1::uuid[]) and erased_at is null
      order by id
        for no key update`,
    [userIds],
  )
  return new Set(rows.map((row) => row.id))
}

/**
 * Locks one user's row as `lockUsers` does.
 * @returns how often things of the user had been forgotten by then; null for one who is not there or erased
 */
export async function lockUser(tx: Queryable, userId: string): Promise<number | null> {
  const { rows } = await tx.query<{ seq: number }>(
    `select forget_seq as seq from memoir.memory_user
      where id = $1::uuid and erased_at is null
        for no key update`,
    [userId],
  )
  return rows[0]?.seq ?? null
}

/**
 * The user's surrogate uuid, with the row locked as by `lockUsers`; the first write for somebody makes the row.
 * @returns null for a user who was erased
 */
export async function lockUserByName(
  tx: Queryable,
  { namespaceId, externalId }: { namespaceId: string; externalId: string },
): Promise<string | null> {
  const key = [namespaceId, externalId]
  const lock = async () => {
    const { rows } = await tx.query<{ id: string }>(
      `select id from memoir.memory_user
        where namespace_id = $1::uuid and external_id = $2 and erased_at is null
          for no key update`,
      key,
    )
    return rows[0]?.id ?? null
  }
  const known = await lock()
  if (known !== null) return known
  await tx.query(
    `insert into memoir.memory_user (namespace_id, external_id) values ($1::uuid, $2)
     on conflict (namespace_id, external_id) do nothing`,
    key,
  )
  return await lock()
}

/** What a write changed of one user's counters. */
export interface UserChange {
  readonly userId: string
  readonly traces: number
  readonly episodes: number
  readonly vectors: number
  /** Traces with postings, and the sums of their lengths and window lengths in lexemes. */
  readonly texts: number
  readonly textLength: number
  readonly windowLength: number
  readonly languages: readonly string[]
  readonly lastActiveAt: Date | null
}

/** Several changes of one user as one: an update takes no row twice. */
function summed(all: readonly UserChange[]): UserChange[] {
  const byUser = new Map<string, UserChange>()
  for (const change of all) {
    const sum = byUser.get(change.userId)
    byUser.set(change.userId, sum === undefined ? change : plus(sum, change))
  }
  return [...byUser.values()]
}

function plus(one: UserChange, other: UserChange): UserChange {
  const [first, second] = [one.lastActiveAt, other.lastActiveAt]
  return {
    userId: one.userId,
    traces: one.traces + other.traces,
    episodes: one.episodes + other.episodes,
    vectors: one.vectors + other.vectors,
    texts: one.texts + other.texts,
    textLength: one.textLength + other.textLength,
    windowLength: one.windowLength + other.windowLength,
    languages: [...new Set([...one.languages, ...other.languages])],
    lastActiveAt: first === null || (second !== null && second > first) ? second : first,
  }
}

/** Applies the changes; the rows must be locked. */
export async function applyUserChanges(tx: Queryable, all: readonly UserChange[]): Promise<void> {
  if (all.length === 0) return
  const changes = summed(all)
  await tx.query(
    `update memoir.memory_user u
        set write_seq = u.write_seq + 1,
            trace_count = u.trace_count + c.traces,
            episode_count = u.episode_count + c.episodes,
            vector_count = u.vector_count + c.vectors,
            text_count = u.text_count + c.texts,
            text_length = u.text_length + c.text_length,
            window_length = u.window_length + c.window_length,
            languages = array(select distinct l from unnest(u.languages || string_to_array(nullif(c.languages, ''), ',')) as l order by l),
            -- A plan for next year says that somebody is active today, not then.
            last_active_at = greatest(u.last_active_at, case
              when c.last_active_at <= now() or u.last_active_at is null then least(c.last_active_at, now()) end)
       from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::text[], $9::timestamptz[])
            as c(user_id, traces, episodes, vectors, texts, text_length, window_length, languages, last_active_at)
      where u.id = c.user_id`,
    [
      changes.map((c) => c.userId),
      changes.map((c) => c.traces),
      changes.map((c) => c.episodes),
      changes.map((c) => c.vectors),
      changes.map((c) => c.texts),
      changes.map((c) => c.textLength),
      changes.map((c) => c.windowLength),
      changes.map((c) => c.languages.join(',')),
      changes.map((c) => c.lastActiveAt),
    ],
  )
}

export interface RecallUser {
  readonly id: string
  /** Grows with every write; what was read under another number may be out of date. */
  readonly writeSeq: number
  readonly vectorCount: number
  readonly textCount: number
  readonly textLength: number
  readonly windowLength: number
  readonly languages: readonly string[]
  /** Names of those who speak in the user's conversations; none when they are too many to be a circle of people. */
  readonly participants: readonly string[]
  /** Whether any text is long enough to have vectors of its passages. */
  readonly hasPassages: boolean
}

/** More names than this are no circle of people: a room, or names made up by a program. */
const MANY_PARTICIPANTS = 20

/** The names in order, each found in the index by the one before it: it takes as many steps as there are names, not messages. */
const PARTICIPANTS = `(
  with recursive names (name, place) as (
    (select t.meta ->> 'name', 1 from memoir.memory_trace t
      where t.user_id = u.id and t.kind = 'message' and t.meta ? 'name'
      order by t.meta ->> 'name' limit 1)
    union all
    select (select t.meta ->> 'name' from memoir.memory_trace t
             where t.user_id = u.id and t.kind = 'message' and t.meta ? 'name' and t.meta ->> 'name' > n.name
             order by t.meta ->> 'name' limit 1), n.place + 1
      from names n where n.name is not null and n.place <= ${MANY_PARTICIPANTS})
  select case when count(name) > ${MANY_PARTICIPANTS} then '{}' else coalesce(array_agg(name) filter (where name is not null), '{}') end
    from names)`

/** What recall needs to know of a user before it searches; null when there is none (or no more). */
export async function findRecallUser(
  db: Queryable,
  { namespaceId, externalId }: { namespaceId: string; externalId: string },
): Promise<RecallUser | null> {
  const { rows } = await db.query<RecallUser>(
    `select id, write_seq as "writeSeq", vector_count as "vectorCount", text_count as "textCount", text_length as "textLength",
            window_length as "windowLength", languages, ${PARTICIPANTS} as participants,
            exists (select from memoir.memory_passage p where p.user_id = u.id) as "hasPassages"
       from memoir.memory_user u
      where namespace_id = $1::uuid and external_id = $2 and erased_at is null`,
    [namespaceId, externalId],
  )
  return rows[0] ?? null
}

/** The surrogate uuid of a user; null when there is none (or no more). */
export async function findUserId(
  db: Queryable,
  { namespaceId, externalId }: { namespaceId: string; externalId: string },
): Promise<string | null> {
  return (await findUsers(db, namespaceId, [externalId])).get(externalId) ?? null
}
