import { instantOf } from '../domain/time-zone.ts'

/** Times as columns of any kind hold them. What is no time that a message can have been written at counts as none. */

const MINUTE_MS = 60_000
const FIRST = Date.UTC(1900, 0, 2)
const LAST = Date.UTC(2100, 0, 1)
/** Zones are at most so far from UTC, in steps of a quarter of an hour. */
const FARTHEST_ZONE_MS = 14 * 60 * MINUTE_MS
const ZONE_STEP_MS = 15 * MINUTE_MS

/**
 * Bounds that do not move with the clock, so that a row is read the same tomorrow. Midnight of 1 January 1970, in whichever zone, is
 * what programs write that had no time.
 */
function usable(instant: number): Date | null {
  if (!(instant >= FIRST && instant < LAST)) return null
  if (Math.abs(instant) <= FARTHEST_ZONE_MS && instant % ZONE_STEP_MS === 0) return null
  return new Date(instant)
}

/** @param given milliseconds since 1970, of UTC or of a wall clock in `zone` */
export const timeOfNumber = (given: number, zone: string | null): Date | null =>
  usable(zone === null ? given : instantOf(given, zone))

/** Seconds since 1970 until the year 5138; then milliseconds, microseconds and nanoseconds. */
const UNITS = [
  { below: 1e11, ms: 1e3 },
  { below: 1e14, ms: 1 },
  { below: 1e17, ms: 1e-3 },
  { below: Infinity, ms: 1e-6 },
] as const

function timeOfEpoch(given: number): Date | null {
  const unit = UNITS.find(({ below }) => Math.abs(given) < below)
  return unit === undefined ? null : usable(Math.floor(given * unit.ms))
}

const NUMBER = /^[+-]?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?$/i
const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i
/** RFC 2822, and what `toString` of JavaScript gives: both name their offset. */
const NAMED = /^[A-Z][a-z]{2},? .*\d{2}:\d{2}.*(?:GMT|UTC|[+-]\d{4})/
const LONGEST = 80

/** A time in words or digits. Without an offset it is a wall clock's in `zone`. */
export function timeOfText(given: string, zone: string): Date | null {
  const text = given.trim()
  if (text.length > LONGEST) return null
  const iso = ISO.exec(text)
  // Eight digits are a date, as ten are seconds.
  if (iso && !/^\d{9,}$/.test(text)) return timeOfParts(iso, zone)
  if (NUMBER.test(text)) return timeOfEpoch(Number(text))
  return NAMED.test(text) ? usable(Date.parse(text)) : null
}

function timeOfParts(iso: RegExpExecArray, zone: string): Date | null {
  const [year, month, day, hours, minutes, seconds] = iso
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const ms = Math.floor(Number(`0.${iso[7] ?? 0}`) * 1000)
  const wall = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hours, minutes, seconds, ms)
  const date = new Date(wall)
  // The 31st of February is nobody's date.
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return null
  if ((hours ?? 0) > 23 || (minutes ?? 0) > 59 || (seconds ?? 0) > 60) return null
  const [, sign, offsetHours = '0', offsetMinutes = '0'] =
    /^([+-])(\d{2}):?(\d{2})?$/.exec(iso[8] ?? '') ?? []
  if (sign === undefined) return iso[8] === undefined ? timeOfNumber(wall, zone) : usable(wall)
  const offset = Number(offsetHours) * 60 + Number(offsetMinutes)
  return usable(wall - (sign === '-' ? -1 : 1) * offset * MINUTE_MS)
}

/** A time inside JSON: a number, or text. */
export function timeOfJson(given: unknown, zone: string): Date | null {
  if (typeof given === 'number') return timeOfEpoch(given)
  return typeof given === 'string' ? timeOfText(given, zone) : null
}
