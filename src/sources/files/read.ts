import { ZodError } from 'zod'
import { MemoirError } from '../../errors.ts'
import { nestsDeeper } from '../../text/json-depth.ts'
import { finish, isProblem, type FileConversation, type Problem } from './draft.ts'
import { chatgpt } from './formats/chatgpt.ts'
import { claude } from './formats/claude.ts'
import { messages, slack, telegram } from './formats/chats.ts'
import { isFields } from './formats/fields.ts'
import type { Format } from './formats/format.ts'
import { mem0 } from './formats/mem0.ts'
import { memoir, problemOf, recordOf } from './formats/memoir.ts'
import { isTranscript, transcript } from './formats/transcript.ts'
import { zep } from './formats/zep.ts'
import { layoutOf, unwrapped, type Layout, type Placed } from './layout.ts'
import { countLeftOut, type LeftOut } from './left-out.ts'
import type { Member, OpenFile } from './open.ts'
import {
  lines,
  MAX_RECORD_BYTES,
  MAX_RECORD_DEPTH,
  values,
  whole,
  type Piece,
  type Refused,
} from './pieces.ts'

/** In the order in which a record is tried: each is surer of its own than the next. */
const FORMATS = {
  chatgpt,
  claude,
  telegram,
  slack,
  memoir,
  mem0,
  zep,
  messages,
  transcript,
} satisfies Record<string, Format>
export type FormatName = keyof typeof FORMATS
export const FORMAT_NAMES = Object.keys(FORMATS).filter(
  (name): name is FormatName => name in FORMATS,
)

/** Where reading stands: after a record, so that it can go on there. */
export interface FilePosition {
  /** Which member of the file, from 0. */
  readonly member: number
  readonly offset: number
  /** Records (lines) of that member before the position. */
  readonly record: number
}

export const BEGINNING: FilePosition = { member: 0, offset: 0, record: 0 }

export interface FileRecord {
  /** `line 12` or `record 3`; with its file's name when there are several. */
  readonly where: string
  readonly next: FilePosition
  readonly made:
    | {
        readonly kind: 'conversation'
        readonly conversation: FileConversation
        readonly leftOut?: LeftOut
        /** Messages of it that were refused. */
        readonly problems?: readonly Problem[]
      }
    | { readonly kind: 'problem'; readonly problem: Problem }
    /** Another line of an export, as it stands. */
    | { readonly kind: 'record'; readonly record: Readonly<Record<string, unknown>> }
    /** One of which nothing is imported although it says something. */
    | { readonly kind: 'left'; readonly leftOut: LeftOut; readonly problems?: readonly Problem[] }
    /** A conversation without words. */
    | { readonly kind: 'empty' }
}

export interface ReadOptions {
  readonly format: FormatName
  readonly user: string | undefined
  /** Which speaker is the user. */
  readonly speaker?: string | undefined
  readonly from?: FilePosition
}

/** Every record of a file, in its order; what cannot be imported is reported and passed over. */
export async function* readRecords(
  file: OpenFile,
  { format, user, speaker, from = BEGINNING }: ReadOptions,
): AsyncGenerator<FileRecord> {
  for (const [index, member] of file.members.entries()) {
    if (index < from.member) continue
    const start = index === from.member ? from : { ...BEGINNING, member: index }
    const layout = await layoutOf(member)
    let before = start
    for await (const { piece, list } of piecesOf(member, layout, start.offset)) {
      const next = { member: index, offset: piece.end, record: before.record + 1 }
      const { names = new Map<string, string>() } = file
      const making = { format: FORMATS[format], user, speaker, names, member, number: next.record }
      const all = isBlank(piece) ? [] : [...madeOf(piece, { ...making, layout, list })]
      const where = `${layout.kind === 'lines' ? 'line' : 'record'} ${next.record}`
      for (const [at, made] of all.entries()) {
        yield {
          where: file.members.length > 1 ? `${member.name} ${where}` : where,
          // A piece that holds several is read again from its beginning until all of them are handed over.
          next: at === all.length - 1 ? next : before,
          made,
        }
      }
      before = next
    }
  }
}

const CUTS = { lines, values, text: whole } satisfies Record<Layout['kind'], unknown>

interface ListedPiece {
  readonly piece: Piece
  readonly list: string | null
}

async function* piecesOf(
  member: Member,
  { kind, sections }: Layout,
  offset: number,
): AsyncGenerator<ListedPiece> {
  const cut = CUTS[kind]
  for (const [at, { start, list }] of sections.entries()) {
    // Reading goes on in a later list.
    if (offset >= (sections[at + 1]?.start ?? Number.POSITIVE_INFINITY)) continue
    const from = Math.max(start, offset)
    for await (const piece of cut(member.stream(from), from)) yield { piece, list }
  }
}

interface Making {
  readonly format: Format
  readonly user: string | undefined
  readonly speaker: string | undefined
  readonly names: ReadonlyMap<string, string>
  readonly member: Member
  readonly number: number
  readonly layout: Layout
  readonly list: string | null
}

function* madeOf(piece: Piece, making: Making): Generator<FileRecord['made']> {
  const parsed = parse(piece, making.layout.kind)
  if (parsed.problem) {
    yield { kind: 'problem', problem: parsed.problem }
    return
  }
  const { layout, list } = making
  for (const placed of unwrapped({ value: parsed.value, list, around: layout.around })) {
    yield made(placed, making)
  }
}

function made(placed: Placed, making: Making): FileRecord['made'] {
  const { format, user, speaker, names, member, number } = making
  const { value, around, list } = placed
  const other = format === memoir ? recordOf(value) : null
  if (other !== null) {
    return other.left
      ? { kind: 'left', leftOut: { known: 1 } }
      : { kind: 'record', record: other.record }
  }
  try {
    const file = baseName(member.name)
    const folder = folderOf(member.name)
    const place = { around, list, file, folder, number }
    const draft = format.read(value, { user, speaker, names, ...place })
    if (isProblem(draft)) return { kind: 'problem', problem: draft }
    const { leftOut = {}, problems = [], messages } = draft
    const rest = {
      ...(countLeftOut(leftOut) === 0 ? {} : { leftOut }),
      ...(problems.length === 0 ? {} : { problems }),
    }
    if (messages.length === 0) {
      const { no_text: silent = 0, ...words } = leftOut
      const isPart = draft.grows === true && silent > 0
      const isLeft = countLeftOut(words) > 0 || problems.length > 0 || isPart
      return isLeft ? { kind: 'left', leftOut, problems } : { kind: 'empty' }
    }
    // Memoir's own format says when; of other exports the file's own time is the best that is known.
    const conversation = finish(draft, format === memoir ? undefined : member.modifiedAt)
    return isProblem(conversation)
      ? { kind: 'problem', problem: conversation }
      : { kind: 'conversation', conversation, ...rest }
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const id = isFields(value) ? (value['id'] ?? value['uuid']) : undefined
    return { kind: 'problem', problem: problemOf(error, typeof id === 'string' ? { id } : {}) }
  }
}

const folderOf = (path: string) => /([^/\\]+)[/\\][^/\\]*$/u.exec(path)?.[1]
const baseName = (path: string) => path.replace(/^.*[/\\]/u, '').replace(/\.\w{1,6}$/u, '')

/** A line with nothing on it. */
function isBlank({ bytes }: Piece): boolean {
  return bytes !== null && bytes.every((byte) => BLANKS.has(byte))
}

const BLANKS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20])

interface Parsed {
  readonly value?: unknown
  readonly problem?: Problem
}

const MIB = 1_048_576

const REFUSED = {
  large: `is larger than ${MAX_RECORD_BYTES / MIB} MiB`,
  deep: `is nested more than ${MAX_RECORD_DEPTH} deep`,
} satisfies Record<Refused, string>

function parse({ bytes, refused, whole: isWhole }: Piece, kind: Layout['kind']): Parsed {
  if (kind === 'text' && bytes !== null) return { value: bytes.toString('utf8') }
  const isDeep = bytes !== null && nestsDeeper(bytes, MAX_RECORD_DEPTH)
  if (bytes === null || isDeep) {
    return { problem: { field: '', message: REFUSED[isDeep ? 'deep' : (refused ?? 'large')] } }
  }
  if (!isWhole) return { problem: { field: '', message: 'is cut off: the file ends inside it' } }
  try {
    return { value: JSON.parse(bytes.toString('utf8').replace(/^\u{FEFF}/u, '')) }
  } catch {
    // What the parser says quotes the text, which is somebody's.
    return { problem: { field: '', message: 'is not JSON' } }
  }
}

/** Records looked at before a file counts as none that is known. */
const RECORDS_TRIED = 50

/**
 * Finds out what kind of export a file is, from its first records.
 * @throws MemoirError `invalid_request` when none of them is of a known kind
 */
export async function detectFormat(file: OpenFile): Promise<FormatName> {
  for (const member of file.members) {
    const layout = await layoutOf(member)
    let tried = 0
    for await (const { piece, list } of piecesOf(member, layout, 0)) {
      const { value } = parse(piece, layout.kind)
      const records = [...unwrapped({ value, list, around: layout.around })]
      const known = records.map(formatOf).find((name) => name !== undefined)
      if (known !== undefined) return known
      tried += Math.max(1, records.length)
      if (tried >= RECORDS_TRIED) break
    }
  }
  throw new MemoirError('invalid_request', 'FILE: it is no export of a known format', {
    details: {
      field: 'FILE',
      next: `Name it with --format (${FORMAT_NAMES.join(', ')}); docs/importing.md shows each.`,
    },
  })
}

function formatOf({ value, ...place }: Placed): FormatName | undefined {
  if (typeof value === 'string') return isTranscript(value) ? 'transcript' : undefined
  return isFields(value)
    ? FORMAT_NAMES.find((name) => FORMATS[name].knows(value, place))
    : undefined
}
