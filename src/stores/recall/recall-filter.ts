import { filterSql } from '../memories/filter-sql.ts'
import { DEFAULT_KINDS, type RecallRequest } from '../../domain/recall.ts'

/** What a recall is limited to, as conditions on `memory_trace t`. */
export type RecallFilter = Pick<
  RecallRequest,
  | 'kinds'
  | 'scopes'
  | 'tags'
  | 'metadata'
  | 'filter'
  | 'sessionId'
  | 'from'
  | 'to'
  | 'asOf'
  | 'includeSuperseded'
>

/** True when nothing but the kind narrows the search; candidates then need not look at the record. */
export function isOpen(filter: RecallFilter): boolean {
  const { scopes, tags, metadata, sessionId, from, to, asOf } = filter
  return [scopes, tags, metadata, filter.filter, sessionId, from, to, asOf].every(
    (one) => one === undefined,
  )
}

export const kindsOf = (filter: RecallFilter): readonly string[] => filter.kinds ?? DEFAULT_KINDS

/** States of what may be shown. What was deleted is never shown, whenever it is asked about. */
export const statesOf = ({ asOf, includeSuperseded = false }: RecallFilter): readonly string[] =>
  asOf !== undefined || includeSuperseded ? ['active', 'superseded'] : ['active']

/** Conditions for everything but the user, numbered from `$first`. */
export function filterConditions(filter: RecallFilter, first: number) {
  const conditions: string[] = []
  const values: unknown[] = []
  const add = (condition: (parameter: string) => string, value: unknown) => {
    conditions.push(condition(`$${first + values.length}`))
    values.push(value)
  }
  add((p) => `t.kind = any(${p}::text[])`, kindsOf(filter))
  add((p) => `t.state = any(${p}::text[])`, statesOf(filter))
  if (filter.asOf) add((p) => `t.known_at <= ${p}::timestamptz`, filter.asOf)
  if (filter.asOf && filter.includeSuperseded !== true) {
    add((p) => `(t.superseded_at is null or t.superseded_at > ${p}::timestamptz)`, filter.asOf)
  }
  if (filter.scopes) add((p) => `t.scope = any(${p}::text[])`, filter.scopes)
  if (filter.tags) add((p) => `t.tags @> ${p}::text[]`, filter.tags)
  if (filter.metadata) add((p) => `t.meta @> ${p}::jsonb`, JSON.stringify(filter.metadata))
  if (filter.sessionId !== undefined) add((p) => `t.session_id = ${p}`, filter.sessionId)
  if (filter.from) add((p) => `t.occurred_at >= ${p}::timestamptz`, filter.from)
  if (filter.to) add((p) => `t.occurred_at < ${p}::timestamptz`, filter.to)
  if (filter.filter) {
    const bind = (value: unknown) => `$${first - 1 + values.push(value)}`
    conditions.push(filterSql(filter.filter, bind))
  }
  return { sql: conditions.join(' and '), values }
}
