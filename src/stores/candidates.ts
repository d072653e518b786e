import type { Database, Queryable } from './database.ts'
import { vectorColumn, vectorText } from './embeddings.ts'
import type { RecallUser } from './memory-users.ts'
import { filterConditions, isOpen, kindsOf, type RecallFilter } from './recall-filter.ts'
import type { Space } from './spaces.ts'

/** Candidates of a recall: the best by vector, by BM25 of the memory and by BM25 of its window, each with all three scores. */

export interface Candidate {
  readonly seq: number
  /** Cosine with the question; null when there is no vector to compare. */
  readonly cosine: number | null
  /** BM25 of the memory's own text and of its window; 0 when no word matches. */
  readonly text: number
  readonly window: number
}

export interface CandidateQuery {
  readonly user: RecallUser
  readonly lexemes: readonly string[]
  readonly vector: { readonly space: Space; readonly vec: Float32Array } | null
  readonly filter: RecallFilter
  /** How many of each kind of score. */
  readonly limit: number
}

/** Robertson and Zaragoza's usual saturation and length weight; Lucene's form of the inverse document frequency. */
const K1 = 1.5
const B = 0.75

/**
 * Up to this many vectors a user's are all compared: measured on 768 half-precision numbers, 10,000 take some 16 ms exactly, and
 * an index that is filtered by user afterwards is slower and incomplete below that.
 */
export const EXACT_VECTORS = 10_000

export async function findCandidates(db: Database, query: CandidateQuery): Promise<Candidate[]> {
  const { user, vector } = query
  const indexed =
    vector !== null && vector.space.indexedAt !== null && user.vectorCount > EXACT_VECTORS
  const statement = candidateStatement(query, indexed)
  if (!indexed) return await run(db, statement)
  return await db.transaction(async (tx) => {
    await tx.query(ITERATIVE_SCAN)
    return await run(tx, statement)
  })
}

/** The index goes on until enough rows of this user were found; both hold for this transaction only. */
const ITERATIVE_SCAN = `select set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '200', true)`

interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

async function run(db: Queryable, { sql, values }: Statement): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(sql, values)
  return rows
}

function candidateStatement(query: CandidateQuery, indexed: boolean): Statement {
  const { user, lexemes, vector, filter } = query
  const values: unknown[] = [
    user.id,
    query.limit,
    lexemes,
    user.textCount,
    average(user.textLength, user),
    average(user.windowLength, user),
  ]
  const bind = (value: unknown) => `$${values.push(value)}`
  const open = isOpen(filter)
  const conditions = filterConditions(filter, values.length + 1)
  if (!open) values.push(...conditions.values)
  const allowed = open
    ? ''
    : `allowed as materialized (
         select t.seq from memoir.memory_trace t
          where t.user_id = $1::uuid and t.state = 'active' and ${conditions.sql}),`
  const only = open ? '' : 'join allowed using (seq)'
  const vectors = vector ? vectorParts(vector, { bind, filter, only, indexed }) : NO_VECTORS
  const sql = `with ${allowed} ${TEXT_SCORES}, ${vectors.scores},
    texts as materialized (select x.* from scored x ${only}),
    picked as (
      (select seq from vectors order by cosine desc limit $2)
      union (select seq from texts order by text desc, seq desc limit $2)
      union (select seq from texts order by around desc, seq desc limit $2))
  select p.seq, ${vectors.cosine} as cosine, coalesce(x.text, 0)::float as text, coalesce(x.around, 0)::float as window
    from picked p
    left join texts x on x.seq = p.seq
    ${vectors.join}`
  return { sql, values }
}

const average = (sum: number, user: RecallUser) => Math.max(1, sum / Math.max(1, user.textCount))

/** Document frequencies are counted in the statement that scores, so nothing has to be maintained and nothing can disagree. */
const TEXT_SCORES = `
  postings as materialized (
    select lexeme, seq, frequency, length, window_frequency, window_length
      from memoir.memory_posting
     where user_id = $1::uuid and lexeme = any($3::text[])),
  weights as (
    select lexeme,
           ln(1 + (greatest($4::float, n) - n + 0.5) / (n + 0.5)) as weight,
           ln(1 + (greatest($4::float, wn) - wn + 0.5) / (wn + 0.5)) as window_weight
      from (select lexeme, count(*) filter (where frequency > 0) as n, count(*) as wn from postings group by lexeme) f),
  scored as (
    select p.seq,
           sum(w.weight * p.frequency * ${K1 + 1} / (p.frequency + ${K1} * (1 - ${B} + ${B} * p.length / $5::float))) as text,
           sum(w.window_weight * p.window_frequency * ${K1 + 1}
               / (p.window_frequency + ${K1} * (1 - ${B} + ${B} * p.window_length / $6::float))) as around
      from postings p join weights w using (lexeme)
     group by p.seq)`

interface VectorParts {
  /** A table `vectors (seq, cosine)`. */
  readonly scores: string
  readonly cosine: string
  readonly join: string
}

const NO_VECTORS: VectorParts = {
  scores: 'vectors as (select null::bigint as seq, null::float as cosine where false)',
  cosine: 'null::float',
  join: '',
}

function vectorParts(
  { space, vec }: { space: Space; vec: Float32Array },
  {
    bind,
    filter,
    only,
    indexed,
  }: {
    bind: (value: unknown) => string
    filter: RecallFilter
    only: string
    indexed: boolean
  },
): VectorParts {
  const { column, type } = vectorColumn(space)
  const question = `${bind(vectorText(vec, space.precision))}::${type}(${space.dimensions})`
  const kinds = bind(kindsOf(filter))
  // The space's number and width stand in the text of the statement: only then does the partial index fit.
  const own = `e.user_id = $1::uuid and e.space_id = ${space.id} and e.head = 'semantic' and e.kind = any(${kinds}::text[])`
  const distance = (alias: string) =>
    `${alias}.${column}::${type}(${space.dimensions}) <=> ${question}`
  if (!indexed) {
    return {
      scores: `vectors as materialized (
        select seq, 1 - (e.${column} <=> ${question}) as cosine from memoir.memory_embedding e ${only} where ${own})`,
      cosine: 'v.cosine',
      join: 'left join vectors v on v.seq = p.seq',
    }
  }
  return {
    scores: `vectors as materialized (
      select seq, 1 - (${distance('e')}) as cosine from memoir.memory_embedding e ${only}
       where ${own} and e.tier = 'hot'
       order by ${distance('e')} limit $2)`,
    cosine: 'v.cosine',
    // Candidates found by words get their cosine too, so that all three scores can be compared.
    join: `left join lateral (
      select 1 - (e.${column} <=> ${question}) as cosine from memoir.memory_embedding e
       where ${own} and e.seq = p.seq limit 1) v on true`,
  }
}
