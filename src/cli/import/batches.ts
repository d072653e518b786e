import type { FileConversation, Problem } from '../../sources/files/draft.ts'
import type { LeftOut } from '../../sources/files/left-out.ts'
import { BEGINNING, type FilePosition, type FileRecord } from '../../sources/files/read.ts'
import type { Conversation as Wire, ConversationMessage } from '../../client/work.ts'

/** Read from a file, a conversation always says when it changed. */
type Conversation = Wire & { readonly updated_at: string }

/** Puts records together into requests that the API takes. */

/** The API takes 1 MiB; what stands around the conversations needs little. */
const MAX_BYTES = 1_000_000
const MAX_CONVERSATIONS = 200
const MAX_RECORDS = 500
/** A message larger than this fits into no request with its conversation around it. */
const MAX_MESSAGE_BYTES = 980_000

export interface Batch {
  readonly kind: 'batch'
  readonly conversations: readonly Conversation[]
  /** Other lines of an export; a batch holds either. */
  readonly records: readonly unknown[]
  /** Where in the file each was. */
  readonly where: readonly string[]
  /** Everything before this has been handed over with it. */
  readonly next: FilePosition
  /** More of its conversation follows; until then `next` stands before that. */
  readonly partial: boolean
}

export type BatchEvent =
  | Batch
  | { readonly kind: 'problem'; readonly where: string; readonly problem: Problem }
  | { readonly kind: 'empty' }
  /** What of a record is not imported, counted by reason. */
  | { readonly kind: 'left'; readonly leftOut: LeftOut }

/** Batches in the order of the file, and between them what is not taken. The last one may hold nothing: it ends the file. */
export async function* toBatches(
  records: AsyncIterable<FileRecord>,
  from: FilePosition = BEGINNING,
): AsyncGenerator<BatchEvent> {
  const pending = new Pending()
  const lines = new PendingLines()
  let next = from
  for await (const { where, made, next: after } of records) {
    if (made.kind === 'conversation') {
      if (!lines.empty) yield { ...lines.take(), next, partial: false }
      yield* place(pending, split(made.conversation, where), next)
    } else if (made.kind === 'record') {
      if (!pending.empty) yield { ...pending.take(), next, partial: false }
      yield* placeLine(lines, { record: made.record, where }, next)
    } else if (made.kind === 'problem') yield { kind: 'problem', where, problem: made.problem }
    else if (made.kind === 'empty') yield made
    // After the record itself: a batch that is sent before it stands before what it left out.
    yield* leftOf(made, where)
    next = after
  }
  yield { ...(lines.empty ? pending.take() : lines.take()), next, partial: false }
}

function* leftOf(made: FileRecord['made'], where: string): Generator<BatchEvent> {
  if (made.kind !== 'conversation' && made.kind !== 'left') return
  const { leftOut, problems = [] } = made
  for (const problem of problems) yield { kind: 'problem', where, problem }
  if (leftOut !== undefined) yield { kind: 'left', leftOut }
}

interface NewLine {
  readonly record: Readonly<Record<string, unknown>>
  readonly where: string
}

function* placeLine(
  lines: PendingLines,
  { record, where }: NewLine,
  next: FilePosition,
): Generator<BatchEvent> {
  const bytes = bytesOf(record)
  if (bytes > MAX_BYTES) {
    yield { kind: 'problem', where, problem: { field: '', message: 'is larger than a request' } }
    return
  }
  if (!lines.fits(bytes)) yield { ...lines.take(), next, partial: false }
  lines.add({ record, where }, bytes)
}

/** Lines that are no conversations, in the order of the file. */
class PendingLines {
  #held: NewLine[] = []
  #bytes = 0

  get empty(): boolean {
    return this.#held.length === 0
  }

  fits(bytes: number): boolean {
    return this.empty || (this.#bytes + bytes <= MAX_BYTES && this.#held.length < MAX_RECORDS)
  }

  add(line: NewLine, bytes: number): void {
    this.#held.push(line)
    this.#bytes += bytes + 1
  }

  take(): Pick<Batch, 'kind' | 'conversations' | 'records' | 'where'> {
    const held = this.#held
    this.#held = []
    this.#bytes = 0
    return {
      kind: 'batch',
      conversations: [],
      records: held.map(({ record }) => record),
      where: held.map(({ where }) => where),
    }
  }
}

/** Adds a conversation to what is pending; `next` stands before it. */
function* place(
  pending: Pending,
  parts: Iterable<Split>,
  next: FilePosition,
): Generator<BatchEvent> {
  for (const part of parts) {
    if (part.kind === 'problem') {
      yield part
      continue
    }
    // Parts that others follow go alone: what is whole is counted with its own batch.
    if (part.more ? !pending.empty : !pending.fits(part))
      yield { ...pending.take(), next, partial: false }
    pending.add(part)
    if (part.more) yield { ...pending.take(), next, partial: true }
  }
}

interface Part {
  readonly kind: 'part'
  readonly where: string
  readonly conversation: Conversation
  readonly bytes: number
  readonly grows: boolean
  readonly more: boolean
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

type Split = Part | { readonly kind: 'problem'; readonly where: string; readonly problem: Problem }

/** One part, or several where one request cannot hold all messages. */
function* split(conversation: FileConversation, where: string): Generator<Split> {
  const { id, userId, title, metadata, createdAt, updatedAt, grows } = conversation
  const around = {
    id,
    ...(userId === null ? {} : { user_id: userId }),
    title,
    ...(metadata === undefined ? {} : { metadata }),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
  const empty = bytesOf({ ...around, messages: [] })
  let messages: ConversationMessage[] = []
  let bytes = empty
  const part = (more: boolean): Part => {
    return { kind: 'part', where, conversation: { ...around, messages }, bytes, grows, more }
  }
  for (const [index, message] of conversation.messages.entries()) {
    const { createdAt: at, position = index, ...rest } = message
    const wire: ConversationMessage = { ...rest, created_at: at.toISOString(), position }
    const size = bytesOf(wire) + 1
    if (size > MAX_MESSAGE_BYTES) {
      const problem = {
        id,
        field: `messages.${index}.content`,
        message: 'is larger than a request',
      }
      yield { kind: 'problem', where, problem }
      continue
    }
    if (messages.length > 0 && bytes + size > MAX_BYTES) {
      yield part(true)
      messages = []
      bytes = empty
    }
    messages.push(wire)
    bytes += size
  }
  if (messages.length > 0) yield part(false)
}

interface Held {
  readonly where: string
  around: Omit<Conversation, 'messages'>
  readonly messages: ConversationMessage[]
  readonly messageIds: Set<string>
}

/** What goes into the next batch. */
class Pending {
  readonly #held = new Map<string, Held>()
  #bytes = 0

  get empty(): boolean {
    return this.#held.size === 0
  }

  fits({ conversation, bytes, grows }: Part): boolean {
    if (this.empty) return true
    if (this.#bytes + bytes > MAX_BYTES) return false
    const held = this.#held.get(conversation.id)
    if (held === undefined) return this.#held.size < MAX_CONVERSATIONS
    // The same id again is a later version of it; parts of one that grows are put together.
    return grows && conversation.messages.every(({ id }) => !held.messageIds.has(id))
  }

  add({ conversation: { messages, ...around }, where, bytes }: Part): void {
    const held = this.#held.get(around.id)
    this.#bytes += bytes
    const messageIds = messages.map(({ id }) => id)
    if (held === undefined) {
      this.#held.set(around.id, {
        where,
        around,
        messages: [...messages],
        messageIds: new Set(messageIds),
      })
      return
    }
    held.around = {
      ...held.around,
      created_at: earlier(held.around.created_at, around.created_at),
      updated_at: later(held.around.updated_at, around.updated_at),
    }
    held.messages.push(...messages)
    for (const id of messageIds) held.messageIds.add(id)
  }

  take(): Pick<Batch, 'kind' | 'conversations' | 'records' | 'where'> {
    const all = [...this.#held.values()]
    this.#held.clear()
    this.#bytes = 0
    return {
      kind: 'batch',
      conversations: all.map(({ around, messages }) => ({ ...around, messages })),
      records: [],
      where: all.map(({ where }) => where),
    }
  }
}

/** ISO times in UTC order as text. */
const earlier = (a: string, b: string) => (a < b ? a : b)
const later = (a: string, b: string) => (a > b ? a : b)
