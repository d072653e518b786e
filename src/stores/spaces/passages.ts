import type { Queryable } from '../database.ts'
import { vectorColumn, vectorText } from './vector-format.ts'
import type { Space } from './spaces.ts'

/** Vectors of the passages of long texts: a table of their own, so that short texts cost nothing. */

export interface PassageWrite {
  readonly traceId: string
  readonly userId: string
  readonly revision: number
  readonly passages?: readonly Float32Array[]
}

/** Rows a statement: bounds its size whatever the text. */
const ROWS_A_STATEMENT = 500

/**
 * Writes the passages of texts whose vector of the whole was written right before, of the same revision; what had been there is gone
 * by then.
 */
export async function insertPassages(
  tx: Queryable,
  space: Space,
  writes: readonly PassageWrite[],
): Promise<void> {
  const rows = writes.flatMap(({ passages = [], ...of }) =>
    passages.map((vec, place) => ({ ...of, vec, place })),
  )
  const { column, type } = vectorColumn(space)
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const some = rows.slice(from, from + ROWS_A_STATEMENT)
    await tx.query(
      `insert into memoir.memory_passage (trace_id, space_id, place, user_id, seq, kind, ${column})
       select e.trace_id, e.space_id, w.place, e.user_id, e.seq, e.kind, w.vec::${type}
         from unnest($2::uuid[], $3::uuid[], $4::int[], $5::smallint[], $6::text[]) as w(trace_id, user_id, revision, place, vec)
         join memoir.memory_embedding e
           on e.trace_id = w.trace_id and e.user_id = w.user_id and e.space_id = $1::int and e.head = 'semantic' and e.revision = w.revision
       on conflict (trace_id, space_id, place) do nothing`,
      [
        space.id,
        some.map((one) => one.traceId),
        some.map((one) => one.userId),
        some.map((one) => one.revision),
        some.map((one) => one.place),
        some.map((one) => vectorText(one.vec, space.precision)),
      ],
    )
  }
}
