import { messageTraceId } from '../ingest/conversation.ts'
import type { Queryable } from '../stores/database.ts'
import { forgetSeqs } from '../stores/forget/forgotten.ts'
import { addEdges } from '../stores/memories/edges.ts'
import { findImported } from '../stores/portable/imported-memories.ts'
import { insertNarrative } from '../stores/portable/imported-narratives.ts'
import { insertRelations } from '../stores/portable/imported-relations.ts'
import { refusal, type Importing, type Refusal } from './importing.ts'
import type { EntityRecord, LinkRecord, NarrativeRecord } from './records.ts'

/** What rests on several memories of the same file: links between them, and what was written of them. */

export async function takeLinks(
  tx: Queryable,
  { userId }: Importing,
  records: readonly LinkRecord[],
): Promise<(boolean | Refusal)[]> {
  const ids = records.flatMap(({ from, to }) => [from, to])
  const found = await findImported(tx, userId, ids)
  const links = records.map(({ from, to, kind, weight, at }) => {
    const [src, dst] = [found.get(from)?.id, found.get(to)?.id]
    if (src === undefined || dst === undefined) return null
    return { src, dst, type: kind, userId, weight, ts: at === null ? null : new Date(at) }
  })
  const rows = await addEdges(
    tx,
    links.filter((link) => link !== null),
  )
  const added = new Set(rows.map(({ src, dst, type }) => `${src} ${dst} ${type}`))
  return links.map((link, at) => {
    if (link !== null) return added.delete(`${link.src} ${link.dst} ${link.type}`)
    const field = found.has(records[at]?.from ?? '') ? 'to' : 'from'
    return refusal(field, 'names no memory that is there')
  })
}

/** Where something was forgotten nothing tells who said this, and none comes back. */
export async function takeRelations(
  tx: Queryable,
  { userId }: Importing,
  records: readonly EntityRecord[],
): Promise<boolean[]> {
  if (await hasForgotten(tx, userId)) return records.map(() => false)
  const relations = records.flatMap(({ kind: fromType, normalized: from, relations: those }) =>
    those.flatMap(({ type: kind, to_kind: toType, to_normalized: to, weight }) =>
      fromType === undefined || from === undefined || toType === undefined || to === undefined
        ? []
        : [{ fromType, from, toType, to, kind, weight }],
    ),
  )
  const rows = await insertRelations(tx, userId, relations)
  const added = new Set(rows.map(({ type, normalized }) => `${type} ${normalized}`))
  return records.map(({ kind, normalized }) => added.has(`${kind} ${normalized}`))
}

const hasForgotten = async (tx: Queryable, userId: string): Promise<boolean> =>
  ((await forgetSeqs(tx, [userId])).get(userId) ?? 0) > 0

/**
 * A narrative goes with any memory that it was made of, so one is taken only where all of those are known here: messages by the ids that
 * ingest gives them. Where something was forgotten nothing tells whether it says so, and none comes back.
 */
export async function takeNarrative(
  tx: Queryable,
  importing: Importing,
  record: NarrativeRecord,
): Promise<boolean | Refusal> {
  const { namespaceId, userId } = importing
  if (await hasForgotten(tx, userId)) return false
  const found = await findImported(tx, userId, record.material)
  const messages = new Map(
    record.messages.map(({ memory, source, conversation_id: conversationId, message_id }) => [
      memory,
      messageTraceId({ namespaceId, source, conversationId }, message_id),
    ]),
  )
  const here = (ids: readonly string[]) =>
    ids.map((id) => found.get(id)?.id ?? messages.get(id) ?? null).filter((id) => id !== null)
  const material = here(record.material)
  if (material.length < record.material.length || material.length === 0) {
    return refusal('material', 'names a memory that is not there')
  }
  return await insertNarrative(tx, importing, {
    version: record.version,
    content: record.narrative,
    generatedAt: record.generated_at,
    model: record.model,
    promptVersion: record.prompt_version,
    sources: here(record.sources),
    material,
  })
}
