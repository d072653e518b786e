import { createHash } from 'node:crypto'
import type { NewConversation, NewMessage } from '../../stores/sources/source-writer.ts'
import type { LeftOut } from './left-out.ts'

/** What a format makes of a record, before it is brought into the shape that Memoir stores. */

export interface DraftMessage {
  readonly id: string
  readonly role: string
  readonly name?: string | null | undefined
  readonly content: string
  readonly createdAt?: Date | undefined
  /** Its place in the conversation, where that stands in parts. */
  readonly position?: number | undefined
}

export interface Draft {
  readonly id: string
  readonly userId: string | null
  readonly title?: string | null | undefined
  readonly createdAt?: Date | undefined
  readonly updatedAt?: Date | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly messages: readonly DraftMessage[]
  /** One memory of many that share a conversation: the others are added to it. */
  readonly grows?: boolean
  /** What of the record is not among its messages, counted by reason. */
  readonly leftOut?: LeftOut
  /** Messages that were refused, each with what is wrong with it. */
  readonly problems?: readonly Problem[]
}

/** A conversation out of a file; who it is about may be left to the key that sends it. */
export interface FileConversation extends Omit<NewConversation, 'userId'> {
  readonly userId: string | null
  readonly grows: boolean
}

/** Why a record cannot be taken: the field and the reason, never the text. */
export interface Problem {
  readonly id?: string
  readonly field: string
  readonly message: string
}

/** What the API takes; longer ids are somebody's text. */
export const MAX_ID_CHARS = 512
export const MAX_USER_CHARS = 256
export const MAX_TITLE_CHARS = 1_000
export const MAX_NAME_CHARS = 256

/** NUL and halves of surrogate pairs cannot be stored; nobody wrote them on purpose. */
export const clean = (text: string) => text.replaceAll('\u0000', '').toWellFormed()

const short = (text: string | null | undefined, max: number) => {
  const cleaned = clean(text ?? '').trim()
  return cleaned === '' ? null : cleaned.slice(0, max).toWellFormed()
}

/**
 * Completes a draft. Conversations are read back in order of time, so a message that has none, or not a later one than the message
 * before it, is set a millisecond after that: the order of the file holds.
 * @param fallback dates a conversation of which nothing says when it was
 */
export function finish(draft: Draft, fallback?: Date): FileConversation | Problem {
  if (draft.id.length > MAX_ID_CHARS) return { field: 'id', message: 'is too long' }
  if ((draft.userId?.length ?? 0) > MAX_USER_CHARS)
    return { field: 'user_id', message: 'is too long' }
  const {
    createdAt: began = draft.messages.find((each) => each.createdAt)?.createdAt ?? fallback,
  } = draft
  if (began === undefined) {
    return { id: draft.id, field: 'created_at', message: 'neither it nor its messages have a time' }
  }
  const ownId = uniqueIds()
  let last = Number.NEGATIVE_INFINITY
  const messages = draft.messages.map((message, position): NewMessage => {
    last = Math.max(last + 1, message.createdAt?.getTime() ?? (position === 0 ? +began : last + 1))
    return {
      id: ownId(clean(message.id)),
      role: short(message.role, MAX_NAME_CHARS) ?? 'user',
      name: short(message.name, MAX_NAME_CHARS),
      content: clean(message.content),
      createdAt: new Date(last),
      position: message.position ?? position,
    }
  })
  const ended = new Date(Math.max(+began, last))
  return {
    id: clean(draft.id),
    userId: draft.userId === null ? null : clean(draft.userId),
    title: short(draft.title, MAX_TITLE_CHARS),
    ...(draft.metadata === undefined ? {} : { metadata: draft.metadata }),
    createdAt: began,
    updatedAt: draft.updatedAt !== undefined && draft.updatedAt > ended ? draft.updatedAt : ended,
    messages,
    grows: draft.grows ?? false,
  }
}

/** Ids that come twice are numbered, and one that is too long is replaced by its hash: neither costs a message. */
function uniqueIds(): (id: string) => string {
  const taken = new Set<string>()
  return (given) => {
    const id =
      given.length <= MAX_ID_CHARS - ROOM_FOR_NUMBER
        ? given
        : createHash('sha256').update(given).digest('hex')
    let own = id
    for (let more = 2; taken.has(own); more += 1) own = `${id}~${more}`
    taken.add(own)
    return own
  }
}

const ROOM_FOR_NUMBER = 8

export const isProblem = (made: Draft | FileConversation | Problem): made is Problem =>
  'field' in made
