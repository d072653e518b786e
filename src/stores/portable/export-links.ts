import type { Queryable } from '../database.ts'

/** Links between two memories of a user, page after page. What ingest links, between the messages of a conversation, it links again. */

export interface LinkPlace {
  readonly from: string
  readonly to: string
  readonly kind: string
}

export interface ExportedLink extends LinkPlace {
  readonly weight: number
  readonly at: Date | null
  /** One end is made again of a conversation, and the link with it. */
  readonly derived: boolean
}

/** Of a memory `t`: ingest makes it of a conversation. */
const MADE_AGAIN = (t: string) =>
  `(${t}.kind = 'episode' or (${t}.kind = 'message' and ${t}.source is not null and ${t}.meta ? 'message_id'))`

export async function pageLinks(
  db: Queryable,
  {
    userId,
    scopes,
    after,
    limit,
  }: {
    userId: string
    scopes: readonly string[] | null
    after: LinkPlace | null
    limit: number
  },
): Promise<ExportedLink[]> {
  const { rows } = await db.query<ExportedLink>(
    `select e.src as "from", e.dst as "to", e.type as kind, e.weight::float8 as weight, e.ts as at,
            ${MADE_AGAIN('s')} or ${MADE_AGAIN('d')} as derived
       from memoir.memory_edge e
       join memoir.memory_user u on u.id = e.user_id and u.erased_at is null
       join memoir.memory_trace s on s.id = e.src and s.user_id = e.user_id and s.state <> 'deleted'
       join memoir.memory_trace d on d.id = e.dst and d.user_id = e.user_id and d.state <> 'deleted'
      where e.user_id = $1::uuid and e.ended_at is null and not (${MADE_AGAIN('s')} and ${MADE_AGAIN('d')})
        and ($2::text[] is null or (s.scope = any($2::text[]) and d.scope = any($2::text[])))
        and ($3::uuid is null or (e.src, e.dst, e.type) > ($3::uuid, $4::uuid, $5::text))
      order by e.src, e.dst, e.type
      limit $6`,
    [userId, scopes, after?.from ?? null, after?.to ?? null, after?.kind ?? null, limit],
  )
  return rows
}
