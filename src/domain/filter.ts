/** A filter on memories: conditions on fields, combined by `and`, `or` and `not`. */

export const FILTER_FIELDS = {
  kind: 'text',
  role: 'text',
  scope: 'text',
  session_id: 'text',
  category: 'text',
  tags: 'list',
  occurred_at: 'time',
  known_at: 'time',
  salience: 'number',
  importance: 'number',
} as const satisfies Readonly<Record<string, FieldType>>

export type FieldType = 'text' | 'list' | 'time' | 'number' | 'json'
export type FieldName = keyof typeof FILTER_FIELDS
export type Scalar = string | number | boolean | null

export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'contains', 'exists'] as const
export type Operator = (typeof OPERATORS)[number]

export interface Condition {
  /** A field of the memory, or where a value stands in its metadata. */
  readonly field: FieldName | readonly string[]
  readonly operator: Operator
  /** A Date for times, a list for `in`. */
  readonly value: Scalar | Date | readonly (Scalar | Date)[]
}

export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | Condition

/** What of a filter cannot be used, and where in it. */
export class FilterProblem extends Error {
  readonly path: readonly (string | number)[]
  constructor(path: readonly (string | number)[], message: string) {
    super(message)
    this.path = path
  }
}

const MAX_DEPTH = 6
const MAX_CONDITIONS = 50
const MAX_VALUES = 100
const MAX_TEXT = 1_000
const METADATA = 'metadata.'

/** What each type of field can be asked. */
const ALLOWED: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['eq', 'ne', 'in', 'contains', 'exists'],
  list: ['contains', 'in', 'exists'],
  time: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'exists'],
  number: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'exists'],
  json: OPERATORS,
}

/**
 * Reads a filter as it is sent: `{ "and": [{ "kind": { "eq": "note" } }, { "not": { "tags": { "contains": "draft" } } }] }`. Several fields in
 * one object all have to hold, and a bare value means `eq`.
 * @throws FilterProblem
 */
export function parseFilter(value: unknown): Filter {
  const budget = { conditions: 0 }
  return parse(value, [], budget)
}

type Path = readonly (string | number)[]
interface Budget {
  conditions: number
}

function parse(value: unknown, path: Path, budget: Budget): Filter {
  if (path.length > 2 * MAX_DEPTH)
    throw new FilterProblem(path, `is nested deeper than ${MAX_DEPTH}`)
  if (!isObject(value))
    throw new FilterProblem(path, 'must be an object of fields, `and`, `or` or `not`')
  const parts = Object.entries(value).flatMap(([key, inner]) =>
    part(key, inner, { path: [...path, key], budget }),
  )
  const [only] = parts
  if (only === undefined) throw new FilterProblem(path, 'must not be empty')
  return parts.length === 1 ? only : { and: parts }
}

function part(
  key: string,
  inner: unknown,
  { path, budget }: { path: Path; budget: Budget },
): Filter[] {
  if (key === 'and' || key === 'or') {
    if (!Array.isArray(inner) || inner.length === 0) {
      throw new FilterProblem(path, 'must be a list of filters, not empty')
    }
    const all = inner.map((each, at) => parse(each, [...path, at], budget))
    return [key === 'and' ? { and: all } : { or: all }]
  }
  if (key === 'not') return [{ not: parse(inner, path, budget) }]
  const { field, type } = fieldOf(key, path)
  const asked = isObject(inner) ? inner : { eq: inner }
  const conditions = Object.entries(asked)
  if (conditions.length === 0) throw new FilterProblem(path, 'must name a comparison')
  budget.conditions += conditions.length
  if (budget.conditions > MAX_CONDITIONS) {
    throw new FilterProblem(path, `has more than ${MAX_CONDITIONS} conditions`)
  }
  return conditions.map(([operator, wanted]) => {
    const at = isObject(inner) ? [...path, operator] : path
    if (!isOperator(operator)) throw new FilterProblem(at, `must be one of ${OPERATORS.join(', ')}`)
    if (!ALLOWED[type].includes(operator)) {
      throw new FilterProblem(at, `does not apply to ${key}; it takes ${ALLOWED[type].join(', ')}`)
    }
    return { field, operator, value: valueOf(wanted, { type, operator, path: at }) }
  })
}

function fieldOf(key: string, path: Path): { field: Condition['field']; type: FieldType } {
  if (isField(key)) return { field: key, type: FILTER_FIELDS[key] }
  const segments = key.startsWith(METADATA) ? key.slice(METADATA.length).split('.') : []
  if (segments.length > 0 && segments.length <= MAX_DEPTH && segments.every(Boolean)) {
    return { field: segments, type: 'json' }
  }
  const known = [...Object.keys(FILTER_FIELDS), `${METADATA}<path>`]
  throw new FilterProblem(path, `is no field; there are ${known.join(', ')}`)
}

interface Wanted {
  readonly type: FieldType
  readonly operator: Operator
  readonly path: Path
}

function valueOf(value: unknown, wanted: Wanted): Condition['value'] {
  const { operator, path } = wanted
  if (operator === 'exists') {
    if (typeof value !== 'boolean') throw new FilterProblem(path, 'must be true or false')
    return value
  }
  if (operator !== 'in') return scalarOf(value, wanted)
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_VALUES) {
    throw new FilterProblem(path, `must be a list of 1 to ${MAX_VALUES} values`)
  }
  return value.map((each, at) => scalarOf(each, { ...wanted, path: [...path, at] }))
}

function scalarOf(value: unknown, { type, operator, path }: Wanted): Scalar | Date {
  if (type === 'time') return timeOf(value, path)
  if (type === 'number') {
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw new FilterProblem(path, 'must be a number')
  }
  if (typeof value === 'string' && value.length > MAX_TEXT) {
    throw new FilterProblem(path, `is longer than ${MAX_TEXT} characters`)
  }
  if (typeof value === 'string') return value
  const ordered = ['gt', 'gte', 'lt', 'lte'].includes(operator)
  if (type === 'json' && typeof value === 'number' && Number.isFinite(value)) return value
  if (type === 'json' && !ordered && (typeof value === 'boolean' || value === null)) return value
  if (type === 'text' && value === null && (operator === 'eq' || operator === 'ne')) return null
  throw new FilterProblem(path, type === 'json' ? 'must be a text or a number' : 'must be a text')
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/

function timeOf(value: unknown, path: Path): Date {
  const at = typeof value === 'string' && TIME.test(value) ? new Date(value) : new Date(Number.NaN)
  if (Number.isNaN(at.getTime())) {
    throw new FilterProblem(path, 'must be an ISO 8601 time with an offset, or a date')
  }
  return at
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isField = (key: string): key is FieldName => Object.hasOwn(FILTER_FIELDS, key)

const isOperator = (key: string): key is Operator => (OPERATORS as readonly string[]).includes(key)
