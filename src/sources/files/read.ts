import { ZodError } from 'zod'
import { MemoirError } from '../../errors.ts'
import { nestsDeeper } from '../../text/json-depth.ts'
import { finish, isProblem, type FileConversation, type Problem } from './draft.ts'
import { chatgpt } from './formats/chatgpt.ts'
import { claude } from './formats/claude.ts'
import { isFields, type Format } from './formats/format.ts'
import { mem0 } from './formats/mem0.ts'
import { memoir, recordOf } from './formats/memoir.ts'
import { zep } from './formats/zep.ts'
import { layoutOf, type Layout } from './layout.ts'
import type { Member, OpenFile } from './open.ts'
import {
  lines,
  MAX_RECORD_BYTES,
  MAX_RECORD_DEPTH,
  values,
  type Piece,
  type Refused,
} from './pieces.ts'

/** In the order in which a record is tried: each is surer of its own than the next. */
const FORMATS = { chatgpt, claude, memoir, mem0, zep } satisfies Record<string, Format>
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
    | { readonly kind: 'conversation'; readonly conversation: FileConversation }
    | { readonly kind: 'problem'; readonly problem: Problem }
    /** Another line of an export, as it stands. */
    | { readonly kind: 'record'; readonly record: Readonly<Record<string, unknown>> }
    /** One that is made again of others. */
    | { readonly kind: 'left' }
    /** A conversation without words. */
    | { readonly kind: 'empty' }
}

export interface ReadOptions {
  readonly format: FormatName
  readonly user: string | undefined
  readonly from?: FilePosition
}

/** Every record of a file, in its order; what cannot be taken is told and passed over. */
export async function* readRecords(
  file: OpenFile,
  { format, user, from = BEGINNING }: ReadOptions,
): AsyncGenerator<FileRecord> {
  for (const [index, member] of file.members.entries()) {
    if (index < from.member) continue
    const start = index === from.member ? from : { ...BEGINNING, member: index }
    const layout = await layoutOf(member)
    let record = start.record
    for await (const piece of piecesOf(member, layout, start.offset)) {
      record += 1
      if (isBlank(piece)) continue
      const where = `${layout.kind === 'lines' ? 'line' : 'record'} ${record}`
      yield {
        where: file.members.length > 1 ? `${member.name} ${where}` : where,
        next: { member: index, offset: piece.end, record },
        made: made(piece, { format: FORMATS[format], user, layout }),
      }
    }
  }
}

function piecesOf(member: Member, layout: Layout, offset: number): AsyncGenerator<Piece> {
  const from = Math.max(layout.start, offset)
  return (layout.kind === 'lines' ? lines : values)(member.stream(from), from)
}

interface Making {
  readonly format: Format
  readonly user: string | undefined
  readonly layout: Layout
}

function made(piece: Piece, { format, user, layout }: Making): FileRecord['made'] {
  const parsed = parse(piece)
  if (parsed.problem) return { kind: 'problem', problem: parsed.problem }
  const other = format === memoir ? recordOf(parsed.value) : null
  if (other !== null)
    return other.left ? { kind: 'left' } : { kind: 'record', record: other.record }
  try {
    const draft = format.read(parsed.value, { user, around: layout.around })
    if (draft.messages.length === 0) return { kind: 'empty' }
    const conversation = finish(draft)
    return isProblem(conversation)
      ? { kind: 'problem', problem: conversation }
      : { kind: 'conversation', conversation }
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    return { kind: 'problem', problem: problemOf(error, parsed.value) }
  }
}

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

function parse({ bytes, refused, whole }: Piece): Parsed {
  const isDeep = bytes !== null && nestsDeeper(bytes, MAX_RECORD_DEPTH)
  if (bytes === null || isDeep) {
    return { problem: { field: '', message: REFUSED[isDeep ? 'deep' : (refused ?? 'large')] } }
  }
  if (!whole) return { problem: { field: '', message: 'is cut off: the file ends inside it' } }
  try {
    return { value: JSON.parse(bytes.toString('utf8')) }
  } catch {
    // What the parser says quotes the text, which is somebody's.
    return { problem: { field: '', message: 'is not JSON' } }
  }
}

function problemOf({ issues: [issue] }: ZodError, record: unknown): Problem {
  const id = isFields(record) ? (record['id'] ?? record['uuid']) : undefined
  return {
    ...(typeof id === 'string' ? { id } : {}),
    field: issue?.path.map(String).join('.') ?? '',
    message: issue?.message ?? 'is not of the format',
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
    for await (const piece of piecesOf(member, layout, 0)) {
      const { value } = parse(piece)
      const known = isFields(value)
        ? FORMAT_NAMES.find((name) => FORMATS[name].knows(value, layout.list))
        : undefined
      if (known !== undefined) return known
      tried += 1
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
