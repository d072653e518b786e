import { v7 as uuidv7 } from 'uuid'
import { openGate } from '../forget/gate.ts'
import { forgottenAmong, type Item } from '../forget/remembered.ts'
import type { Queryable } from '../stores/database.ts'
import {
  appendTurns,
  findSession,
  insertImportedPost,
  insertSession,
} from '../stores/portable/imported-sessions.ts'
import { refusal, type Importing, type Refusal } from './importing.ts'
import type { PostRecord, SessionRecord, TurnsRecord } from './records.ts'

/** Posted sessions out of a file. */

interface Named {
  readonly collection: string
  readonly session_id: string
}

export async function sessionOf(
  tx: Queryable,
  { userId }: Importing,
  { collection, session_id: sessionId }: Named,
): Promise<string | null> {
  return await findSession(tx, { userId, collection, sessionId })
}

/** @returns whether it is new */
export async function importSession(
  tx: Queryable,
  { namespaceId, userId }: Importing,
  record: SessionRecord,
): Promise<boolean> {
  return await insertSession(tx, {
    id: uuidv7(),
    namespaceId,
    userId,
    collection: record.collection,
    sessionId: record.session_id,
    posts: record.posts,
    doneTurns: Buffer.from(record.done_turns, 'base64'),
    createdAt: record.created_at,
    updatedAt: record.updated_at,
  })
}

/** What was still to be processed is not processed here: whoever wants that posts it again. */
const UNFINISHED = 'cancelled'

export async function importPost(
  tx: Queryable,
  importing: Importing,
  record: PostRecord,
): Promise<boolean | Refusal> {
  const session = await sessionOf(tx, importing, record)
  if (session === null) return refusal('session_id', 'names no session that is there')
  const processed = record.status === 'processed'
  return await insertImportedPost(tx, {
    id: uuidv7(),
    jobId: uuidv7(),
    session,
    userId: importing.userId,
    number: record.number,
    status: processed ? 'processed' : 'error',
    error: processed ? null : (record.error ?? UNFINISHED),
    metadata: record.metadata,
    textHash: Buffer.from(record.text_hash, 'hex'),
    digests: Buffer.from(record.turn_digests, 'base64'),
    bytes: record.bytes,
    firstNew: record.first_new,
    facts: record.facts,
    superseded: record.superseded,
    queuedAt: record.queued_at,
    startedAt: record.started_at,
    processedAt: record.processed_at,
  })
}

export async function importTurns(
  tx: Queryable,
  importing: Importing,
  { from, number, turns, ...named }: TurnsRecord,
): Promise<boolean | Refusal> {
  const { userId } = importing
  const said = turns.map(({ content }): Item => ({ kind: 'content', userId, content }))
  const gate = await openGate(tx, importing, 'said')
  const left = turns.map((turn) => ({ ...turn, content: gate.text(turn.content) }))
  const known = await forgottenAmong(tx, importing, said)
  const gone = left.findIndex(
    ({ content }, at) => known[at] === true || (content === '' && turns[at]?.content !== ''),
  )
  if (gone !== -1) return refusal(`turns.${gone}.content`, 'was forgotten')
  const session = await sessionOf(tx, importing, named)
  const before =
    session === null
      ? null
      : await appendTurns(tx, { session, userId, number, from, turns: JSON.stringify(left) })
  if (before === null) return refusal('number', 'names no post that is there')
  if (before < from) return refusal('from', 'comes after turns that are not there')
  return before === from
}
