import type { Member } from './open.ts'
import { MAX_RECORD_DEPTH } from './pieces.ts'
import { nestsDeeper } from '../../text/json-depth.ts'
import { isFields, type Fields } from './formats/format.ts'

/** How records stand in a file. */
export interface Layout {
  readonly kind: 'lines' | 'values'
  /** Where the first record may begin. */
  readonly start: number
  /** The name of the list that holds them, when it has one. */
  readonly list: string | null
  /** What stands beside that list. */
  readonly around: Fields
}

const HEAD_BYTES = 1_048_576
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** Lists that stand in an object, by the names vendors give them. */
const LIST = /"(conversations|results|memories|sessions|threads|facts|episodes)"\s*:\s*\[/g
const MAX_CANDIDATES = 20
const LINES_TRIED = 5

export async function layoutOf(member: Member): Promise<Layout> {
  const head = await headOf(member)
  const skip = head.subarray(0, 3).equals(BOM) ? 3 : 0
  // One character a byte: offsets in the text are offsets in the file.
  const text = head.subarray(skip).toString('latin1')
  const first = text.search(/\S/)
  if (text[first] === '[' && !/\.(jsonl|ndjson)$/.test(member.name)) {
    return { kind: 'values', start: skip + first + 1, list: null, around: {} }
  }
  const lines: Layout = { kind: 'lines', start: skip, list: null, around: {} }
  const [firstLine = '', ...others] = text.split('\n', LINES_TRIED + 1)
  if (others.some((line) => line.trim() !== '') && objectOf(firstLine)) return lines
  const named = namedList(text)
  if (named) return { ...named, start: named.start + skip }
  if (/\.(jsonl|ndjson)$/.test(member.name) || others.some((line) => objectOf(line))) return lines
  return { kind: 'values', start: skip, list: null, around: {} }
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

/** A list at the top of an object: closed right there, what stands before it has to be JSON. */
function namedList(text: string): Layout | undefined {
  for (const match of [...text.matchAll(LIST)].slice(0, MAX_CANDIDATES)) {
    const start = match.index + match[0].length
    const around = objectOf(`${text.slice(0, start)}]}`)
    if (around) return { kind: 'values', start, list: match[1] ?? null, around: utf8(around) }
  }
  return undefined
}

/** Back from one character a byte. */
function utf8(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? Buffer.from(value, 'latin1').toString('utf8') : value,
    ]),
  )
}

function objectOf(text: string): Fields | undefined {
  if (nestsDeeper(Buffer.from(text, 'latin1'), MAX_RECORD_DEPTH)) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return isFields(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
