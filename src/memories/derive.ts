import { HEADS, type TraceKind } from '../domain/recall.ts'
import type { TextVectors } from '../ingest/embed.ts'
import { indexMessages, type MessageText } from '../ingest/text-index.ts'
import type { Queryable } from '../stores/database.ts'
import { countHeads, deleteStaleHeads, upsertEmbeddings } from '../stores/spaces/embeddings.ts'
import { applyUserChanges, type UserChange } from '../stores/memory-users.ts'
import { deletePostings, insertPostings } from '../stores/memories/postings.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { markVectorless, markVectorsWritten, saveTextLengths } from '../stores/memories/traces.ts'
import { headKey } from './head-text.ts'

/** What is derived of memories that stand for themselves (facts, notes, summaries, stored ones): postings, vectors, counters. */

/** A row of the record that something is derived from. */
export interface Trace {
  readonly id: string
  readonly seq: number
  readonly revision: number
  readonly userId: string
  readonly kind: TraceKind
}

/** A memory without a conversation around it is its own window. @param language ISO 639-1, or `auto` */
export function indexAlone(content: string, language: string): MessageText {
  const [text] = indexMessages([content], language)
  return text ?? { language: 'und', length: 0, windowLength: 0, lexemes: new Map() }
}

export interface TextWrite {
  readonly trace: Trace
  readonly text: MessageText
  /** What the user's counters hold of the trace; null for one they do not count yet. */
  readonly counted: { readonly textLength: number; readonly windowLength: number } | null
  readonly occurredAt: Date
}

/** Makes memories findable by words, and counts them. The users' rows must be locked. */
export async function writeTexts(tx: Queryable, writes: readonly TextWrite[]): Promise<void> {
  if (writes.length === 0) return
  const known = writes.filter(({ counted }) => counted !== null)
  await deletePostings(tx, {
    userIds: [...new Set(known.map(({ trace }) => trace.userId))],
    seqs: known.map(({ trace }) => trace.seq),
  })
  await insertPostings(
    tx,
    writes.map(({ trace, text }) => ({ ...text, userId: trace.userId, seq: trace.seq })),
  )
  await saveTextLengths(
    tx,
    writes.map(({ trace, text }) => ({ ...text, id: trace.id, textLength: text.length })),
  )
  await applyUserChanges(tx, writes.map(countText))
}

function countText({ trace, text, counted, occurredAt }: TextWrite): UserChange {
  const first = counted === null
  return {
    ...NOTHING,
    userId: trace.userId,
    traces: first ? 1 : 0,
    texts: first ? 1 : 0,
    textLength: text.length - (counted?.textLength ?? 0),
    windowLength: text.windowLength - (counted?.windowLength ?? 0),
    languages: [text.language],
    lastActiveAt: occurredAt,
  }
}

/** Vectors by `headKey`. */
export type HeadVectors = ReadonlyMap<string, TextVectors>

/**
 * Writes what these memories have of other heads than `semantic`, and takes away what they no longer have; counts both. The user's row
 * must be locked.
 */
export async function writeOtherHeads(
  tx: Queryable,
  space: Space,
  { userId, traces, vectors }: { userId: string; traces: readonly Trace[]; vectors: HeadVectors },
): Promise<void> {
  const others = traces.flatMap((trace) =>
    HEADS.filter((head) => head !== 'semantic').flatMap((head) => {
      const made = vectors.get(headKey(trace.id, head))
      return made ? [{ ...trace, traceId: trace.id, head, vec: made.vec }] : []
    }),
  )
  const of = { userId, traceIds: traces.map(({ id }) => id), spaceId: space.id }
  const before = await countHeads(tx, of)
  if (before === 0 && others.length === 0) return
  await upsertEmbeddings(tx, space, others)
  await deleteStaleHeads(tx, of)
  const more = (await countHeads(tx, of)) - before
  if (more !== 0) await applyUserChanges(tx, [{ ...NOTHING, userId, vectors: more }])
}

/** A trace whose row was written in this transaction with its lengths and with its vector as written. */
export interface WholeWrite extends TextWrite {
  readonly vec: Float32Array
  /** Whether the user's counters hold a vector of the trace already. */
  readonly vectorCounted: boolean
}

/** Writes postings and vectors of such traces and counts them, once for all of it. The user's row must be locked. */
export async function writeWhole(
  tx: Queryable,
  space: Space,
  writes: readonly WholeWrite[],
  others: readonly UserChange[] = [],
): Promise<void> {
  const known = writes.filter(({ counted }) => counted !== null)
  await deletePostings(tx, {
    userIds: [...new Set(known.map(({ trace }) => trace.userId))],
    seqs: known.map(({ trace }) => trace.seq),
  })
  await insertPostings(
    tx,
    writes.map(({ trace, text }) => ({ ...text, userId: trace.userId, seq: trace.seq })),
  )
  await upsertEmbeddings(
    tx,
    space,
    writes.map(({ trace, vec }) => ({
      ...trace,
      traceId: trace.id,
      head: 'semantic' as const,
      vec,
    })),
  )
  await applyUserChanges(tx, [
    ...others,
    ...writes.map((write) => ({ ...countText(write), vectors: write.vectorCounted ? 0 : 1 })),
  ])
}

/** The same of traces for which the embedding model has no vector: they are found by their words, and say that they have none. */
export async function writeWordsOnly(tx: Queryable, writes: readonly TextWrite[]): Promise<void> {
  if (writes.length === 0) return
  await writeTexts(tx, writes)
  await markVectorless(
    tx,
    writes.map(({ trace }) => trace),
  )
}

export const NOTHING: Omit<UserChange, 'userId'> = {
  traces: 0,
  episodes: 0,
  vectors: 0,
  texts: 0,
  textLength: 0,
  windowLength: 0,
  languages: [],
  lastActiveAt: null,
}

export interface VectorWrite {
  readonly trace: Trace
  readonly vec: Float32Array
  readonly passages?: readonly Float32Array[]
  /** Whether the user's counters hold a vector of the trace already. */
  readonly counted: boolean
}

/**
 * Makes memories findable by vectors. One whose revision moved on meanwhile is left to whoever moved it. The users' rows must be
 * locked.
 * @returns ids of the traces that were written
 */
export async function writeVectors(
  tx: Queryable,
  space: Space,
  writes: readonly VectorWrite[],
): Promise<ReadonlySet<string>> {
  const written = await markVectorsWritten(
    tx,
    writes.map(({ trace }) => trace),
  )
  const current = writes.filter(({ trace }) => written.has(trace.id))
  await upsertEmbeddings(
    tx,
    space,
    current.map(({ trace, vec, passages = [] }) => ({
      ...trace,
      traceId: trace.id,
      head: 'semantic' as const,
      vec,
      passages,
    })),
  )
  const first = current.filter(({ counted }) => !counted)
  if (first.length > 0) {
    await applyUserChanges(
      tx,
      first.map(({ trace }) => ({ ...NOTHING, userId: trace.userId, vectors: 1 })),
    )
  }
  return written
}
