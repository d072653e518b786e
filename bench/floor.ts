import type { ConversationSource } from '../src/ingest/conversation.ts'
import { ingestSlice, type SliceContext } from '../src/ingest/slice.ts'
import { vectorText } from '../src/stores/spaces/vector-format.ts'
import type { Queryable } from '../src/stores/database.ts'

/** What Memoir is measured against: the least code that does the same to the same tables. */

const PAGE = 200
const SLICE = 20

/** A plain loop over the source with the same store functions, pages and slices: no workflow, no job, no progress, no marks. */
export async function plainBackfill(
  source: ConversationSource,
  context: SliceContext,
): Promise<number> {
  let count = 0
  for (let after: string | null = null; ;) {
    const { heads, next } = await source.headsAfter(after, PAGE)
    for (let at = 0; at < heads.length; at += SLICE) {
      const { conversations } = await source.load(heads.slice(at, at + SLICE))
      await ingestSlice(conversations, context)
    }
    count += heads.length
    if (next === null) return count
    after = next
  }
}

/**
 * The nearest vectors of one user, kinds as recall's default: as many as recall looks at, by the index or by comparing all,
 * whichever recall uses for that user.
 */
export async function bareVectorQuery(
  db: Queryable,
  { userId, spaceId, dimensions, vec, limit, indexed }: BareVectorQuery,
): Promise<unknown[]> {
  const column = indexed ? `e.vec::halfvec(${dimensions})` : 'e.vec'
  const { rows } = await db.query(
    `select e.seq from memoir.memory_embedding e
      where e.user_id = $1::uuid and e.space_id = ${spaceId} and e.head = 'semantic' and e.tier = 'hot'
        and e.kind = any($4::text[])
      order by ${column} <=> $2::halfvec(${dimensions})
      limit $3`,
    [userId, vectorText(vec, 'fp16'), limit, ['fact', 'message', 'note', 'summary']],
  )
  return rows
}

export interface BareVectorQuery {
  readonly userId: string
  readonly spaceId: number
  readonly dimensions: number
  readonly vec: Float32Array
  readonly limit: number
  readonly indexed: boolean
}

/** BM25 over one user's messages and nothing else. */
export async function bareTextQuery(
  db: Queryable,
  { userId, lexemes, texts, averageLength, limit }: BareTextQuery,
): Promise<unknown[]> {
  const { rows } = await db.query(
    `with p as materialized (
       select lexeme, seq, frequency, length, window_frequency, window_length from memoir.memory_posting
        where user_id = $1::uuid and lexeme = any($2::text[])),
     w as (
       select lexeme, ln(1 + ($3::float - count(*) + 0.5::float) / (count(*) + 0.5::float)) as weight from p group by lexeme)
     select p.seq, sum(w.weight * p.frequency * 2.5::float / (p.frequency + 0.375::float + $4::float * p.length)) as score
       from p join w using (lexeme)
      group by p.seq
      order by score desc
      limit $5`,
    [userId, lexemes, texts * 3, 1.125 / averageLength, limit],
  )
  return rows
}

export interface BareTextQuery {
  readonly userId: string
  readonly lexemes: readonly string[]
  readonly texts: number
  readonly averageLength: number
  readonly limit: number
}
