import { offsetIn } from '../domain/time-zone.ts'

/**
 * When something was said, as transcripts write it. Without a zone it is UTC; a bare time belongs to the date before it. The offset that was
 * written stays, since it says whose day it was: that of a clock without a zone is its own, `+00:00`, and `Z` is nobody's.
 */
export interface Stamp {
  /** ISO 8601; null when only a time of day is given. */
  readonly at: string | null
  /** Milliseconds of the day, when only that is given. */
  readonly timeOfDay: number | null
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

const CLOCK = String.raw`(?<h>\d{1,2}):(?<m>\d{2})(?::(?<s>\d{2})(?:[.,]\d{1,9})?)? ?(?<half>[ap]\.?m\.?)?`
const ZONE = String.raw`(?<zone> ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?`
const DAY = [
  String.raw`(?<y>\d{4})[-/.](?<mo>\d{1,2})[-/.](?<d>\d{1,2})`,
  String.raw`(?<d>\d{1,2})(?:st|nd|rd|th)? (?<name>[a-z]{3,9})\.?,? (?<y>\d{4})`,
  String.raw`(?<name>[a-z]{3,9})\.? (?<d>\d{1,2})(?:st|nd|rd|th)?,? (?<y>\d{4})`,
]
const FORMS = [
  ...DAY.map((day) => new RegExp(`^${day}(?:(?:T| |, | at )${CLOCK}${ZONE})?$`, 'i')),
  ...DAY.map((day) => new RegExp(`^${CLOCK}(?: on |, | )${day}$`, 'i')),
  new RegExp(`^${CLOCK}$`, 'i'),
]

/** @returns null when it is not a time at all */
export function readStamp(text: string | undefined): Stamp | null {
  const given = (text ?? '').trim()
  for (const form of FORMS) {
    const groups = form.exec(given)?.groups
    if (groups) return stampOf(groups)
  }
  return null
}

function stampOf(part: Readonly<Record<string, string | undefined>>): Stamp | null {
  const time = clockOf(part)
  if (time === null) return null
  if (part['y'] === undefined) return { at: null, timeOfDay: time }
  const month =
    part['mo'] === undefined
      ? MONTHS.indexOf((part['name'] ?? '').slice(0, 3).toLowerCase())
      : Number(part['mo']) - 1
  const day = Number(part['d'])
  const midnight = Date.UTC(Number(part['y']), month, day)
  const date = new Date(midnight)
  // The 31st of February is nobody's date.
  if (month < 0 || date.getUTCMonth() !== month || date.getUTCDate() !== day) return null
  if (!isYear(date.getUTCFullYear())) return null
  return { at: wallTime(midnight + time, part['zone']), timeOfDay: null }
}

function clockOf(part: Readonly<Record<string, string | undefined>>): number | null {
  const [hours, minutes, seconds] = [part['h'], part['m'], part['s']].map((each) =>
    Number(each ?? 0),
  )
  if (hours === undefined || minutes === undefined || seconds === undefined) return null
  const half = part['half']?.[0]?.toLowerCase()
  if (half !== undefined && (hours < 1 || hours > 12)) return null
  const hour = half === undefined ? hours : (hours % 12) + (half === 'p' ? 12 : 0)
  if (hour > 23 || minutes > 59 || seconds > 59) return null
  return ((hour * 60 + minutes) * 60 + seconds) * 1000
}

/** @param wall milliseconds since 1970 as if the clock were UTC's */
export function wallTime(wall: number, zone?: string): string {
  const shown = new Date(wall).toISOString()
  if (zone === undefined) return shown.replace('Z', '+00:00')
  const [, sign, hours = '', minutes = ''] = /([+-])(\d{2}):?(\d{2})/.exec(zone) ?? []
  return sign === undefined ? shown : shown.replace('Z', `${sign}${hours}:${minutes}`)
}

/** What Postgres, ISO 8601 and people agree on. */
const isYear = (year: number) => year >= 1900 && year <= 9999

/** The time of day on the date of `after`, or on the day that follows when it would lie before it. */
export function onDateOf(after: string, timeOfDay: number): string {
  const zone = /(?:Z|[+-]\d{2}:\d{2})$/.exec(after)?.[0] ?? 'Z'
  const then = Date.parse(after) + (offsetIn(zone) ?? 0) * MINUTE_MS
  const at = Math.floor(then / DAY_MS) * DAY_MS + timeOfDay
  return wallTime(at < then - DAY_MS / 2 ? at + DAY_MS : at, zone)
}

/** Seconds of an epoch until the year 5138; anything larger counts milliseconds. */
const SECONDS_BELOW = 1e11

/** A time stamp of an array's item: ISO 8601, a form of a transcript, or seconds or milliseconds since 1970. Null when it is none. */
export function readTimestamp(given: string | number): string | null {
  if (typeof given === 'string') return readStamp(given)?.at ?? null
  const date = new Date(given < SECONDS_BELOW ? given * 1000 : given)
  return Number.isNaN(date.getTime()) || !isYear(date.getUTCFullYear()) ? null : date.toISOString()
}
