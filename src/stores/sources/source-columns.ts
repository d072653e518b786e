import { MemoirError } from '../../errors.ts'
import type { Queryable } from '../database.ts'

/** Which columns somebody's tables have, and how a value of each type is read without anything that could fail for one row. */

/** What has to be known of a type. `local` and `day` are times without a zone. */
export type ColumnKind =
  | 'text'
  | 'instant'
  | 'local'
  | 'day'
  | 'number'
  | 'json'
  | 'bytes'
  | 'list'
  | 'other'

export interface Column {
  readonly name: string
  /** In quotes, for statements. */
  readonly sql: string
  /** As Postgres calls it: `timestamp without time zone`. */
  readonly type: string
  readonly kind: ColumnKind
  readonly nullable: boolean
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  timestamptz: 'instant',
  timestamp: 'local',
  date: 'day',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  numeric: 'number',
  float4: 'number',
  float8: 'number',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  citext: 'text',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
}

/** Quotes each part of `table` or `schema.table`. */
export const quoted = (name: string) =>
  name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')

/** @returns null where there is no such table or view */
export async function selectColumns(
  db: Queryable,
  table: string,
): Promise<ReadonlyMap<string, Column> | null> {
  const { rows } = await db.query<{
    name: string
    type: string
    base: string
    category: string
    nullable: boolean
  }>(
    `select a.attname::text as name, format_type(a.atttypid, null) as type, b.typname::text as base,
            b.typcategory::text as category, not a.attnotnull as nullable
       from pg_catalog.pg_attribute a
       join pg_catalog.pg_type t on t.oid = a.atttypid
       join pg_catalog.pg_type b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
      where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [quoted(table)],
  )
  if (rows.length === 0) return null
  return new Map(
    rows.map(({ name, type, base, category, nullable }) => {
      const kind = KINDS[base] ?? (category === 'A' ? 'list' : 'other')
      return [name, { name, sql: quoted(name), type, kind, nullable }]
    }),
  )
}

/** @throws MemoirError `source_invalid` that names the variables and what there is */
export function sourceMisfit(problems: readonly string[]): MemoirError {
  const words = `The source is not what the configuration says: ${problems.join('; ')}.`
  return new MemoirError('source_invalid', words, { details: { problems }, vendorText: words })
}

/** The value as text. Of JSON and bytes it is read further by `readText`. */
export function textSql(alias: string, { sql, kind }: Column): string {
  const value = `${alias}.${sql}`
  if (kind === 'bytes') return `encode(${value}, 'hex')`
  return kind === 'list' ? `to_json(${value})::text` : `${value}::text`
}

export function sizeSql(alias: string, { sql, kind }: Column): string {
  const direct = kind === 'text' || kind === 'bytes'
  return `octet_length(${alias}.${sql}${direct ? '' : '::text'})`
}

/**
 * Milliseconds since 1970, of UTC or of a wall clock, where the type is a time's; null for infinity. Everything else as text: a cast
 * would fail for the one row whose value is no time.
 */
export function timeSql(alias: string, column: Column | null): string {
  if (column === null) return 'null::text'
  const value = `${alias}.${column.sql}`
  if (column.kind === 'day') {
    return `case when isfinite(${value}) then ((${value} - date '1970-01-01')::bigint * 86400000)::text end`
  }
  if (column.kind !== 'instant' && column.kind !== 'local') return textSql(alias, column)
  return `case when isfinite(${value}) then (extract(epoch from date_trunc('milliseconds', ${value})) * 1000)::bigint::text end`
}

/** Zones are at most so far from UTC; the sum of both directions. */
const ZONE_SLACK = `interval '15 hours'`

/**
 * Whether a time is at or after another; null where there is none. Where the type or the row does not say, it counts as
 * changed: what is read once more for nothing is known by its hash.
 */
export function newerSql(alias: string, column: Column, since: string): string {
  const value = `${alias}.${column.sql}`
  const at = `${since}::timestamptz`
  const wall = `((${at} at time zone 'UTC') - ${ZONE_SLACK})`
  switch (column.kind) {
    case 'instant':
      return `${value} >= ${at}`
    case 'local':
      return `${value} >= ${wall}`
    case 'day':
      return `${value} >= ${wall}::date`
    case 'number':
      return `(case when ${value} < 1e11 then ${value} when ${value} < 1e14 then ${value} / 1e3
                    when ${value} < 1e17 then ${value} / 1e6 else ${value} / 1e9 end) >= extract(epoch from ${at})`
    case 'text':
      return `(case when ${value} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left(${value}, 10) collate "C" >= to_char(${wall}, 'YYYY-MM-DD')
                    else ${value} is not null end)`
    case 'json':
    case 'bytes':
    case 'list':
    case 'other':
      return `${value} is not null`
  }
}

/** Types without an order are put in that of their texts. */
export const orderSql = (alias: string, { sql, type }: Column): string =>
  type === 'json' || type === 'xml' ? `(${alias}.${sql}::text collate "C")` : `${alias}.${sql}`

/** Text is compared with a key of another type by its text; other types that differ are a mistake in the configuration. */
export function sameSql(left: string, a: Column, right: string, b: Column): string {
  if (a.type === b.type || (a.kind !== 'text' && b.kind !== 'text')) return `${left} = ${right}`
  if (a.kind === b.kind) return `${left} = ${right}`
  return a.kind === 'text' ? `${left} = ${right}::text` : `${left}::text = ${right}`
}
