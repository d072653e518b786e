import type { Database } from '../database.ts'
import { vectorBinary, vectorColumn } from '../spaces/vector-format.ts'
import type { Space } from '../spaces/spaces.ts'

/** Cosines of memories with a question and with each other. */
export interface Likenesses {
  /** With the question, by the memory's seq. */
  readonly asked: ReadonlyMap<number, number>
  /** Of a pair, by `pairKey`. */
  readonly pairs: ReadonlyMap<string, number>
}

export interface LikenessQuery {
  readonly userId: string
  readonly seqs: readonly number[]
  readonly vector: { readonly space: Space; readonly vec: Float32Array }
}

export const pairKey = (one: number, other: number): string =>
  `${Math.min(one, other)} ${Math.max(one, other)}`

/** Those that have no vector in the space are left out. A dozen memories are meant: each is compared with each. */
export async function findLikenesses(
  db: Pick<Database, 'prepared'>,
  { userId, seqs, vector: { space, vec } }: LikenessQuery,
): Promise<Likenesses> {
  const { column, type } = vectorColumn(space)
  const { rows } = await db.prepared<{ one: number; other: number | null; cosine: number }>(
    `with own as materialized (
       select seq, ${column} as vec from memoir.memory_embedding
        where user_id = $1::uuid and space_id = $2 and head = 'semantic' and seq = any($3::bigint[]))
     select seq as one, null::bigint as other, max(1 - (vec <=> $4::${type}(${space.dimensions}))) as cosine from own group by seq
     union all
     select a.seq, b.seq, max(1 - (a.vec <=> b.vec)) from own a join own b on a.seq < b.seq group by a.seq, b.seq`,
    [userId, space.id, seqs, vectorBinary(vec, space.precision)],
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
