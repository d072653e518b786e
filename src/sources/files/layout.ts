import type { Member } from './open.ts'
import { entries, MAX_RECORD_BYTES, MAX_RECORD_DEPTH, type Entry } from './pieces.ts'
import { nestsDeeper } from '../../text/json-depth.ts'
import { isFields, type Fields } from './formats/fields.ts'

/** A list of records in a file. */
export interface Section {
  /** Where the first record may begin. */
  readonly start: number
  /** The name of the list, when it has one. */
  readonly list: string | null
}

/** How records are stored in a file. */
export interface Layout {
  /** `text` is one record, a transcript. */
  readonly kind: 'lines' | 'values' | 'text'
  /** In the order of the file; at least one. */
  readonly sections: readonly Section[]
  /** What is stored beside the lists, before and after them. */
  readonly around: Fields
}

const HEAD_BYTES = 1_048_576

/** Lists of records, by the names vendors give them. */
const LISTS: ReadonlySet<string> = new Set(
  'conversations results memories items sessions threads facts edges episodes points list'.split(
    ' ',
  ),
)
/** Objects that hold lists of records in their turn. */
const HOLDERS: ReadonlySet<string> = new Set(['chats', 'left_chats', 'data', 'export'])
/** An object with one of these is a record itself, whatever lists it has besides. */
const RECORD_FIELDS = 'messages mapping chat_messages memory fact content text'.split(' ')
/** What is kept of one value beside the lists. */
const AROUND_BYTES = 65_536
const OPEN_LIST = 0x5b
const OPEN_OBJECT = 0x7b
const LINES_TRIED = 5

export async function layoutOf(member: Member): Promise<Layout> {
  const head = await headOf(member)
  // One character a byte: offsets in the text are offsets in the file.
  const text = head.toString('latin1')
  const first = text.search(/\S/)
  const isLines = /\.(jsonl|ndjson)$/i.test(member.name)
  if (!isLines && isText(text.slice(Math.max(0, first)), member.name)) {
    return { kind: 'text', sections: [{ start: 0, list: null }], around: {} }
  }
  if (text[first] === '[' && !isLines) {
    return { kind: 'values', sections: [{ start: first + 1, list: null }], around: {} }
  }
  const lines: Layout = { kind: 'lines', sections: [{ start: 0, list: null }], around: {} }
  const [firstLine = '', ...others] = text.slice(Math.max(0, first)).split('\n', LINES_TRIED + 1)
  if (others.some((line) => line.trim() !== '') && objectOf(firstLine)) return lines
  if (isLines || others.some((line) => objectOf(line))) return lines
  const whole: Layout = { ...lines, kind: 'values' }
  return text[first] === '{' ? ((await listsIn(member, first + 1)) ?? whole) : whole
}

/** A phone's chat may begin with a bracket, such as that of a time. */
function isText(beginning: string, name: string): boolean {
  if (/\.(?:txt|vtt|srt)$/iu.test(name)) return true
  return (
    beginning !== '' &&
    !/^(?:[[{"]|-?\d+(?:[.,\s]|$)|true|false|null)/u.test(beginning) &&
    !/\n\s*[{[]/u.test(beginning)
  )
}

async function headOf(member: Member): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of member.stream(0)) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= HEAD_BYTES) break
  }
  return Buffer.concat(chunks)
}

/** The lists of records that an object holds. It is read to its end: what it says of them may come after them. */
async function listsIn(member: Member, start: number): Promise<Layout | undefined> {
  const sections: Section[] = []
  const around: Record<string, unknown> = {}
  for await (const entry of entries(member.stream(start), start, AROUND_BYTES)) {
    const { name, value } = entry
    const isLarge = name === 'messages' && value.bytes === null && member.size > MAX_RECORD_BYTES
    if (RECORD_FIELDS.includes(name) && !isLarge) return undefined
    const isList = LISTS.has(name) || isLarge
    const first = isList || HOLDERS.has(name) ? await firstByteOf(member, entry) : undefined
    if (isList && first === OPEN_LIST) sections.push({ start: entry.start + 1, list: name })
    else if (HOLDERS.has(name) && first === OPEN_OBJECT) {
      sections.push(...((await listsIn(member, entry.start + 1))?.sections ?? []))
    } else if (value.bytes !== null) around[name] = parsed(value.bytes)
  }
  return sections.length === 0 ? undefined : { kind: 'values', sections, around }
}

async function firstByteOf(
  member: Member,
  { start, value: { bytes } }: Entry,
): Promise<number | undefined> {
  if (bytes !== null) return bytes[0]
  for await (const chunk of member.stream(start)) return chunk[0]
  return undefined
}

function parsed(bytes: Buffer): unknown {
  if (nestsDeeper(bytes, MAX_RECORD_DEPTH)) return undefined
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function objectOf(text: string): Fields | undefined {
  const value = parsed(Buffer.from(text, 'latin1'))
  return isFields(value) ? value : undefined
}

/** A record, or the records in its lists where it only holds them together, each with what is said around it. */
export interface Placed {
  readonly value: unknown
  readonly list: string | null
  readonly around: Fields
}

export function* unwrapped(placed: Placed): Generator<Placed> {
  const { value, around } = placed
  const lists = isFields(value) ? Object.entries(value).filter(isListOfRecords) : []
  if (!isFields(value) || lists.length === 0 || RECORD_FIELDS.some((name) => name in value)) {
    yield placed
    return
  }
  const rest = Object.fromEntries(Object.entries(value).filter((entry) => !lists.includes(entry)))
  for (const [list, records] of lists) {
    const all: readonly unknown[] = Array.isArray(records) ? records : []
    for (const record of all) yield { value: record, list, around: { ...around, ...rest } }
  }
}

const isListOfRecords = ([name, value]: readonly [string, unknown]) =>
  LISTS.has(name) && Array.isArray(value) && (value.length === 0 || value.some(isFields))
