import { openGate } from '../forget/gate.ts'
import type { Queryable } from '../stores/database.ts'
import { removeWhole } from '../memories/remove-whole.ts'
import { findFactsWithoutSource, saveSources, type SourceWrite } from '../stores/memories/facts.ts'
import { forgetSeqs } from '../stores/forget/forgotten.ts'
import {
  findImported,
  insertRevisions,
  type ImportedRevision,
} from '../stores/portable/imported-memories.ts'
import { sessionOf } from './import-sessions.ts'
import { refusal, type Importing, type Refusal } from './importing.ts'
import type { RevisionRecord, SourceRecord } from './records.ts'

/** What hangs on memories of the same file: what they were, and what they rest on. */

const nowhere = refusal('memory', 'names no memory that is there')

async function memoriesOf(
  tx: Queryable,
  { userId }: Importing,
  records: readonly { readonly memory: string }[],
) {
  const ids = records.map(({ memory }) => memory)
  return await findImported(tx, userId, ids)
}

export async function takeRevisions(
  tx: Queryable,
  importing: Importing,
  records: readonly RevisionRecord[],
): Promise<(boolean | Refusal)[]> {
  const found = await memoriesOf(tx, importing, records)
  const gate = await openGate(tx, importing, 'said')
  const forgotten = records.map(({ content }) => !gate.passes(content))
  const writes = records.map((record, at): ImportedRevision | null => {
    const id = found.get(record.memory)?.id
    if (id === undefined || forgotten[at] === true) return null
    const { revision, content, metadata: meta, fields } = record
    const times = { validFrom: record.valid_from, validTo: record.valid_to }
    return { id, revision, content, contentHash: record.content_hash, meta, fields, ...times }
  })
  const rows = await insertRevisions(tx, importing.userId, writes.filter(isThere))
  const added = new Set(rows.map(({ id, revision }) => `${id} ${revision}`))
  return writes.map((write, at) => {
    if (write !== null) return added.delete(`${write.id} ${write.revision}`)
    return forgotten[at] === true ? refusal('content', 'was forgotten') : nowhere
  })
}

const isThere = <One>(one: One | null): one is One => one !== null

export async function takeSources(
  tx: Queryable,
  importing: Importing,
  records: readonly SourceRecord[],
): Promise<(boolean | Refusal)[]> {
  const { userId } = importing
  const found = await memoriesOf(tx, importing, records)
  // A quote is a part of what was said, which no hash of the whole tells: where something was forgotten, none comes back.
  const quotes = ((await forgetSeqs(tx, [userId])).get(userId) ?? 0) === 0
  const gate = await openGate(tx, importing, 'derived')
  const forgotten = records.map(({ quote }) => quote !== null && !gate.passes(quote))
  const writes: (SourceWrite | null)[] = []
  for (const [at, record] of records.entries()) {
    const traceId = found.get(record.memory)?.id
    writes.push(
      traceId === undefined || forgotten[at] === true
        ? null
        : {
            traceId,
            userId,
            conversationId: record.conversation_id,
            sessionId: record.session_id,
            messageId: await messageOf(tx, importing, record),
            quote: quotes ? record.quote : null,
          },
    )
  }
  const rows = await saveSources(tx, writes.filter(isThere))
  const added = new Set(rows.map(({ traceId, messageId }) => `${traceId} ${messageId}`))
  // A fact says in words of its own what it was found in.
  const doubtful = records.flatMap(({ memory }, at) =>
    forgotten[at] === true ? (found.get(memory)?.id ?? []) : [],
  )
  const ids = await findFactsWithoutSource(tx, { userId, ids: doubtful })
  if (ids.length > 0) await removeWhole(tx, { userId, ids })
  return writes.map((write, at) => {
    if (write !== null) return added.delete(`${write.traceId} ${write.messageId}`)
    return forgotten[at] === true ? refusal('quote', 'was forgotten') : nowhere
  })
}

/** A turn of a session is named with the session's uuid, which is another one here. */
async function messageOf(
  tx: Queryable,
  importing: Importing,
  { turn, session_id, collection, message_id }: SourceRecord,
): Promise<string> {
  if (turn === undefined || session_id === null) return message_id
  const session = await sessionOf(tx, importing, { collection, session_id })
  return `${session ?? session_id}:${turn}`
}
