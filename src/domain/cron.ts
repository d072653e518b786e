/** Cron expressions of five fields, always in UTC. Pure. */

interface Field {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const NONE: readonly string[] = []
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Minute, hour, day of the month, month, day of the week. */
const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: NONE },
  { min: 0, max: 23, names: NONE },
  { min: 1, max: 31, names: NONE },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
]

/**
 * True for what Temporal runs as a cron expression in UTC. Time zones and words such as `@daily` are left out on purpose: a night that
 * a clock change skips or repeats would be one nobody expects.
 */
export function isCron(text: string): boolean {
  const parts = text.split(' ')
  return (
    parts.length === FIELDS.length &&
    FIELDS.every((field, index) => parts[index]?.split(',').every((item) => fits(item, field)))
  )
}

/** No schedule is looked for further ahead. */
const DAYS_AHEAD = 366
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** The first time after `after` that a cron expression names; null when it names none within a year. */
export function nextTime(cron: string, after: Date): Date | null {
  const [minutes = ALL, hours = ALL, days = ALL, months = ALL, weekdays = ALL] = setsOf(cron)
  const first = Math.floor(after.getTime() / MINUTE_MS) * MINUTE_MS + MINUTE_MS
  const end = first + DAYS_AHEAD * DAY_MS
  for (let at = first; at < end;) {
    const time = new Date(at)
    const isDay =
      days.has(time.getUTCDate()) &&
      months.has(time.getUTCMonth() + 1) &&
      weekdays.has(time.getUTCDay())
    if (!isDay) at = (Math.floor(at / DAY_MS) + 1) * DAY_MS
    else if (hours.has(time.getUTCHours()) && minutes.has(time.getUTCMinutes())) return time
    else at += MINUTE_MS
  }
  return null
}

const ALL: ReadonlySet<number> = new Set()

/** What each field allows. */
function setsOf(cron: string): ReadonlySet<number>[] {
  const parts = cron.split(' ')
  return FIELDS.map((field, index) => {
    const items = (parts[index] ?? '').split(',')
    return new Set(items.flatMap((item) => valuesOf(item, field)))
  })
}

function valuesOf(item: string, field: Field): number[] {
  const [, from, to, step = '1'] = ITEM.exec(item) ?? []
  const first = from === undefined ? field.min : (valueOf(from, field) ?? field.min)
  const only = from !== undefined && to === undefined && !item.includes('/')
  const last = only ? first : to === undefined ? field.max : (valueOf(to, field) ?? field.max)
  const count = Math.floor((last - first) / Number(step)) + 1
  return Array.from({ length: Math.max(0, count) }, (_, n) => first + n * Number(step))
}

const ITEM = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/

/** `*`, `5`, `1-5`, `mon-fri`, each perhaps with a step: `*` and `/15`. */
function fits(item: string, field: Field): boolean {
  const match = ITEM.exec(item)
  if (!match) return false
  const [, from, to, step] = match
  if (step !== undefined && Number(step) < 1) return false
  if (from === undefined) return true
  const first = valueOf(from, field)
  if (first === undefined) return false
  if (to === undefined) return true
  const last = valueOf(to, field)
  return last !== undefined && first <= last
}

function valueOf(word: string, { min, max, names }: Field): number | undefined {
  const named = names.indexOf(word.toLowerCase())
  if (named >= 0) return min + named
  const value = /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN
  return value >= min && value <= max ? value : undefined
}
