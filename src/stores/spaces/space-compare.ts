import type { Queryable } from '../database.ts'
import { vectorColumn } from './vector-format.ts'
import type { SpacePair } from './reembed.ts'
import type { Space } from './spaces.ts'

/** What spaces hold, one beside the other. */

export interface SpaceCounts {
  readonly vectors: number
  /** Of those, how many the other space does not have. */
  readonly missing: number
}

export async function countSpaces(db: Queryable, { from, to }: SpacePair): Promise<SpaceCounts> {
  const { rows } = await db.query<SpaceCounts>(
    `select count(*) as vectors, count(*) filter (where n.trace_id is null) as missing
       from memoir.memory_embedding e
       left join memoir.memory_embedding n
         on n.trace_id = e.trace_id and n.head = e.head and n.space_id = $2 and n.revision >= e.revision
      where e.space_id = $1`,
    [from.id, to.id],
  )
  return rows[0] ?? { vectors: 0, missing: 0 }
}

export async function countVectors(db: Queryable, space: Pick<Space, 'id'>): Promise<number> {
  const { rows } = await db.query<{ vectors: number }>(
    `select count(*) as vectors from memoir.memory_embedding where space_id = $1`,
    [space.id],
  )
  return rows[0]?.vectors ?? 0
}

export interface SpaceSample {
  readonly traceId: string
  readonly userId: string
}

/** Memories to compare two spaces by: the same ones each time, from all over. */
export async function sampleSpace(
  db: Queryable,
  { from, to }: SpacePair,
  limit: number,
): Promise<SpaceSample[]> {
  const { rows } = await db.query<SpaceSample>(
    `select e.trace_id as "traceId", e.user_id as "userId"
       from memoir.memory_embedding e
       join memoir.memory_embedding n on n.trace_id = e.trace_id and n.head = e.head and n.space_id = $2
      where e.space_id = $1 and e.head = 'semantic'
      order by hashtext(e.trace_id::text), e.trace_id
      limit $3`,
    [from.id, to.id, limit],
  )
  return rows
}

/** The user's memories nearest to one of them, in one space. */
export async function nearestInSpace(
  db: Queryable,
  space: Space,
  { traceId, userId, limit }: SpaceSample & { limit: number },
): Promise<string[]> {
  const { column, type } = vectorColumn(space)
  const vector = (alias: string) => `${alias}.${column}::${type}(${space.dimensions})`
  const { rows } = await db.query<{ id: string }>(
    `select o.trace_id as id
       from memoir.memory_embedding e
       join memoir.memory_embedding o
         on o.user_id = e.user_id and o.space_id = e.space_id and o.head = e.head and o.trace_id <> e.trace_id
      where e.trace_id = $1::uuid and e.user_id = $2::uuid and e.space_id = ${space.id} and e.head = 'semantic'
      order by ${vector('o')} <=> ${vector('e')}, o.trace_id
      limit $3`,
    [traceId, userId, limit],
  )
  return rows.map(({ id }) => id)
}

/** A short text with its vector, to find out whether a model makes the vectors of a space. */
export async function findProof(
  db: Queryable,
  space: Space,
): Promise<{ readonly content: string; readonly vec: readonly number[] } | null> {
  const { column } = vectorColumn(space)
  const { rows } = await db.query<{ content: string; vec: string }>(
    `select t.content, e.${column}::text as vec
       from memoir.memory_embedding e join memoir.memory_trace t on t.id = e.trace_id and t.user_id = e.user_id
      where e.space_id = $1 and e.head = 'semantic' and t.kind in ('message', 'fact', 'note', 'summary')
        and t.revision = e.revision and length(t.content) between 20 and 2000
      limit 1`,
    [space.id],
  )
  const [row] = rows
  return row === undefined
    ? null
    : { content: row.content, vec: row.vec.slice(1, -1).split(',').map(Number) }
}
