/** Numbers and times as people read them. */

const counted = new Intl.NumberFormat('en')
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const small = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 4,
})
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export const count = (value: number) => counted.format(value)
export const dollars = (value: number) => (value < 1 ? small : money).format(value)
export const timeOf = (at: string) => moment.format(new Date(at))
export const dayOf = (at: string) => day.format(new Date(at))
export const words = (name: string) => name.replaceAll('_', ' ')

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

export function ago(at: string, now = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1000
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size)
  if (unit === undefined)
    return Math.abs(seconds) < 10 ? 'now' : relative.format(Math.round(seconds), 'second')
  return relative.format(Math.round(seconds / unit[1]), unit[0])
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`
}

/** The same at the beginning of a line. */
export const capital = (name: string) => {
  const text = words(name)
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

export const plural = (value: number, one: string, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`

const longDay = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false })
export const longDayOf = (at: string) => longDay.format(new Date(at))
export const clockOf = (at: string) => clock.format(new Date(at))

const briefly = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const shortDay = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** A count where there is little room. */
export const brief = (value: number) => briefly.format(value)
/** A day of the record, which counts in UTC. */
export const shortDayOf = (day: string) => shortDay.format(new Date(day))
/** Milliseconds as a span of time. */
export const span = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : briefSeconds(ms / 1000))
const briefSeconds = (seconds: number) =>
  seconds < 60 ? `${Math.round(seconds * 10) / 10} s` : duration(seconds)
