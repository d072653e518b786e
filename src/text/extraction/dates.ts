import { de, en, es, fr, type ParsedResult } from 'chrono-node'

/** Dates as people say them, resolved against when they said it. */

export interface SaidDate {
  /** As it was said: "last Tuesday". */
  readonly said: string
  readonly index: number
  /** ISO 8601, the beginning of what is meant. */
  readonly at: string
  /** As precise as it was meant: "2 May 2023", "June 2023", "2021". */
  readonly shown: string
}

const PARSERS = { en: en.casual, de: de.casual, es: es.casual, fr: fr.casual }
type DatedLanguage = keyof typeof PARSERS
const isDated = (language: string): language is DatedLanguage => Object.hasOwn(PARSERS, language)

/** Dates stand near the front; the parser tries some forty patterns on whatever it is given. */
const READ_CHARS = 600

/** The same words mean lengths of time, moments, or no time at all ("I sat", "may", "march"). */
const NO_DATE =
  /^(?:for|in the|the)? ?(?:past|last|next|coming)? ?(?:now|sun|sat|mon|tue|wed|thu|fri|mar|may|march|second|a second|moment|(?:this )?(?:morning|afternoon|evening|noon|weekend))$/iu
const LENGTH =
  /^(?:for|over|within|during|every|each)\b|^(?:the )?(?:past|last|next) (?:few|couple|several|\d+|two|three|four|five|ten)\b/iu
/** "In a few days" is a date of what is to come; of what was, it is how long it took. */
const SPAN = /^in (?:an?|\d+|the|two|three|four|five|few)\b/iu
const UPCOMING = /\b(?:will|going to|gonna|plan|planning|next|upcoming|soon|tomorrow|'ll)\b/iu
/** A year alone the parser does not see. */
const YEAR = /\b(?:in|since|until|of|from|en|desde|seit|depuis|im Jahr) ((?:19|20)\d{2})\b/giu

const LOCALES: Readonly<Record<DatedLanguage, string>> = {
  en: 'en-GB',
  de: 'de-DE',
  es: 'es-ES',
  fr: 'fr-FR',
}

/**
 * @param said when it was said, ISO 8601
 * @returns in order of place; none for languages whose dates are not known
 */
export function datesIn(text: string, said: string, language: string): SaidDate[] {
  if (!isDated(language)) return []
  const instant = new Date(said)
  if (Number.isNaN(instant.getTime())) return []
  const read = text.slice(0, READ_CHARS)
  const timezone = offsetMinutes(said)
  const upcoming = UPCOMING.test(read)
  const parsed = PARSERS[language]
    .parse(read, { instant, timezone }, { forwardDate: upcoming })
    .filter((result) => isDate(result, upcoming))
    .map((result) => saidDate(result, { language, timezone }))
    .filter(({ at }) => Math.abs(Date.parse(at) - instant.getTime()) < HUMAN_SPAN_MS)
  const years = [...read.matchAll(YEAR)]
    .map(({ 0: all, 1: year = '', index }) => ({
      said: year,
      index: index + all.length - year.length,
      at: `${year}-01-01T00:00:00.000Z`,
      shown: year,
    }))
    .filter(({ index }) => parsed.every((date) => !covers(date, index)))
  return [...parsed, ...years].toSorted((a, b) => a.index - b.index)
}

/** What is further off is a parser's mistake, or no memory. */
const HUMAN_SPAN_MS = 120 * 365 * 24 * 60 * 60 * 1_000

const covers = ({ index, said }: SaidDate, place: number) =>
  place >= index && place < index + said.length

function isDate({ text, start }: ParsedResult, upcoming: boolean): boolean {
  const said = text.trim()
  if (SPAN.test(said) && !upcoming) return false
  if (NO_DATE.test(said) || LENGTH.test(said)) return false
  return (['day', 'weekday', 'month', 'year'] as const).some((part) => start.isCertain(part))
}

function saidDate(
  { text, index, start }: ParsedResult,
  { language, timezone }: { language: DatedLanguage; timezone: number },
): SaidDate {
  const said = text.replace(/[\s,]+$/u, '')
  const leading = said.length - said.trimStart().length
  const byDay = start.isCertain('day') || start.isCertain('weekday')
  const byMonth = start.isCertain('month')
  const at = byDay ? start.date() : firstOf(start, { byMonth, timezone })
  const vague = byDay && !start.isCertain('weekday') && /week|woche|seman|sema[iy]n/iu.test(said)
  const format = new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'UTC',
    year: 'numeric',
    ...(byDay || byMonth ? { month: 'long' as const } : {}),
    ...(byDay ? { day: 'numeric' as const } : {}),
  })
  const local = new Date(at.getTime() + timezone * 60_000)
  const shown = format.format(local)
  return {
    said: said.trimStart(),
    index: index + leading,
    at: at.toISOString(),
    shown: vague ? `${AROUND[language]} ${shown}` : shown,
  }
}

const AROUND: Readonly<Record<DatedLanguage, string>> = {
  en: 'around',
  de: 'um den',
  es: 'hacia el',
  fr: 'vers le',
}

function firstOf(
  start: ParsedResult['start'],
  { byMonth, timezone }: { byMonth: boolean; timezone: number },
): Date {
  const month = byMonth ? (start.get('month') ?? 1) - 1 : 0
  return new Date(Date.UTC(start.get('year') ?? 1970, month, 1) - timezone * 60_000)
}

/** The offset a time was written with: whose "yesterday" it is. */
function offsetMinutes(iso: string): number {
  const found = /([+-])(\d{2}):?(\d{2})$/u.exec(iso)
  if (found === null || !iso.includes('T')) return 0
  const minutes = Number(found[2]) * 60 + Number(found[3])
  return found[1] === '-' ? -minutes : minutes
}

/** "last Tuesday" → "last Tuesday (2 May 2023)"; what was said precisely stays as it is. */
export function withDates(text: string, dates: readonly SaidDate[]): string {
  let dated = text
  for (const { said, index, shown } of dates.toReversed()) {
    if (said.toLowerCase().includes(shown.toLowerCase())) continue
    const end = index + said.length
    dated = `${dated.slice(0, end)} (${shown})${dated.slice(end)}`
  }
  return dated
}
