import type { Bind } from './candidate-query.ts'
import type { Queryable } from '../database.ts'
import { filterConditions, type RecallFilter } from './recall-filter.ts'

/** The record as it was at a moment: rows with the words and fields that stood then laid over them. */

/**
 * The words that stood at a moment are those of the oldest revision that ended after it, or what stands now. A row's own times are
 * no guide: they also move when nothing is said anew.
 */
const STOOD = (moment: string) => `memoir.memory_trace n
  left join lateral (
    select r.content, r.meta, r.fields, r.revision, r.valid_from as updated_at from memoir.memory_revision r
     where r.trace_id = n.id and r.user_id = n.user_id and r.valid_to > ${moment}::timestamptz
     order by r.revision limit 1) r on true
 cross join lateral jsonb_populate_record(n, coalesce(
   r.fields || jsonb_build_object('content', r.content, 'meta', r.meta, 'revision', r.revision, 'updated_at', r.updated_at),
   '{}')) t`

export interface TracesThen {
  /** The name of the row as it is now, by which the record's indexes are used. */
  readonly row: string
  /** A table `t`, as `memory_trace` was. */
  readonly from: string
  /**
   * What was deleted then is not shown, though it came back. And what has to hold now, whatever held then: who may not see a scope
   * any more does not see what stood in it either.
   */
  readonly also: string
}

export function tracesThen({ asOf, scopes }: RecallFilter, bind: Bind): TracesThen {
  return {
    row: 'n',
    from: STOOD(bind(asOf)),
    also: ` and (t.deleted_at is null or t.deleted_at > ${bind(asOf)}::timestamptz)
        and (n.expires_at is null or n.expires_at > now())${scopes ? ` and n.scope = any(${bind(scopes)}::text[])` : ''}`,
  }
}

export interface TextThen {
  readonly seq: number
  readonly content: string
  readonly language: string
}

/** Nobody edits more of what is known of one user between a moment and now than this, but for whole imports. */
const MANY_TEXTS = 5_000

/** What said something else at a moment than it does now: the index of words and vectors knows what it says now. */
export async function findTextsThen(
  db: Queryable,
  { userId, filter }: { userId: string; filter: RecallFilter },
): Promise<TextThen[]> {
  const conditions = filterConditions(filter, 2)
  const values: unknown[] = [userId, ...conditions.values]
  const { from, also } = tracesThen(filter, (value) => `$${values.push(value)}`)
  const { rows } = await db.query<TextThen>(
    `select t.seq, t.content, t.language
       from ${from}
      where n.user_id = $1::uuid and t.content <> n.content and ${conditions.sql}${also}
        and n.id in (select trace_id from memoir.memory_revision where user_id = $1::uuid)
      order by t.seq desc
      limit ${MANY_TEXTS}`,
    values,
  )
  return rows
}

/** In how many of a user's texts each of these words stands. */
export async function countLexemes(
  db: Queryable,
  { userId, lexemes }: { userId: string; lexemes: readonly string[] },
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ lexeme: string; texts: number }>(
    `select lexeme, count(*) as texts from memoir.memory_posting
      where user_id = $1::uuid and lexeme = any($2::text[]) and frequency > 0
      group by lexeme`,
    [userId, lexemes],
  )
  return new Map(rows.map(({ lexeme, texts }) => [lexeme, texts]))
}
