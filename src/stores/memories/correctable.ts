import type { Queryable } from '../database.ts'

/** What a correction may be of: notes and facts of the user that stand, said before it, which share words with it. */

export interface Correctable {
  readonly id: string
  readonly revision: number
  readonly content: string
}

/** More share words with a correction by accident. */
const MOST = 30

export async function findCorrectable(
  db: Queryable,
  {
    userId,
    id,
    before,
    lexemes,
  }: {
    readonly userId: string
    /** Of the correction. */
    readonly id: string
    readonly before: Date
    readonly lexemes: readonly string[]
  },
): Promise<Correctable[]> {
  const { rows } = await db.query<Correctable>(
    `select t.id, t.revision, t.content
       from (select p.seq, count(*) as shared from memoir.memory_posting p
              where p.user_id = $1::uuid and p.lexeme = any($2::text[])
              group by p.seq) as found
       join memoir.memory_trace t on t.seq = found.seq and t.user_id = $1::uuid
       join memoir.memory_trace own on own.id = $3::uuid and own.user_id = $1::uuid
      where t.kind in ('note', 'fact') and t.state = 'active' and t.id <> own.id and t.scope = own.scope
        and t.occurred_at < $4::timestamptz
      order by found.shared desc, t.occurred_at desc
      limit ${MOST}`,
    [userId, lexemes, id, before],
  )
  return rows
}
