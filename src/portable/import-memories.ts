import { v5 as uuidv5 } from 'uuid'
import type { EntityMention } from '../domain/entity.ts'
import { factId, normalizeFact } from '../facts/draft.ts'
import { summaryId } from '../facts/summary-id.ts'
import { openGate } from '../forget/gate.ts'
import { forgottenAmong, type Item } from '../forget/remembered.ts'
import { contentHash, episodeId } from '../ingest/conversation.ts'
import { indexAlone, writeTexts } from '../memories/derive.ts'
import { linkMentions } from '../memories/link.ts'
import { memoryHash } from '../memories/store.ts'
import type { Queryable } from '../stores/database.ts'
import {
  adoptImported,
  findKnown,
  insertImported,
  pointToImported,
  type ImportedWrite,
  type KnownMemory,
} from '../stores/portable/imported-memories.ts'
import { pointToSummary } from '../stores/portable/imported-sessions.ts'
import type { WrittenMemory } from '../stores/memories/memory-writes.ts'
import { sessionOf } from './import-sessions.ts'
import { refusal, type Importing, type Refusal } from './importing.ts'
import type { MemoryRecord } from './records.ts'

/** Memories out of a file. What stands is never overwritten: it may be newer than the file. */

/** Fixed for ever: the same file again finds what it made. */
const IMPORT_SPACE = '0d6f7a52-6c65-4b0e-9b0e-7a0d7f0a5c11'

export interface MemoryImport {
  readonly importing: Importing
  readonly language: string
  /** The state of a vector that is still to be made. */
  readonly vectorState: ImportedWrite['vectorState']
  /** Messages of less salience get no vector, as if they were taken in here. */
  readonly minSalience: number
}

export interface ImportedMemories {
  /** By the place in the list: taken, known already, or refused. */
  readonly outcomes: readonly (boolean | Refusal)[]
  /** Whose vectors have yet to be made. */
  readonly fresh: readonly WrittenMemory[]
}

interface Planned {
  readonly record: MemoryRecord
  readonly write: ImportedWrite
  /** The session that it sums up. */
  readonly session: string | null
}

export async function importMemories(
  tx: Queryable,
  context: MemoryImport,
  records: readonly MemoryRecord[],
): Promise<ImportedMemories> {
  const { importing } = context
  const { userId } = importing
  const refused = await refusalsOf(tx, importing, records)
  const plans: Planned[] = []
  for (const [at, one] of (await passed(tx, importing, records)).entries()) {
    if (one === null) refused[at] ??= refusal('content', 'was forgotten')
    else if (refused[at] === null) plans.push(await planOf(tx, context, one))
  }
  const fresh = await unknown(tx, userId, plans)
  const rows = await insertImported(
    tx,
    userId,
    fresh.map(({ write }) => write),
  )
  const written = new Map(rows.map((row) => [row.id, row]))
  const added = fresh.filter(({ write }) => written.has(write.id))
  await derive(tx, context, { added, written })
  await pointToImported(
    tx,
    userId,
    records.map(({ id }) => id),
  )
  const taken = new Set(added.map(({ record }) => record.id))
  return {
    outcomes: records.map(({ id }, at) => refused[at] ?? taken.has(id)),
    fresh: added
      .filter(({ write }) => write.state === 'active')
      .flatMap(({ write }) => written.get(write.id) ?? []),
  }
}

/** What was forgotten stays so, by its words or by what it was. */
async function refusalsOf(
  tx: Queryable,
  importing: Importing,
  records: readonly MemoryRecord[],
): Promise<(Refusal | null)[]> {
  const { userId } = importing
  const words = records.map(({ content }): Item => ({ kind: 'content', userId, content }))
  const facts = records.map(({ content }): Item => ({ kind: 'trace', id: factId(userId, content) }))
  const own = records.map(({ id }): Item => ({ kind: 'trace', id }))
  const gone = await forgottenAmong(tx, importing, [...words, ...facts, ...own])
  const count = records.length
  return records.map((_, at) =>
    gone[at] === true || gone[at + count] === true || gone[at + 2 * count] === true
      ? refusal('content', 'was forgotten')
      : null,
  )
}

/** What somebody said comes without the clauses that were forgotten; what was derived comes whole or not at all. */
async function passed(
  tx: Queryable,
  importing: Importing,
  records: readonly MemoryRecord[],
): Promise<(MemoryRecord | null)[]> {
  const said = await openGate(tx, importing, 'said')
  const derived = await openGate(tx, importing, 'derived')
  return records.map((record) => {
    const gate = wasFound(record) ? derived : said
    const { content, summary, entities } = record
    const left = gate.text(content)
    const short = summary === null ? null : gate.text(summary) || null
    if (left === content) return { ...record, summary: short }
    if (left === '' || wasFound(record)) return null
    const named = entities.filter(({ value }) => left.toLowerCase().includes(value.toLowerCase()))
    return { ...record, content: left, summary: short, entities: named }
  })
}

async function planOf(
  tx: Queryable,
  { importing, vectorState, minSalience }: MemoryImport,
  record: MemoryRecord,
): Promise<Planned> {
  const session = await summarised(tx, importing, record)
  const { occurred_at: occurredAt, importance, revision } = record
  const known = record.known_at ?? occurredAt
  const superseded = record.state === 'superseded'
  const silent = superseded || (record.kind === 'message' && record.salience < minSalience)
  const write: ImportedWrite = {
    id: idOf(importing, record, session),
    importedId: record.id,
    kind: record.kind,
    role: record.role,
    scope: record.scope,
    collection: record.collection,
    content: record.content,
    summary: record.summary,
    category: record.kind === 'fact' ? (record.category?.slice(0, 64) ?? null) : null,
    contentHash: hashOf(record),
    language: record.language,
    tags: record.tags,
    externalId: record.external_id,
    sessionId: record.session_id,
    conversationId: record.conversation_id,
    importance,
    salience: record.salience,
    source: record.source,
    meta: record.metadata,
    occurredAt,
    knownAt: known,
    createdAt: record.created_at ?? known,
    updatedAt: record.updated_at ?? known,
    expiresAt: record.expires_at,
    state: superseded ? 'superseded' : 'active',
    supersededBy: record.superseded_by,
    supersededAt: record.superseded_at,
    revision,
    vectorState: silent ? 'off' : vectorState,
    model: record.model,
    promptVersion: record.prompt_version,
  }
  return { record, write, session }
}

/** Facts and summaries that were found in texts have the ids that they would be found under again. */
const wasFound = ({ model }: MemoryRecord) => model !== null

async function summarised(
  tx: Queryable,
  importing: Importing,
  record: MemoryRecord,
): Promise<string | null> {
  const { kind, session_id, collection } = record
  if (kind !== 'summary' || !wasFound(record) || session_id === null) return null
  return await sessionOf(tx, importing, { session_id, collection: collection ?? '' })
}

function idOf(
  { namespaceId, userId }: Importing,
  record: MemoryRecord,
  session: string | null,
): string {
  const { id, kind, content, source, conversation_id: conversationId } = record
  if (kind === 'fact' && wasFound(record)) return factId(userId, content)
  if (session !== null) return summaryId(userId, ['session', session])
  if (kind === 'summary' && wasFound(record) && source !== null && conversationId !== null) {
    const episode = episodeId({ namespaceId, source, conversationId })
    return summaryId(userId, ['conversation', episode])
  }
  return uuidv5(JSON.stringify([userId, id]), IMPORT_SPACE)
}

function hashOf(record: MemoryRecord): Buffer {
  const { kind, role, content, occurred_at } = record
  if (kind === 'fact' && wasFound(record)) return contentHash(['fact', normalizeFact(content)])
  if (kind === 'summary' && wasFound(record)) return contentHash(['summary', content])
  return memoryHash({ kind, role, content, occurredAt: new Date(occurred_at) })
}

/** Those that nothing stands for; what stands is known by the file's id from now on, so that what hangs on it finds it. */
async function unknown(
  tx: Queryable,
  userId: string,
  plans: readonly Planned[],
): Promise<Planned[]> {
  const known = await findKnown(tx, {
    userId,
    ids: plans.flatMap(({ write, record }) => [write.id, record.id]),
    importedIds: plans.map(({ record }) => record.id),
    externalIds: plans.flatMap(({ write }) => write.externalId ?? []),
  })
  const standing = plans.map((plan) => known.find((one) => standsFor(one, plan)) ?? null)
  const pairs = plans.flatMap(({ record }, at) => {
    const one = standing[at]
    return one == null ? [] : [{ id: one.id, importedId: record.id }]
  })
  await adoptImported(tx, userId, distinct(pairs))
  const seen = new Set<string>()
  return plans.filter(({ write }, at) => {
    const first = !seen.has(write.id)
    seen.add(write.id)
    return first && standing[at] === null
  })
}

const standsFor = (one: KnownMemory, { write, record }: Planned): boolean =>
  one.id === write.id ||
  one.id === record.id ||
  one.importedId === record.id ||
  (one.externalId !== null && one.externalId === write.externalId)

function distinct<Pair extends { readonly id: string }>(pairs: readonly Pair[]): Pair[] {
  return [...new Map(pairs.map((pair) => [pair.id, pair])).values()]
}

interface Added {
  readonly added: readonly Planned[]
  readonly written: ReadonlyMap<string, WrittenMemory>
}

/** Words, counters and links at once; vectors and the graph follow with a job. */
async function derive(
  tx: Queryable,
  { importing: { userId }, language }: MemoryImport,
  { added, written }: Added,
): Promise<void> {
  const active = added.filter(({ write }) => write.state === 'active')
  await writeTexts(
    tx,
    active.flatMap(({ write }) => {
      const row = written.get(write.id)
      if (!row) return []
      const text = indexAlone(write.content, language)
      const trace = { ...row, userId, kind: write.kind }
      return [{ trace, text, counted: null, occurredAt: new Date(write.occurredAt) }]
    }),
  )
  await linkMentions(
    tx,
    userId,
    added.map(({ record, write }) => ({
      traceId: write.id,
      at: new Date(write.occurredAt),
      mentions: record.entities.map((mention): EntityMention => ({ ...mention })),
    })),
  )
  for (const { session, write } of added) {
    if (session !== null) await pointToSummary(tx, { userId, session, summary: write.id })
  }
}
