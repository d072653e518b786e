import {
  occurredAt,
  type Bind,
  type Candidate,
  type CandidateQuery,
  type DetailsRow,
  type FoundCandidates,
} from './candidate-query.ts'
import type { Database, Queryable } from '../database.ts'
import type { RecallUser } from '../memory-users.ts'
import { filterConditions, isOpen, type RecallFilter } from './recall-filter.ts'
import type { Space } from '../spaces/spaces.ts'
import { countedScores, weighedScores } from './text-scores.ts'
import { NO_VECTORS, indexSettings, vectorScores } from './vector-scores.ts'

/** Candidates of a recall: the best by vector, by BM25 of the memory and by BM25 of its window, each with all three scores. */

/** Nobody's vectors are worth an index below this many: comparing them all takes a few milliseconds and misses none. */
export const EXACT_VECTORS = 5_000
/**
 * The index is filtered by user afterwards, so a user with a share of 1/n of the store makes it walk n times as far: some 60/share
 * steps of 0.03 ms, against 0.001 ms for each of the user's vectors when all are compared. Equal where vectors² = 2,000 × store.
 */
const INDEX_STEP = 2_000
/** Above this many texts a word that most of them hold costs more than it tells, and words are weighed before they are read. */
const MANY_TEXTS = 5_000

export async function findCandidates(
  db: Database,
  query: CandidateQuery,
): Promise<FoundCandidates> {
  const { user, vector } = query
  const indexed = vector !== null && isIndexed(vector.space, user)
  const statement = candidateStatement(query, indexed)
  if (!indexed) return await run(isOpen(query.filter) ? { query: db.prepared } : db, statement)
  return await db.transaction(async (tx) => await run(tx, statement), {
    readOnly: true,
    // Sums over words stay in memory.
    settings: { ...indexSettings(query.limit), work_mem: '64MB' },
  })
}

/** Whether a user's vectors are found by the space's index, or all compared. */
export function isIndexed(
  { indexedAt, storeVectors }: Space,
  { vectorCount }: RecallUser,
): boolean {
  return (
    indexedAt !== null &&
    vectorCount > EXACT_VECTORS &&
    vectorCount * vectorCount > storeVectors * INDEX_STEP
  )
}

interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

async function run(db: Queryable, { sql, values }: Statement): Promise<FoundCandidates> {
  const { rows } = await db.query<CandidateRow>(sql, values)
  const [{ writeSeq, most } = { writeSeq: null, most: 0 }] = rows
  return { candidates: rows.map(present), writeSeq, most }
}

interface CandidateRow extends Omit<Candidate, 'details'>, DetailsRow {
  readonly writeSeq: number | null
  readonly most: number
}

function present({
  writeSeq: _writeSeq,
  most: _most,
  name,
  role,
  language,
  occurredAt,
  salience,
  importance,
  ...row
}: CandidateRow): Candidate {
  const details = { name, role, language, occurredAt: new Date(occurredAt), salience, importance }
  return { ...row, details }
}

function candidateStatement(query: CandidateQuery, indexed: boolean): Statement {
  const { user, vector, filter } = query
  const values: unknown[] = [user.id, query.limit]
  const bind: Bind = (value) => `$${values.push(value)}`
  const open = isOpen(filter)
  const only = open ? '' : 'join allowed using (seq)'
  const text = user.textCount > MANY_TEXTS ? weighedScores(query, bind) : countedScores(query, bind)
  const vectors = vector
    ? vectorScores(vector, { bind, filter, only, indexed, limit: query.limit, user })
    : NO_VECTORS
  const allowed = open ? '' : `${allowedTraces(filter, values)},`
  const texts = open
    ? `texts as materialized (${text.scored})`
    : `scored as (${text.scored}), texts as materialized (select x.* from scored x ${only})`
  const sql = `with ${allowed} ${text.before} ${texts}, ${vectors.scores},
    picked as materialized (
      (select seq from vectors order by cosine desc limit $2)
      union (select seq from texts order by text desc, seq desc limit $2)
      union (select seq from texts order by around desc, seq desc limit $2))${text.more}
  select p.seq, ${vectors.cosine} as cosine, ${vectors.passage} as passage, (coalesce(x.text, 0)${text.addText})::float as text,
         (coalesce(x.around, 0)${text.addAround})::float as window,
         (select write_seq from memoir.memory_user where id = $1::uuid and erased_at is null) as "writeSeq",
         (${text.most})::float as most,
         d.name, d.role, d.language, d."occurredAt", d.salience, d.importance
    from picked p
    left join texts x on x.seq = p.seq
    ${text.join}
    ${vectors.join}
    ${DETAILS}`
  return { sql, values }
}

/** One by one: the planner would read all that the user has for a few hundred. */
const DETAILS = `cross join lateral (
      select t.meta ->> 'name' as name, t.role, t.language, ${occurredAt('t')}, t.salience, t.importance
        from memoir.memory_trace t where t.seq = p.seq and t.user_id = $1::uuid limit 1) d`

function allowedTraces(filter: RecallFilter, values: unknown[]): string {
  const conditions = filterConditions(filter, values.length + 1)
  values.push(...conditions.values)
  return `allowed as materialized (
    select t.seq from memoir.memory_trace t
     where t.user_id = $1::uuid and ${conditions.sql})`
}
