import type { Condition, FieldName, Filter, Operator } from '../../domain/filter.ts'

/** A filter as a condition on `memory_trace t`. Every value is bound; nothing of the filter becomes SQL. */

/** Adds a value to a statement. @returns its place, `$n` */
type Bind = (value: unknown) => string

const COLUMNS: Readonly<Record<FieldName, string>> = {
  kind: 't.kind',
  role: 't.role',
  scope: 't.scope',
  session_id: 't.session_id',
  category: `coalesce(t.category, t.meta ->> 'category')`,
  tags: 't.tags',
  occurred_at: 't.occurred_at',
  known_at: 't.known_at',
  // Exact whatever number a caller says: as floats and integers some are out of range.
  salience: 't.salience::numeric',
  importance: 't.importance::numeric',
}

const TYPES: Readonly<Record<FieldName, string>> = {
  kind: 'text',
  role: 'text',
  scope: 'text',
  session_id: 'text',
  category: 'text',
  tags: 'text',
  occurred_at: 'timestamptz',
  known_at: 'timestamptz',
  salience: 'numeric',
  importance: 'numeric',
}

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

export function filterSql(filter: Filter, bind: Bind): string {
  if ('and' in filter) return all(filter.and, ' and ', bind)
  if ('or' in filter) return all(filter.or, ' or ', bind)
  if ('not' in filter) return `(not ${filterSql(filter.not, bind)})`
  // What is not there is neither more nor less; `not` of it holds.
  return `coalesce(${conditionSql(filter, bind)}, false)`
}

const all = (filters: readonly Filter[], between: string, bind: Bind) =>
  `(${filters.map((each) => filterSql(each, bind)).join(between)})`

function conditionSql({ field, operator, value }: Condition, bind: Bind): string {
  if (typeof field !== 'string') return jsonSql({ field, operator, value }, bind)
  const [column, type] = [COLUMNS[field], TYPES[field]]
  if (field === 'tags') return tagsSql(operator, value, bind)
  switch (operator) {
    case 'exists':
      return value === true ? `(${column}) is not null` : `(${column}) is null`
    case 'in':
      return `(${column}) = any(${bind(value)}::${type}[])`
    case 'contains':
      return `strpos(lower(${column}), lower(${bind(value)}::text)) > 0`
    case 'ne':
      return `(${column}) is distinct from ${bind(value)}::${type}`
    case 'eq':
      return `(${column}) is not distinct from ${bind(value)}::${type}`
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return `(${column}) ${SIGNS[operator]} ${bind(value)}::${type}`
  }
}

function tagsSql(operator: Operator, value: Condition['value'], bind: Bind): string {
  if (operator === 'exists') return `(cardinality(t.tags) > 0) = ${bind(value)}::boolean`
  const wanted = Array.isArray(value) ? value : [value]
  return `t.tags && ${bind(wanted)}::text[]`
}

interface JsonCondition extends Condition {
  readonly field: readonly string[]
}

function jsonSql({ field, operator, value }: JsonCondition, bind: Bind): string {
  const at = `(t.meta #> ${bind(field)}::text[])`
  const json = (one: unknown) => `${bind(JSON.stringify(one))}::jsonb`
  switch (operator) {
    case 'exists':
      return value === true ? `${at} is not null` : `${at} is null`
    case 'eq':
      return `${at} = ${json(value)}`
    case 'ne':
      return `${at} is distinct from ${json(value)}`
    case 'in':
      return `${at} in (select jsonb_array_elements(${json(value)}))`
    case 'contains':
      return typeof value === 'string'
        ? `case jsonb_typeof(${at}) when 'array' then ${at} @> ${json([value])}
             when 'string' then strpos(lower(${at} #>> '{}'), lower(${bind(value)}::text)) > 0 end`
        : `jsonb_typeof(${at}) = 'array' and ${at} @> ${json([value])}`
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      // Numbers are compared with numbers, texts with texts by their code points; a JSON text cast to a number would fail the statement.
      return typeof value === 'number'
        ? `case when jsonb_typeof(${at}) = 'number' then (${at})::numeric ${SIGNS[operator]} ${bind(value)}::numeric end`
        : `case when jsonb_typeof(${at}) = 'string' then (${at} #>> '{}') collate "C" ${SIGNS[operator]} ${bind(value)}::text end`
  }
}
