import { estimateTokens } from '../text/chunks.ts'
import type { Queryable } from '../stores/database.ts'
import { deleteEdgesOf, keepOnlyEdges, upsertEdges } from '../stores/memories/edges.ts'
import {
  deleteEmbeddings,
  upsertEmbeddings,
  type EmbeddingWrite,
} from '../stores/spaces/embeddings.ts'
import type { IngestedWrite } from '../stores/memories/ingested.ts'
import { applyUserChanges, type UserChange } from '../stores/memory-users.ts'
import { deletePostings, insertPostings, type TracePostings } from '../stores/memories/postings.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import {
  removeTraces,
  softDeleteTraces,
  saveTextLengths,
  upsertTraces,
  type StoredTrace,
  type WrittenTrace,
} from '../stores/memories/traces.ts'
import { PIPELINE_VERSION } from './conversation.ts'
import type { PlanVectors } from './embed.ts'
import { removeGroundless } from './groundless.ts'
import type { ConversationPlan } from './plan.ts'

/** Writes plans in the order the record demands: traces first, then all that is derived from them, then the users' counters. */
export async function writePlans(
  tx: Queryable,
  plans: readonly ConversationPlan[],
  {
    jobId,
    source,
    space,
    vectors,
    moved,
  }: {
    jobId: string
    source: string
    space: Space
    vectors: PlanVectors
    /** Traces of conversations that now belong to another user: the old owner's go entirely. */
    moved: readonly StoredTrace[]
  },
): Promise<void> {
  // First: what says which message a fact rested on goes with the traces.
  await removeGroundless(tx, source, { plans, moved })
  await removeMoved(tx, moved)
  const written = await upsertTraces(
    tx,
    jobId,
    plans.flatMap((plan) => plan.writes.map(({ write }) => write)),
  )
  const rows = new Map(written.map((row) => [row.id, row]))
  await rewritePostings(tx, plans, rows)
  await upsertEmbeddings(tx, space, embeddingsOf(plans, { rows, vectors }))
  await dropUnwanted(tx, plans)
  await removeGone(tx, plans)
  await writeNextEdges(tx, plans)
  await applyUserChanges(tx, userChanges(plans, moved))
}

function embeddingsOf(
  plans: readonly ConversationPlan[],
  { rows, vectors }: { rows: ReadonlyMap<string, WrittenTrace>; vectors: PlanVectors },
): EmbeddingWrite[] {
  return plans.flatMap((plan) =>
    plan.writes.flatMap(({ write: { id, userId, kind } }): EmbeddingWrite[] => {
      const row = rows.get(id)
      const made = vectors.get(id)
      return row && made ? [{ ...row, ...made, traceId: id, head: 'semantic', userId, kind }] : []
    }),
  )
}

/** Vectors of what says too little by now to have one. */
async function dropUnwanted(tx: Queryable, plans: readonly ConversationPlan[]): Promise<void> {
  const had = new Set(
    plans.flatMap(({ stored }) => stored.filter(({ hasVector }) => hasVector).map(({ id }) => id)),
  )
  const unwanted = plans
    .flatMap(({ writes }) => writes.map(({ write }) => write))
    .filter(({ id, vectorState }) => vectorState === 'off' && had.has(id))
  await deleteEmbeddings(tx, {
    userIds: [...new Set(unwanted.map(({ userId }) => userId))],
    traceIds: unwanted.map(({ id }) => id),
  })
}

async function removeMoved(tx: Queryable, moved: readonly StoredTrace[]): Promise<void> {
  if (moved.length === 0) return
  const userIds = [...new Set(moved.map(({ userId }) => userId))]
  await deletePostings(tx, { userIds, seqs: moved.map(({ seq }) => seq) })
  await deleteEdgesOf(tx, { userIds, traceIds: moved.map(({ id }) => id) })
  await removeTraces(
    tx,
    moved.map(({ id }) => id),
  )
}

async function rewritePostings(
  tx: Queryable,
  plans: readonly ConversationPlan[],
  rows: ReadonlyMap<string, WrittenTrace>,
): Promise<void> {
  const written = plans.flatMap((plan) =>
    plan.writes.flatMap(({ write, text }): TracePostings[] => {
      const row = rows.get(write.id)
      return row && text ? [{ ...text, userId: plan.userId, seq: row.seq }] : []
    }),
  )
  const windows = plans.flatMap((plan) =>
    plan.windows.map(({ stored, text }) => ({ ...text, userId: plan.userId, seq: stored.seq })),
  )
  const known = new Set(plans.flatMap(({ stored }) => stored.map(({ seq }) => seq)))
  await deletePostings(tx, {
    userIds: [...new Set(plans.map(({ userId }) => userId))],
    seqs: [...written, ...windows].map(({ seq }) => seq).filter((seq) => known.has(seq)),
  })
  await insertPostings(tx, [...written, ...windows])
  await saveTextLengths(
    tx,
    plans.flatMap((plan) =>
      plan.windows.map(({ stored, text }) => ({ id: stored.id, ...text, textLength: text.length })),
    ),
  )
}

async function removeGone(tx: Queryable, plans: readonly ConversationPlan[]): Promise<void> {
  const gone = plans.flatMap(({ removed }) => removed)
  if (gone.length === 0) return
  const userIds = [...new Set(gone.map(({ userId }) => userId))]
  const traceIds = gone.map(({ id }) => id)
  await softDeleteTraces(tx, traceIds)
  await deletePostings(tx, { userIds, seqs: gone.map(({ seq }) => seq) })
  await deleteEmbeddings(tx, { userIds, traceIds })
  await deleteEdgesOf(tx, { userIds, traceIds })
}

async function writeNextEdges(tx: Queryable, plans: readonly ConversationPlan[]): Promise<void> {
  const edges = plans.flatMap(({ order, userId }) =>
    order.flatMap((message, index) => {
      const before = order[index - 1]
      return before
        ? [{ src: before.id, dst: message.id, type: 'next', userId, weight: 1, ts: message.at }]
        : []
    }),
  )
  const updated = plans.filter(({ outcome }) => outcome === 'updated')
  await keepOnlyEdges(tx, {
    type: 'next',
    userIds: updated.map(({ userId }) => userId),
    sources: updated.flatMap(({ order }) => order.map(({ id }) => id)),
    keep: edges,
  })
  await upsertEdges(tx, edges)
}

type Counters = { -readonly [Key in keyof UserChange]: UserChange[Key] } & { languages: string[] }

function userChanges(
  plans: readonly ConversationPlan[],
  moved: readonly StoredTrace[],
): UserChange[] {
  const changes = new Map<string, Counters>()
  const of = (userId: string) => {
    const change = changes.get(userId) ?? noChange(userId)
    changes.set(userId, change)
    return change
  }
  for (const plan of plans) addPlan(of(plan.userId), plan)
  for (const trace of moved) if (trace.active) addTrace(of(trace.userId), trace, -1)
  return [...changes.values()]
}

const noChange = (userId: string): Counters => ({
  userId,
  traces: 0,
  episodes: 0,
  vectors: 0,
  texts: 0,
  textLength: 0,
  windowLength: 0,
  languages: [],
  lastActiveAt: null,
})

type Counted = Pick<StoredTrace, 'kind' | 'textLength' | 'windowLength' | 'hasVector'>

function addTrace(change: Counters, trace: Counted, sign: 1 | -1): void {
  change.traces += sign
  if (trace.hasVector) change.vectors += sign
  if (trace.kind === 'episode') {
    change.episodes += sign
  } else {
    change.texts += sign
    change.textLength += sign * trace.textLength
    change.windowLength += sign * trace.windowLength
  }
}

function addPlan(change: Counters, plan: ConversationPlan): void {
  const before = new Map(plan.stored.map((trace) => [trace.id, trace]))
  for (const { write } of plan.writes) {
    const stored = before.get(write.id)
    if (stored?.active === true) addTrace(change, stored, -1)
    addTrace(change, { ...write, hasVector: write.vectorState === 'written' }, 1)
    change.languages.push(write.language)
    if (change.lastActiveAt === null || write.occurredAt > change.lastActiveAt) {
      change.lastActiveAt = write.occurredAt
    }
  }
  for (const { stored, text } of plan.windows) {
    change.windowLength += text.windowLength - stored.windowLength
    change.textLength += text.length - stored.textLength
    change.languages.push(text.language)
  }
  for (const stored of plan.removed) addTrace(change, stored, -1)
  change.languages = [...new Set(change.languages)]
}

/** The outcome of a processed conversation. */
export function ingestedWrite(
  plan: ConversationPlan,
  { extractionVersion }: { readonly extractionVersion: number },
): IngestedWrite {
  const { conversation, reindex } = plan
  return {
    conversationId: conversation.id,
    userId: plan.userId,
    messageHash: conversation.hash,
    messageCount: conversation.messages.length,
    tokenEstimate: plan.writes.reduce((sum, { write }) => sum + estimateTokens(write.content), 0),
    sourceUpdatedAt: conversation.sourceUpdatedAt,
    readAt: conversation.readAt,
    pipelineVersion: PIPELINE_VERSION,
    // Its facts stand as they were made before.
    extractionVersion: reindex ? null : extractionVersion,
    traceId: plan.episodeId,
    extracted: plan.extract,
    outcome: plan.outcome,
    code: null,
  }
}
