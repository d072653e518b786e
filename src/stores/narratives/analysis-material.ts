import type { Queryable } from '../database.ts'
import { OWN_MEMORIES, QUOTES, type MaterialRow } from './narratives.ts'

/** What a user's analysis is made of, found fast: by the index of times, however many memories there are. */

export interface AnalysedUser {
  readonly userId: string
  /** The same number means that nothing was written or taken away. */
  readonly writeSeq: number
}

/** @returns null for a user who is not there */
export async function findAnalysed(
  db: Queryable,
  { namespaceId, externalId }: { namespaceId: string; externalId: string },
): Promise<AnalysedUser | null> {
  const { rows } = await db.query<AnalysedUser>(
    `select id as "userId", write_seq::float as "writeSeq" from memoir.memory_user
      where namespace_id = $1::uuid and external_id = $2 and erased_at is null`,
    [namespaceId, externalId],
  )
  return rows[0] ?? null
}

/** The latest of a user's own memories, in which facts and notes are looked for first. */
const LATEST = 400
const TOLD = 60
const SAID = 30
const MEMORY_CHARS = 2_000

/** The latest facts and notes, and the latest of what they said, oldest first. */
export async function latestMaterial(
  db: Queryable,
  { userId, scopes }: { userId: string; scopes: readonly string[] | null },
): Promise<MaterialRow[]> {
  const { rows } = await db.query<Omit<MaterialRow, 'occurredAt'> & { at: Date }>(
    `with latest as (
       select id, kind in ('fact', 'note') as told, occurred_at, seq
         from memoir.memory_trace t
        where t.user_id = $1::uuid and ${OWN_MEMORIES}
          and ($2::text[] is null or t.scope = any($2::text[]))
        order by occurred_at desc limit ${LATEST}
     ), placed as (
       select id, told, row_number() over (partition by told order by occurred_at desc, seq desc) as place from latest
     )
     select t.id, t.kind, left(t.content, ${MEMORY_CHARS}) as content, t.occurred_at as at, ${QUOTES}
       from placed p join memoir.memory_trace t on t.id = p.id and t.user_id = $1::uuid
      where p.place <= case when p.told then ${TOLD} else ${SAID} end
      order by t.occurred_at, t.seq`,
    [userId, scopes],
  )
  return rows.map(({ at, ...row }) => ({ ...row, occurredAt: at.toISOString() }))
}
