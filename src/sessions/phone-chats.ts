import { wallTime } from './stamps.ts'
import type { Turn } from '../domain/transcript.ts'
import { readLabel } from './labels.ts'
import { isPlaceholder } from './placeholders.ts'

/**
 * Chats as phones export them: each message begins with its date, its time and who wrote it, in the order and with the signs of the
 * phone's language. Whatever stands in the lines below belongs to the message, also where it looks like a name.
 */

/** Marks of direction that are part of the form. */
const MARKS = String.raw`[\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}]`
const BLANK = String.raw`[ \t\u{A0}\u{2009}\u{202F}]`
/** "PM", "p. m.", "pm", and what other languages have before or after the time. */
const HALF = String.raw`[ap]\.?${BLANK}?m\.?|上午|下午|凌晨|早上|中午|晚上|午前|午後|오전|오후|ص|م|π\.?μ\.?|μ\.?μ\.?|öö|ös|पूर्वाह्न|अपराह्न|sa|ch`
const DATE = String.raw`(?<a>\p{Nd}{1,4})(?:[./-]|\.${BLANK}|年|년${BLANK}?)(?<b>\p{Nd}{1,2})(?:[./-]|\.${BLANK}|月|월${BLANK}?)(?<c>\p{Nd}{1,4})(?:\.|日|일)?`
const TIME = String.raw`(?:(?<before>${HALF})${BLANK}*)?(?<h>\p{Nd}{1,2})[:.](?<m>\p{Nd}{2})(?:[:.](?<s>\p{Nd}{2}))?(?:${BLANK}*(?<after>${HALF})(?![\p{L}\p{N}]))?`
/** "14/10/2025, 15:34", "14.10.2025 klo 15.34", "14/10/2025 às 15:34", "14.10.2025 г., 15:34" */
const BETWEEN = String.raw`(?:${BLANK}\p{L}\.)?[,،、]?${BLANK}*(?:(?!${HALF})\p{L}{1,3}${BLANK}+)?`
const HEAD = new RegExp(
  String.raw`^${MARKS}*(?:\[${DATE}${BETWEEN}${TIME}\]${BLANK}*|${DATE}${BETWEEN}${TIME}(?:${BLANK}+[-–—]${BLANK}+|:${BLANK}))`,
  'iu',
)
const MARK = new RegExp(MARKS, 'u')
const LEADING = new RegExp(`^(?:${MARKS}|${BLANK})+`, 'u')
/** "~ Bram" is a number that the phone has no name for. */
const NAME = /^(?:~\s*)?([^:：\n"“”«»]{1,80}?)(?::(?=\s|$)|：)\s?/u
const EDITED = new RegExp(`${MARKS}<[^<>\\n]{1,80}>$`, 'u')

interface Message {
  readonly date: readonly [a: number, b: number, c: number]
  /** Digits of the year. */
  readonly isShortYear: boolean
  readonly separator: string
  readonly dayMs: number
  readonly half: string
  readonly name: string | null
  content: string
}

/** @returns null for a text that is no such chat */
export function readPhoneChat(text: string): Turn[] | null {
  const start = text.search(/\S/u)
  if (start === -1) return null
  const [firstLine = ''] = text.slice(start, start + LINE_CHARS).split('\n', 1)
  const first = readHead(firstLine)
  // What the general rules can read, with names or roles, is theirs.
  if (first === null || (readLabel(firstLine)?.stamp ?? null) !== null) return null
  const messages = readMessages(text)
  const named = messages.filter(({ name }) => name !== null)
  if (named.length === 0) return null
  const order = orderOf(messages)
  return named.map(({ name, content, ...when }, position) => ({
    position,
    role: 'user',
    name,
    content,
    at: timeOf(when, order),
  }))
}

/** No head takes more. */
const LINE_CHARS = 240

function readMessages(text: string): Message[] {
  const messages: Message[] = []
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const head = readHead(text.slice(start, Math.min(end, start + LINE_CHARS)))
    const last = messages.at(-1)
    if (head !== null) {
      const body = text.slice(start + head.length, end)
      messages.push({ ...head.message, content: said(body) })
    } else if (last !== undefined) last.content += `\n${text.slice(start, end)}`
    start = end + 1
  }
  return messages
    .map((message) => ({ ...message, content: message.content.trim() }))
    .filter(({ content }) => content !== '')
}

/** What the phone says in the place of a message is set off, so that nobody takes it for words of the one who wrote. */
function said(body: string): string {
  const content = body.replace(LEADING, '').replace(EDITED, '').trim()
  const isOfPhone = MARK.test(body[0] ?? '') || isPlaceholder(content)
  return isOfPhone && content !== '' && !content.startsWith('<') ? `<${content}>` : content
}

function readHead(line: string): { readonly message: Message; readonly length: number } | null {
  const found = HEAD.exec(line)
  const part = found?.groups
  if (found === null || part === undefined) return null
  const [a, b, c, h, m, s] = ['a', 'b', 'c', 'h', 'm', 's'].map((key) => numberIn(part[key] ?? ''))
  if (a === undefined || b === undefined || c === undefined) return null
  const half = (part['before'] ?? part['after'] ?? '').replaceAll(/[\s.]/gu, '')
  if (!ORDERS.some((order) => midnightOf([a, b, c], order) !== null)) return null
  const dayMs = clockOf({ hours: h ?? 0, minutes: m ?? 0, seconds: s ?? 0, half })
  if (dayMs === null) return null
  const rest = line.slice(found[0].length)
  const marks = LEADING.exec(rest)?.[0].length ?? 0
  const name = NAME.exec(rest.slice(marks))
  const [, separator = ''] =
    /^\p{Nd}+(\D)/u.exec(found[0].replace(LEADING, '').replace('[', '')) ?? []
  return {
    length: found[0].length + (name === null ? 0 : marks + name[0].trimEnd().length),
    message: {
      date: [a, b, c],
      isShortYear: (part['c']?.length ?? 0) <= 2 && (part['a']?.length ?? 0) <= 2,
      separator,
      dayMs,
      half,
      name: name?.[1]?.replaceAll(new RegExp(MARKS, 'gu'), '').trim() ?? null,
      content: '',
    },
  }
}

/** Digits of any script. */
const numberIn = (digits: string): number =>
  Array.from(digits).reduce((sum, digit) => sum * 10 + valueOf(digit), 0)

function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  if (code < 0x80) return code - 0x30
  // Digits of a script follow one another from its zero.
  let zero = code
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1
  return code - zero
}

interface Clock {
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly half: string
}

const AFTERNOON = /^(?:pm|下午|晚上|午後|오후|م|μμ|ös|अपराह्न|ch)$/iu
const NOON = /^中午$/u

function clockOf({ hours, minutes, seconds, half }: Clock): number | null {
  if (minutes > 59 || seconds > 59 || hours > 23) return null
  const isAfternoon = AFTERNOON.test(half) || (NOON.test(half) && hours < 11)
  const hour =
    half === '' || hours > 12
      ? hours
      : (hours % 12) + (isAfternoon || (NOON.test(half) && hours === 12) ? 12 : 0)
  return ((hour * 60 + minutes) * 60 + seconds) * 1_000
}

const ORDERS = ['day first', 'month first', 'year first'] as const
type Order = (typeof ORDERS)[number]

/**
 * In which order the file writes dates. A number above 12 is a day; where none is, the order in which the messages follow one
 * another, then the sign between the numbers, and at last what such phones mostly have.
 */
function orderOf(messages: readonly Message[]): Order {
  const dates = messages.map(({ date }) => date)
  if (dates.some(([a]) => a > 31)) return 'year first'
  const daysFirst = dates.filter(([a]) => a > 12).length
  const monthsFirst = dates.filter(([, b]) => b > 12).length
  if (daysFirst !== monthsFirst) return daysFirst > monthsFirst ? 'day first' : 'month first'
  if (messages.some(({ separator }) => separator !== '/')) return 'day first'
  const steps = (order: Order) =>
    backwardSteps(messages.map((each) => midnightOf(each.date, order)))
  const [day, month] = [steps('day first'), steps('month first')]
  if (day !== month) return day < month ? 'day first' : 'month first'
  const isAmerican = messages.some(({ half, isShortYear }) => /^[AP]M$/u.test(half) && isShortYear)
  return isAmerican ? 'month first' : 'day first'
}

const backwardSteps = (times: readonly (number | null)[]) =>
  times.filter((time, at) => (time ?? 0) < (times[at - 1] ?? 0)).length

const DAY_MS = 86_400_000

function timeOf({ date, dayMs }: Pick<Message, 'date' | 'dayMs'>, order: Order): string | null {
  const midnight = midnightOf(date, order)
  return midnight === null ? null : wallTime(midnight + dayMs)
}

/** Null for a day that no calendar has. */
function midnightOf([a, b, c]: Message['date'], order: Order): number | null {
  const [year, month, day] =
    order === 'year first' ? [a, b, c] : order === 'day first' ? [c, b, a] : [c, a, b]
  const midnight = Date.UTC(fullYear(year), month - 1, day)
  const date = new Date(midnight)
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isDay && midnight > 0 && midnight < Date.now() + 366 * DAY_MS ? midnight : null
}

/** Two digits, and the years of the Buddhist calendar. */
function fullYear(year: number): number {
  if (year < 100) return 2_000 + year
  return year > 2_400 ? year - 543 : year
}
