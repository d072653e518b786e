import { contentHash } from '../ingest/conversation.ts'
import type { MessageText } from '../ingest/text-index.ts'
import {
  NOTHING,
  indexAlone,
  writeOtherHeads,
  writeWhole,
  writeWordsOnly,
  type TextWrite,
  type Trace,
  type WholeWrite,
} from '../memories/derive.ts'
import type { Queryable } from '../stores/database.ts'
import { upsertEdges, type EdgeWrite } from '../stores/memories/edges.ts'
import { carryFactEmbeddings } from '../stores/spaces/embeddings.ts'
import { upsertEntities } from '../stores/memories/entities.ts'
import {
  saveCategories,
  saveSources,
  supersedeFacts,
  writeFacts,
  type CategoryWrite,
  type FactWrite,
  type SourceWrite,
  type WrittenFact,
} from '../stores/memories/facts.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { normalizeFact, type FactDraft } from './draft.ts'
import { linksOf } from './links.ts'
import type { Resolved } from './resolve.ts'

/** Where drafts come from: a posted session or a conversation of a source. */
export interface FactOrigin {
  readonly scope: string
  readonly collection: string | null
  readonly sessionId: string | null
  readonly conversationId: string | null
  readonly source: string | null
  /** How the message of a position is named in `memory_source`. */
  readonly messageIdOf: (position: number) => string
}

export interface WrittenFacts {
  /** Ids of facts that are there now and were not. */
  readonly added: readonly string[]
  /** Ids of facts that gave way. */
  readonly superseded: readonly string[]
}

/** Writes resolved drafts with all that is derived of them. The user's row must be locked. */
export async function writeResolved(
  tx: Queryable,
  resolved: readonly Resolved[],
  { userId, space, origin }: { userId: string; space: Space; origin: FactOrigin },
): Promise<WrittenFacts> {
  const standing = resolved
    .filter(({ relation }) => relation !== 'duplicate')
    .map((one) => ({ ...one, text: indexAlone(one.read.draft.content, one.read.language) }))
  const written = await writeFacts(
    tx,
    standing.map(({ read, text }) => factWrite(read.draft, { userId, text, origin })),
  )
  const superseded = await supersedeFacts(
    tx,
    userId,
    // What did not come to stand replaces nothing.
    replacements(standing.filter(({ read }) => written.has(read.draft.id))),
  )
  const fresh = standing.flatMap(({ read, text }): WholeWrite[] => {
    const row = written.get(read.draft.id)
    if (row?.added !== true || read.vec === null) return []
    const { occurredAt } = read.draft
    const trace = traceOf(row, userId)
    return [{ trace, text, vec: read.vec, occurredAt, counted: null, vectorCounted: false }]
  })
  const wordsOnly = standing.flatMap(({ read, text }): TextWrite[] => {
    const row = written.get(read.draft.id)
    if (row?.added !== true || read.vec !== null) return []
    return [{ trace: traceOf(row, userId), text, occurredAt: read.draft.occurredAt, counted: null }]
  })
  const again = [...written.values()].filter(({ added }) => !added).map(({ id }) => id)
  if (again.length > 0) await carryFactEmbeddings(tx, { userId, ids: again })
  const traces = again.length - superseded.length
  await writeWhole(tx, space, fresh, traces === 0 ? [] : [{ ...NOTHING, userId, traces }])
  await writeWordsOnly(tx, wordsOnly)
  const heads = new Map(standing.flatMap(({ read }) => [...read.heads]))
  if (heads.size > 0) {
    const traces = [...fresh, ...wordsOnly].map(({ trace }) => trace)
    await writeOtherHeads(tx, space, { userId, traces, vectors: heads })
  }
  await saveSources(
    tx,
    resolved.flatMap((one) => sourcesOf(one, { userId, origin })),
  )
  await saveCategories(tx, { userId, collection: origin.collection }, categoriesOf(resolved))
  await writeLinks(tx, standing, userId)
  return { added: [...written.keys()], superseded }
}

const traceOf = ({ id, seq, revision }: WrittenFact, userId: string): Trace => ({
  id,
  seq,
  revision,
  userId,
  kind: 'fact',
})

function factWrite(
  draft: FactDraft,
  { userId, text, origin }: { userId: string; text: MessageText; origin: FactOrigin },
): FactWrite {
  return {
    ...draft,
    ...origin,
    userId,
    language: text.language,
    textLength: text.length,
    windowLength: text.windowLength,
    contentHash: contentHash(['fact', normalizeFact(draft.content)]),
    // As messages have it: whose statement it is, where that is not the user's.
    meta: draft.speaker === null ? '{}' : JSON.stringify({ name: draft.speaker }),
    category: draft.category ?? null,
  }
}

/** Of two that contradict each other the one said of a later time stands; a refinement stands whenever it was said. */
function replacements(standing: readonly Resolved[]): { old: string; by: string }[] {
  return standing.flatMap(({ read: { draft }, relation, targets }) =>
    targets.map((target) =>
      relation === 'contradicts' && draft.occurredAt < target.occurredAt
        ? { old: draft.id, by: target.id }
        : { old: target.id, by: draft.id },
    ),
  )
}

/** A duplicate is one more reason for what is known. */
function sourcesOf(
  { read: { draft }, relation, targets }: Resolved,
  { userId, origin }: { userId: string; origin: FactOrigin },
): SourceWrite[] {
  const [known] = targets
  const traceId = relation === 'duplicate' && known ? known.id : draft.id
  return draft.sources.map(({ position, quote }) => ({
    traceId,
    userId,
    conversationId: origin.conversationId,
    sessionId: origin.sessionId,
    messageId: origin.messageIdOf(position),
    quote: quote === '' ? null : quote,
  }))
}

/** A fact that says what is known already is in its category too, where settings say what there is. */
function categoriesOf(resolved: readonly Resolved[]): CategoryWrite[] {
  const byId = resolved.flatMap(({ read: { draft }, relation, targets }) => {
    const id = relation === 'duplicate' ? targets[0]?.id : draft.id
    return id === undefined || draft.category === undefined
      ? []
      : [[id, { id, category: draft.category }] as const]
  })
  return [...new Map(byId).values()]
}

async function writeLinks(
  tx: Queryable,
  standing: readonly Resolved[],
  userId: string,
): Promise<void> {
  const mentions = standing.flatMap(({ read }) =>
    read.draft.entities.map((mention) => ({ userId, mention })),
  )
  const entityOf = await upsertEntities(tx, mentions)
  const edges = standing.flatMap((one) =>
    linksOf(one, (mention) => entityOf(userId, mention)).map((link): EdgeWrite => ({
      ...link,
      userId,
      ts: one.read.draft.occurredAt,
    })),
  )
  await upsertEdges(tx, distinct(edges))
}

/** One statement takes no row twice. */
function distinct(edges: readonly EdgeWrite[]): EdgeWrite[] {
  const byKey = new Map(edges.map((edge) => [`${edge.src} ${edge.dst} ${edge.type}`, edge]))
  return [...byKey.values()]
}
