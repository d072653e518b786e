import type { Queryable } from '../database.ts'
import { vectorBinary, vectorColumn } from '../spaces/vector-format.ts'
import type { Space } from '../spaces/spaces.ts'

/** Cosines of memories with a question and with each other. */
export interface Likenesses {
  /** With the question, by the memory's id. */
  readonly asked: ReadonlyMap<string, number>
  /** Of a pair, by `pairKey`. */
  readonly pairs: ReadonlyMap<string, number>
}

export interface LikenessQuery {
  readonly userId: string
  readonly ids: readonly string[]
  readonly vector: { readonly space: Space; readonly vec: Float32Array }
}

export const pairKey = (one: string, other: string): string => [one, other].toSorted().join(' ')

/** Those that have no vector in the space are left out. A dozen memories are meant: each is compared with each. */
export async function findLikenesses(
  db: Queryable,
  { userId, ids, vector: { space, vec } }: LikenessQuery,
): Promise<Likenesses> {
  const { column, type } = vectorColumn(space)
  const { rows } = await db.query<{ one: string; other: string | null; cosine: number }>(
    `with own as materialized (
       select trace_id as id, ${column} as vec from memoir.memory_embedding
        where user_id = $1::uuid and space_id = $2 and head = 'semantic' and trace_id = any($3::uuid[]))
     select id as one, null::uuid as other, max(1 - (vec <=> $4::${type}(${space.dimensions}))) as cosine from own group by id
     union all
     select a.id, b.id, max(1 - (a.vec <=> b.vec)) from own a join own b on a.id < b.id group by a.id, b.id`,
    [userId, space.id, ids, vectorBinary(vec, space.precision)],
  )
  return {
    asked: new Map(
      rows.flatMap(({ one, other, cosine }) => (other === null ? [[one, cosine]] : [])),
    ),
    pairs: new Map(
      rows.flatMap(({ one, other, cosine }) =>
        other === null ? [] : [[pairKey(one, other), cosine]],
      ),
    ),
  }
}
