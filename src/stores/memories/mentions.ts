import type { EntityMention } from '../../domain/entity.ts'
import type { Queryable } from '../database.ts'

/** Which entities memories name, and who says so. */

export interface StoredMention extends Pick<EntityMention, 'type' | 'normalized'> {
  readonly traceId: string
  readonly entityId: string
}

/** What callers gave of these memories; what was found in their texts can be found again. */
export async function findGivenMentions(
  db: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<StoredMention[]> {
  const { rows } = await db.query<StoredMention>(
    `select e.src as "traceId", e.dst as "entityId", n.type, n.normalized
       from memoir.memory_edge e join memoir.entity n on n.id = e.dst and n.user_id = e.user_id
      where e.user_id = $1::uuid and e.src = any($2::uuid[]) and e.type = 'mentions' and e.source = 'given'
        and e.ended_at is null`,
    [userId, traceIds],
  )
  return rows
}

/** Says of links that stand who says so. */
export async function signMentions(
  tx: Queryable,
  {
    userId,
    source,
    mentions,
  }: {
    userId: string
    source: EntityMention['source']
    mentions: readonly { readonly src: string; readonly dst: string }[]
  },
): Promise<void> {
  if (mentions.length === 0) return
  await tx.query(
    `update memoir.memory_edge e set source = $2, ended_at = null
       from unnest($3::uuid[], $4::uuid[]) as w(src, dst)
      where e.src = w.src and e.dst = w.dst and e.type = 'mentions' and e.user_id = $1::uuid
        and (e.source is distinct from $2 or e.ended_at is not null)`,
    [userId, source, mentions.map(({ src }) => src), mentions.map(({ dst }) => dst)],
  )
}

/** A mention as it can be written again. */
export interface KeptMention extends EntityMention {
  readonly traceId: string
}

/** All that these memories name. */
export async function findMentions(
  db: Queryable,
  { userId, traceIds }: { userId: string; traceIds: readonly string[] },
): Promise<KeptMention[]> {
  if (traceIds.length === 0) return []
  const { rows } = await db.query<KeptMention>(
    `select e.src as "traceId", n.type, coalesce(e.spelling, n.value) as value, n.normalized, e.weight::float8 as confidence,
            coalesce(e.source, 'rules') as source
       from memoir.memory_edge e join memoir.entity n on n.id = e.dst and n.user_id = e.user_id
      where e.user_id = $1::uuid and e.src = any($2::uuid[]) and e.type = 'mentions' and e.ended_at is null`,
    [userId, traceIds],
  )
  return rows
}
