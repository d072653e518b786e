import * as chrono from 'chrono-node'
import type { Boost } from './boost.ts'

/** Reranking by when it was said: a question with a date means what was said then, or soon after it happened. */

/** A stretch of time, or the same month or day of any year. */
export interface TimeWindow {
  readonly contains: (at: Date) => boolean
}

const DAY_MS = 86_400_000
/** What happened is told of within so many days. */
const TOLD_WITHIN_DAYS = 7
/** As much as naming a speaker: both say which turns are meant without a word of what they hold. */
const SIZE = 0.15

/** Chrono knows these; in other languages English dates and numbers are still found. */
const PARSERS: Readonly<Record<string, Pick<chrono.Chrono, 'parse'>>> = {
  de: chrono.de,
  es: chrono.es,
  fr: chrono.fr,
  it: chrono.it,
  ja: chrono.ja,
  nl: chrono.nl,
  pt: chrono.pt,
  ru: chrono.ru,
  uk: chrono.uk,
  zh: chrono.zh,
}

/** The stretch of time a question names: the first date in it. Hours are no matter: who asks does not remember them. */
export function timeIn(query: string, language: string, now: Date): TimeWindow | null {
  const parser = PARSERS[language] ?? chrono
  for (const { start, end, text } of parser.parse(query, now)) {
    // "What is my address now?" asks for what holds, not for what was said today.
    if (text.toLowerCase() === 'now') continue
    const window = windowOf(start, end)
    if (window !== null) return window
  }
  const year = Number(YEAR.exec(query)?.[0] ?? Number.NaN)
  const month = monthIn(query, language)
  if (month !== null) {
    return Number.isNaN(year)
      ? yearly(month, null)
      : between(utc(year, month - 1), utc(year, month))
  }
  return Number.isNaN(year) ? null : between(utc(year, 0), utc(year + 1, 0))
}

/** A number that can hardly be anything but a year. */
const YEAR = /(?<![\p{L}\p{N}.,/-])(?:19|20)\d\d(?![\p{L}\p{N}]|[.,/-]\d)/u

const monthNames = new Map<string, readonly string[]>()

/** A month by its name in the question's language, 1 to 12; English has been looked at before. */
function monthIn(query: string, language: string): number | null {
  if (language === 'en' || !/^[a-z]{2}$/.test(language)) return null
  const names = monthNames.get(language) ?? namesOfMonths(language)
  monthNames.set(language, names)
  const words: readonly string[] = query.toLowerCase().match(/\p{L}+/gu) ?? []
  const at = names.findIndex((name) => words.includes(name))
  return at === -1 ? null : (at % 12) + 1
}

/** As they stand alone, then as they stand beside a day: in Slavic languages that is another case. */
function namesOfMonths(language: string): string[] {
  const months = Array.from({ length: 12 }, (_, month) => utc(2024, month, 15))
  const styles = [{ month: 'long' }, { month: 'long', day: 'numeric' }] as const
  return styles.flatMap((style) => {
    const format = new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' })
    return months.map((month) => {
      const part = format.formatToParts(month).find(({ type }) => type === 'month')
      return part?.value.toLowerCase() ?? ''
    })
  })
}

function windowOf(
  start: chrono.ParsedComponents,
  end: chrono.ParsedComponents | null | undefined,
): TimeWindow | null {
  const [year, month, day] = (['year', 'month', 'day'] as const).map((part) =>
    start.isCertain(part) ? start.get(part) : null,
  )
  if (end) return between(start.date(), end.date())
  if (month == null && year == null) return null
  if (month == null) return between(utc(year ?? 0, 0), utc((year ?? 0) + 1, 0))
  if (year == null) return yearly(month, day ?? null)
  const from = utc(year, month - 1, day ?? 1)
  return between(from, day == null ? utc(year, month) : new Date(from.getTime() + DAY_MS))
}

const utc = (year: number, month: number, day = 1) => new Date(Date.UTC(year, month, day))

function between(from: Date, to: Date): TimeWindow {
  const until = to.getTime() + TOLD_WITHIN_DAYS * DAY_MS
  return { contains: (at) => at >= from && at.getTime() < until }
}

/** "In June": of whichever year. */
function yearly(month: number, day: number | null): TimeWindow {
  return {
    contains(at) {
      const year = at.getUTCFullYear()
      // What happened at the end of December is told of in January.
      return [year - 1, year].some((each) => {
        const from = utc(each, month - 1, day ?? 1)
        return between(from, day === null ? utc(each, month) : from).contains(at)
      })
    },
  }
}

export function timeBoost(window: TimeWindow | null): Boost | null {
  if (window === null) return null
  const share: Boost['share'] = ({ details }) =>
    details !== undefined && window.contains(details.occurredAt) ? 1 : 0
  return { size: SIZE, share }
}
