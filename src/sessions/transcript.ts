import { createHash } from 'node:crypto'
import type { Turn } from '../domain/transcript.ts'
import { roleOf } from '../domain/roles.ts'
import { readCaptions } from './captions.ts'
import type { Label } from './labels.ts'
import { readPhoneChat } from './phone-chats.ts'
import { findSpeakers } from './speakers.ts'
import { onDateOf } from './stamps.ts'

/** Turns of what a chat application posts. The rules are in docs/sessions.md; no text is refused here and none of it is lost. */

/** One item of a transcript given as an array, after its shape was checked. */
export interface TranscriptItem {
  readonly role: string
  readonly content: string
  readonly name?: string | undefined
  readonly at?: string | null | undefined
}

/** A stretch of the text: `head` and `body` of all pieces, one after the other, are the text. */
export interface Piece {
  readonly label: Label | null
  readonly head: string
  readonly body: string
}

export function parseTranscript(given: string | readonly TranscriptItem[]): Turn[] {
  if (typeof given !== 'string') return turnsOfItems(given)
  const text = normalizeNewlines(given)
  return readPhoneChat(text) ?? readCaptions(text) ?? turnsOfText(text)
}

/** One kind of line ending, so that the same text from two systems is the same. */
export function normalizeNewlines(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n')
}

function turnsOfItems(items: readonly TranscriptItem[]): Turn[] {
  const turns: Turn[] = []
  for (const item of items) {
    const content = normalizeNewlines(item.content).trim()
    if (content === '') continue
    const name = item.name?.trim()
    turns.push({
      position: turns.length,
      role: roleOf(item.role),
      name: name === undefined || name === '' ? null : name,
      content,
      at: item.at ?? null,
    })
  }
  return turns
}

function turnsOfText(text: string): Turn[] {
  const turns: Turn[] = []
  let last: string | null = null
  for (const { label, body } of splitTranscript(text)) {
    const { at, unread } = whenOf(label, last)
    last = at ?? last
    const said = body.trim()
    if (said === '') continue
    turns.push({
      position: turns.length,
      role: label?.role ?? 'user',
      name: label === null || label.role !== null ? null : label.text,
      content: unread === null ? said : `${unread} ${said}`,
      at,
    })
  }
  return turns
}

/** A time of day without any date before it says nothing that could be kept as a time: it stays with the words. */
function whenOf(
  label: Label | null,
  last: string | null,
): { at: string | null; unread: string | null } {
  const stamp = label?.stamp
  if (!stamp) return { at: null, unread: null }
  if (stamp.timeOfDay === null) return { at: stamp.at, unread: null }
  if (last !== null) return { at: onDateOf(last, stamp.timeOfDay), unread: null }
  return { at: null, unread: new Date(stamp.timeOfDay).toISOString().slice(11, 19) }
}

/** Cuts the text where somebody begins to speak. What stands before the first of them is a piece without a label. */
export function splitTranscript(text: string): Piece[] {
  const pieces: Piece[] = []
  let from: { start: number; label: Label | null } = { start: 0, label: null }
  const close = (end: number) => {
    const cut = from.start + (from.label?.length ?? 0)
    pieces.push({
      label: from.label,
      head: text.slice(from.start, cut),
      body: text.slice(cut, end),
    })
  }
  for (const { start, label } of findSpeakers(text)) {
    if (start > 0) close(start)
    from = { start, label }
  }
  close(text.length)
  return pieces
}

const DIGEST_BYTES = 8

/** Eight bytes a turn over who said what. When it was said is left out: exports of one chat disagree about that. */
export function turnDigests(turns: readonly Pick<Turn, 'role' | 'name' | 'content'>[]): Buffer {
  return Buffer.concat(
    turns.map(({ role, name, content }) =>
      createHash('sha256')
        .update(JSON.stringify([role, name, content]))
        .digest()
        .subarray(0, DIGEST_BYTES),
    ),
  )
}
