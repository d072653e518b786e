import { DATE_WORDS, type DateWords } from './date-words.ts'

/** Dates as people say them, resolved against the day on which they said it. What could mean two days is not resolved. */

export interface SaidDate {
  /** As it was said: "last Tuesday". */
  readonly said: string
  readonly index: number
  /** ISO 8601, the beginning of what is meant. */
  readonly at: string
  /** As exact as it was meant: `2023-05-02`, `2023-05`, `2023`, a week as `2023-05-01/2023-05-07`; nothing to add where it was said in full. */
  readonly shown: string | undefined
}

/** What is read of a statement, which bounds the time it takes. */
const READ_CHARS = 600
/** Comes back every year, or was in a year that is not said. */
const NO_YEAR =
  /birthday|born|anniversary(?! (?:is|on))|geburtstag|geboren|cumpleaños|nac[ií]|anniversaire|né[es]?(?!\p{L})|生日|出生|ميلاد|ولد/iu

/**
 * @param said when it was said, ISO 8601; its offset says whose day it was
 * @returns in order of place; none for languages whose dates are not known
 */
export function datesIn(text: string, said: string, language: string): SaidDate[] {
  const today = dayOf(said)
  if (today === undefined) return []
  const read = text.slice(0, READ_CHARS)
  const found = [...fullDates(read), ...relativeDates(read, { today, language })]
  const ordered = found.toSorted((a, b) => a.index - b.index || b.said.length - a.said.length)
  const apart = ordered.filter(
    ({ index }, at) => !ordered.slice(0, at).some((one) => index < endOf(one)),
  )
  return apart.filter(
    (one, at) =>
      isWhole(read, one) &&
      !isJoined(read, one, apart[at + 1]) &&
      !isJoined(read, apart[at - 1], one),
  )
}

const endOf = ({ index, said }: SaidDate) => index + said.length

/** What goes on makes another day of it: "in March | last year", "Freitag | vor einer Woche", 大|后天, 下|下周二. */
const GOES_ON =
  /^[,\s]*(?:(?:of|de|del|des|du|im|the) )?(?:last|previous|next|before last|after next|letzten|letztes|vorigen|vergangenen|nächsten|kommenden|übernächsten|pasad[oa]|próxim[oa]|año|l['’]an(?:née)?|année|dernière?|prochaine?|الماضي|القادم|المقبل|العام|السنة)(?!\p{L})/iu
const BEGAN_BEFORE = /[大下上前后後去今明]$/u

const isWhole = (text: string, one: SaidDate) =>
  !GOES_ON.test(text.slice(endOf(one))) &&
  !(/^\p{Script=Han}/u.test(one.said) && BEGAN_BEFORE.test(text.slice(0, one.index)))

/** "Today in a week", "a week ago on Tuesday": each alone is another day than both together. */
const isJoined = (text: string, one: SaidDate | undefined, next: SaidDate | undefined) =>
  one !== undefined &&
  next !== undefined &&
  /^[\s,]*(?:(?:on|in|am|im|el|le|en|à)\s+)?$/iu.test(text.slice(endOf(one), next.index))

const DAY_MS = 86_400_000

/** Midnight, as if all days were those of UTC. */
function dayOf(iso: string): Date | undefined {
  const instant = Date.parse(iso)
  if (Number.isNaN(instant)) return undefined
  const [, sign, hours = '0', minutes = '0'] = /T.*([+-])(\d{2}):?(\d{2})$/u.exec(iso) ?? []
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  return new Date(Math.floor((instant + offset * 60_000) / DAY_MS) * DAY_MS)
}

const plusDays = (day: Date, days: number) => new Date(day.getTime() + days * DAY_MS)
const firstOf = (year: number, month = 0) => new Date(Date.UTC(year, month, 1))
const iso = (date: Date, length: number) => date.toISOString().slice(0, length)
const [YEAR, MONTH, DAY, WEEK] = [4, 7, 10, 0]
const shownOf = (at: Date, length: number) =>
  length === WEEK ? `${iso(at, DAY)}/${iso(plusDays(at, 6), DAY)}` : iso(at, length)

const FULL = /(?<![\d.-])((?:19|20)\d{2})-(\d{2})-(\d{2})(?![\d-])/gu
const SINCE_YEAR =
  /(?<=(?<!\p{L})(?:in|since|until|en|desde|seit|depuis|im Jahr|عام|منذ|سنة) )((?:19|20)\d{2})(?![\d/-]|\.\d)|((?:19|20)\d{2})(?=年(?!\s*\d))/giu

function* fullDates(text: string): Generator<SaidDate> {
  for (const { 0: said, index } of text.matchAll(FULL)) {
    if (!Number.isNaN(Date.parse(said))) yield dated(said, index, new Date(said))
  }
  for (const { 0: said, index } of text.matchAll(SINCE_YEAR)) {
    yield dated(said, index, firstOf(Number(said)))
  }
}

const dated = (said: string, index: number, at: Date, shown?: string): SaidDate => ({
  said,
  index,
  at: at.toISOString(),
  shown,
})

interface Reading {
  readonly today: Date
  readonly language: string
}

function* relativeDates(text: string, { today, language }: Reading): Generator<SaidDate> {
  const patterns = patternsOf(language)
  const words = DATE_WORDS[language]
  if (words === undefined) return
  // A statement that comes back every week says no day.
  const repeated = words.repeated.test(text)
  for (const { pattern, meaning } of patterns) {
    if (repeated && /^(?:weekday|calendar)/u.test(meaning)) continue
    for (const found of text.matchAll(pattern)) {
      const resolved = resolve(meaning, found.groups ?? {}, {
        today,
        words,
        text,
        past: words.past.test(clauseAround(text, found.index, found[0].length)),
      })
      if (resolved === undefined) continue
      const { at, length, year = false } = resolved
      yield dated(found[0], found.index, at, year ? undefined : shownOf(at, length))
    }
  }
}

/** Its verb says whether a day was or is to come. */
function clauseAround(text: string, index: number, length: number): string {
  const before = /[^,;:.!?()，。；、–—]*$/u.exec(text.slice(0, index))?.[0] ?? ''
  const after = /^(?:\.(?=\d)|[^,;:.!?()，。；、–—])*/u.exec(text.slice(index + length))?.[0] ?? ''
  return before + text.slice(index, index + length) + after
}

interface Pattern {
  readonly pattern: RegExp
  readonly meaning: string
}

const compiled = new Map<string, readonly Pattern[]>()

function patternsOf(language: string): readonly Pattern[] {
  const known = compiled.get(language)
  if (known !== undefined) return known
  const words = Object.hasOwn(DATE_WORDS, language) ? DATE_WORDS[language] : undefined
  const made = (words?.said ?? []).map(([template, meaning]) => ({
    meaning,
    pattern: patternOf(template, words),
  }))
  if (words !== undefined) compiled.set(language, made)
  return made
}

const alternatives = (words: readonly string[]) => words.map((word) => `(?:${word})`).join('|')

/** A placeholder may stand in more than one alternative: names of groups get a number. */
function patternOf(template: string, words: DateWords | undefined): RegExp {
  if (words === undefined) return /(?!)/u
  const kinds: Readonly<Record<string, string>> = {
    n: String.raw`\d{1,3}|${alternatives(words.numbers.split(' '))}`,
    u: alternatives(words.units),
    w: alternatives(words.weekdays),
    m: alternatives(words.months),
    d: String.raw`(?<![\d.,:/-])(?:0?[1-9]|[12]\d|3[01])(?![\d,:/-]|\.\d)`,
  }
  let number = 0
  const source = template.replaceAll(/\{(\w)\}/gu, (_, kind: string) => {
    number += 1
    return `(?<${kind}${number}>${kinds[kind] ?? ''})`
  })
  const spaced = !/\p{Script=Han}/u.test(template)
  const whole = spaced ? String.raw`(?<![\p{L}\p{N}])(?:${source})` : `(?:${source})`
  // A year that follows belongs to the date, which is then said in full.
  const year = String.raw`(?:,? ?(?:de |del |)(?<year>(?:19|20)\d{2})(?![\d/-]|\.\d))?`
  return new RegExp(
    whole + (template.includes('{m}') ? year : '') + (spaced ? String.raw`(?![\p{L}\p{N}])` : ''),
    'giu',
  )
}

interface Resolved {
  readonly at: Date
  readonly length: number
  /** Said with its year: there is nothing to add. */
  readonly year?: boolean
}

type Groups = Readonly<Record<string, string | undefined>>

interface Context {
  readonly today: Date
  readonly past: boolean
  readonly words: DateWords
  readonly text: string
}

function resolve(meaning: string, groups: Groups, context: Context): Resolved | undefined {
  const { today, past, words } = context
  const [kind = '', step = '0'] = meaning.split(' ')
  const steps = Number(step)
  const unit = placeOf(words.units, named(groups, 'u'))
  const day = placeOf(words.weekdays, named(groups, 'w'))
  switch (kind) {
    case 'day':
      return { at: plusDays(today, steps), length: DAY }
    case 'unit':
      return unit > 0 ? byUnit(today, unit, steps) : undefined
    case 'weeks':
    case 'months':
    case 'year':
      return byUnit(today, { weeks: 1, months: 2, year: 3 }[kind], steps)
    case 'ago':
    case 'ahead': {
      const amount = numberOf(named(groups, 'n'), words)
      if (amount === undefined || unit < 0) return undefined
      return away(today, unit, kind === 'ago' ? -amount : amount)
    }
    case 'calendar':
      return { at: plusDays(mondayOf(today), 7 * steps + day), length: DAY }
    case 'weekday':
      return { at: weekday(today, day, steps === 0 ? (past ? -1 : 1) : steps), length: DAY }
    default:
      return calendarDate(groups, steps, context)
  }
}

const named = (groups: Groups, letter: string) =>
  Object.entries(groups).find(
    ([name, value]) => name.startsWith(letter) && name !== 'year' && value !== undefined,
  )?.[1]

const placeOf = (list: readonly string[], word: string | undefined) =>
  list.findIndex((one) => word !== undefined && new RegExp(`^(?:${one})$`, 'iu').test(word))

function calendarDate(
  groups: Groups,
  steps: number,
  { today, past, words, text }: Context,
): Resolved | undefined {
  const day = named(groups, 'd')
  const month = placeOf(words.months, named(groups, 'm'))
  const year = groups['year']
  if (year !== undefined) {
    const at = new Date(Date.UTC(Number(year), Math.max(0, month), Number(day ?? 1)))
    return { at, length: DAY, year: true }
  }
  if (NO_YEAR.test(text)) return undefined
  if (steps === LAST_YEAR) return { at: firstOf(today.getUTCFullYear() - 1, month), length: MONTH }
  const before = steps === 0 ? past : steps < 0
  if (day === undefined) return ofMonth(today, month, before)
  return ofDay(today, { month, day: Number(day), past: before })
}

const LAST_YEAR = -12

const mondayOf = (day: Date) => plusDays(day, -((day.getUTCDay() + 6) % 7))

function byUnit(today: Date, unit: number, steps: number): Resolved {
  if (unit === 1) return { at: plusDays(mondayOf(today), 7 * steps), length: WEEK }
  if (unit === 2) {
    return { at: firstOf(today.getUTCFullYear(), today.getUTCMonth() + steps), length: MONTH }
  }
  return { at: firstOf(today.getUTCFullYear() + steps), length: YEAR }
}

/** Days and weeks are counted by the day, months and years by what people round to. */
function away(today: Date, unit: number, amount: number): Resolved {
  if (unit < 2) return { at: plusDays(today, amount * (unit === 1 ? 7 : 1)), length: DAY }
  return byUnit(today, unit, amount)
}

/** The nearest in that direction, today left out; 2 is the one a week after the next. */
function weekday(today: Date, wanted: number, steps: number): Date {
  const ahead = (wanted - ((today.getUTCDay() + 6) % 7) + 7) % 7 || 7
  return plusDays(today, steps > 0 ? ahead + 7 * (steps - 1) : ahead === 7 ? -7 : ahead - 7)
}

function ofMonth(today: Date, month: number, past: boolean): Resolved {
  const now = today.getUTCMonth()
  const year = today.getUTCFullYear() + (past ? (month > now ? -1 : 0) : month < now ? 1 : 0)
  return { at: firstOf(year, month), length: MONTH }
}

/** Without its month, the day of this month or the one beside it. */
function ofDay(
  today: Date,
  { month, day, past }: { month: number; day: number; past: boolean },
): Resolved | undefined {
  const [year, now] = [today.getUTCFullYear(), today.getUTCMonth()]
  const candidates = [-1, 0, 1].map((step) =>
    month < 0
      ? new Date(Date.UTC(year, now + step, day))
      : new Date(Date.UTC(year + step, month, day)),
  )
  const found = past
    ? candidates.findLast((at) => at <= today)
    : candidates.find((at) => at >= today)
  return found === undefined || found.getUTCDate() !== day ? undefined : { at: found, length: DAY }
}

function numberOf(word: string | undefined, words: DateWords): number | undefined {
  if (word === undefined) return undefined
  if (/^\d+$/u.test(word)) return Number(word)
  const at = words.numbers
    .split(' ')
    .findIndex((one) => new RegExp(`^(?:${one})$`, 'iu').test(word))
  return at < 0 ? undefined : at + 1
}

/** "last Tuesday" → "last Tuesday (2023-05-02)": the words stay, what they mean stands beside them. */
export function withDates(text: string, dates: readonly SaidDate[]): string {
  let found = text
  for (const { said, index, shown } of dates.toReversed()) {
    if (shown === undefined) continue
    const end = index + said.length
    found = `${found.slice(0, end)} (${shown})${found.slice(end)}`
  }
  return found
}
