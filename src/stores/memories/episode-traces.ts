import type { Queryable } from '../database.ts'

/** What was made of somebody's episodes, as the record has it. */

/** Where a memory that was an episode says so. */
export const EPISODE_SOURCE = 'episodes'

const MIGRATED = `t.meta @> '{"migrated_from": "${EPISODE_SOURCE}"}'::jsonb and t.state = 'active'`

/** Users of a namespace by id, who have such memories. */
export async function listMigratedUsers(
  db: Queryable,
  { namespaceId, after, limit }: { namespaceId: string; after: string | null; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select u.id from memoir.memory_user u
      where u.namespace_id = $1::uuid and u.erased_at is null and ($2::uuid is null or u.id > $2::uuid)
        and exists (select from memoir.memory_trace t where t.user_id = u.id and ${MIGRATED})
      order by u.id limit $3`,
    [namespaceId, after, limit],
  )
  return rows.map(({ id }) => id)
}

export interface NextPair {
  readonly src: string
  readonly dst: string
  readonly at: Date
}

/** Which of a user's migrated memories followed which, within its session. */
export async function listNextPairs(db: Queryable, userId: string): Promise<NextPair[]> {
  const { rows } = await db.query<NextPair>(
    `select src, dst, at from (
       select lag(t.id) over w as src, t.id as dst, t.occurred_at as at
         from memoir.memory_trace t
        where t.user_id = $1::uuid and ${MIGRATED}
       window w as (partition by t.session_id order by t.occurred_at, t.id)) p
      where src is not null`,
    [userId],
  )
  return rows
}
