/** Fields of a record, read leniently: a value of another type than expected is taken for none. */

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field by its name in snake_case, or as clients in TypeScript write it: `user_id` and `userId`. */
export function fieldOf(fields: unknown, name: string): unknown {
  if (!isFields(fields)) return undefined
  return own(fields, name) ?? own(fields, camel(name))
}

const own = (fields: Fields, name: string) =>
  Object.hasOwn(fields, name) ? fields[name] : undefined
const camel = (name: string) =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

export function fieldsIn(fields: unknown, name: string): Fields {
  const value = fieldOf(fields, name)
  return isFields(value) ? value : {}
}

export function listIn(fields: unknown, name: string): readonly unknown[] {
  const value = fieldOf(fields, name)
  return Array.isArray(value) ? value : []
}

/** The first of these fields that holds text. */
export function textIn(fields: unknown, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fieldOf(fields, name)
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return undefined
}

/** The first of these fields that holds an id: text or a number, depending on the vendor's age. */
export function idIn(fields: unknown, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fieldOf(fields, name)
    if (typeof value === 'string' && value.trim() !== '') return value
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  }
  return undefined
}

/** The first of these fields that holds a time. */
export function timeIn(fields: unknown, ...names: readonly string[]): Date | undefined {
  for (const name of names) {
    const at = timeOf(fieldOf(fields, name))
    if (at !== undefined) return at
  }
  return undefined
}

/** Times outside of these are mistakes, and some of them no database holds. */
const FIRST_YEAR = 1900
const LAST_YEAR = 9999
/** Seconds of an epoch until the year 5138, then milliseconds, microseconds and nanoseconds. */
const UNITS_MS = [
  [1e11, 1_000],
  [1e14, 1],
  [1e17, 1e-3],
  [1e20, 1e-6],
] as const

/**
 * A time as exports write them: ISO 8601 (UTC where no offset is given), or a number of seconds or smaller units since 1970.
 * @returns undefined when it is none, or outside of the years 1900 to 9999
 */
export function timeOf(value: unknown): Date | undefined {
  const at = new Date(msOf(value))
  const year = at.getUTCFullYear()
  return year >= FIRST_YEAR && year <= LAST_YEAR ? at : undefined
}

function msOf(value: unknown): number {
  if (typeof value === 'string') {
    return /^-?\d{6,}(?:\.\d+)?$/.test(value) ? msOf(Number(value)) : Date.parse(inUtc(value))
  }
  // Zero stands for a time that is not known.
  if (typeof value !== 'number' || value === 0) return Number.NaN
  const [, unit] = UNITS_MS.find(([below]) => Math.abs(value) < below) ?? []
  return unit === undefined ? Number.NaN : value * unit
}

/** `2026-03-01 10:00:00` is local time to JavaScript; exports mean UTC. */
function inUtc(text: string): string {
  return /\dT?\s?\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
}
