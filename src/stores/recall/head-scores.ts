import type { Head } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'
import { vectorBinary, vectorColumn } from '../spaces/vector-format.ts'
import { kindsOf, type RecallFilter } from './recall-filter.ts'
import type { Space } from '../spaces/spaces.ts'

/** Cosines of a question with vectors of other heads than `semantic`, which few memories have: beside the search for candidates. */

export interface HeadScore {
  readonly seq: number
  readonly head: Head
  readonly cosine: number
}

export interface HeadQuery {
  readonly userId: string
  readonly vector: { readonly space: Space; readonly vec: Float32Array }
  readonly heads: readonly Head[]
  readonly filter: RecallFilter
  /** How many of each head. */
  readonly limit: number
}

/** The nearest of each head. What the filter leaves out of them is left out where hits are read. */
export async function findHeadScores(
  db: Queryable,
  { userId, vector: { space, vec }, heads, filter, limit }: HeadQuery,
): Promise<HeadScore[]> {
  const { column, type } = vectorColumn(space)
  const { rows } = await db.query<HeadScore>(
    `select h.head, n.seq, 1 - n.distance as cosine
       from unnest($3::text[]) as h(head) cross join lateral (
         select e.seq, e.${column} <=> $2::${type}(${space.dimensions}) as distance from memoir.memory_embedding e
          where e.user_id = $1::uuid and e.space_id = ${space.id} and e.head = h.head and e.kind = any($4::text[])
          order by distance limit $5) n`,
    [userId, vectorBinary(vec, space.precision), heads, kindsOf(filter), limit],
  )
  return rows
}
