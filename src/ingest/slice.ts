import { suppressedAmong, type ForgetSecret } from '../forget/remembered.ts'
import type { Head } from '../domain/recall.ts'
import { MemoirError, toMemoirError, type ErrorCode } from '../errors.ts'
import type { Embedder, Purse } from '../providers/embedder.ts'
import type { Steering } from '../steering/steering.ts'
import { sqlState, type Database, type Queryable } from '../stores/database.ts'
import {
  findIngested,
  lockIngested,
  markSkipped,
  saveIngested,
  type IngestedRow,
  type IngestedWrite,
} from '../stores/memories/ingested.ts'
import { ensureUsers, lockUsers } from '../stores/memory-users.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { findConversationTraces, type StoredTrace } from '../stores/memories/traces.ts'
import { datedFrom, type SourceConversation } from './conversation.ts'
import { embedPlans } from './embed.ts'
import { forgottenSince, seqsOf, withoutForgotten } from './forgotten.ts'
import { extractConversations, type FactExtraction } from './extract.ts'
import {
  decide,
  planConversation,
  readConversation,
  type ConversationPlan,
  type Decision,
  type ReadConversation,
} from './plan.ts'
import { noteWords, outcomeOnly, passOver, recordErrors } from './passed-over.ts'
import { heardIn, removeRefused, steeredConversation } from './steer.ts'
import { ingestedWrite, writePlans } from './write.ts'

export interface SliceContext {
  readonly db: Database
  readonly embedder: Embedder
  readonly space: Space
  readonly jobId: string
  readonly namespaceId: string
  readonly source: string
  readonly minTurns: number
  readonly chunkChars: number
  readonly language: string
  /** Whose day "today" is. */
  readonly timeZone?: string
  readonly minSalience: number
  /** Which vectors facts get. */
  readonly heads: readonly Head[]
  /** Works on unchanged conversations too. */
  readonly force?: boolean
  readonly signal: AbortSignal
  /** Pays for the embeddings; without one nothing is counted. */
  readonly purse?: Purse
  readonly extraction: FactExtraction
  /** Under which what was forgotten is known. */
  readonly forgetSecret?: ForgetSecret
  /** By which settings conversations are ingested; 0 is without any. */
  readonly extractionVersion: number
  /** What is to be remembered; left out, whatever is worth it. */
  readonly steering?: Steering | undefined
}

interface Decided {
  readonly conversation: ReadConversation
  readonly previous: IngestedRow | undefined
  readonly decision: Decision
}

/**
 * Ingests some conversations: decided and embedded first, then written in one transaction under the locks of their users and
 * rows. What another writer changed in between is decided again. One that fails for good is recorded alone; the rest go on.
 */
export async function ingestSlice(
  conversations: readonly SourceConversation[],
  context: SliceContext,
): Promise<void> {
  try {
    await ingestTogether(conversations.map(readConversation), context)
  } catch (error) {
    const code = conversationFault(error)
    if (code === undefined) throw error
    if (conversations.length > 1) {
      for (const one of conversations) await ingestSlice([one], context)
      return
    }
    await recordErrors(
      context,
      conversations.map(({ id }) => ({ id, code })),
    )
    await noteWords(context, toMemoirError(error))
  }
}

/** Data exceptions and broken constraints; two rows of one id. They come from the content, so another try cannot help. */
const CONTENT_FAULT = /^(22|23|21000|54000)/

/** What one conversation brings upon itself, whoever is asked. */
const OWN_FAULTS: ReadonlySet<ErrorCode> = new Set(['vendor_refused', 'vendor_bad_answer', 'guard'])

/** The code under which a conversation is listed, when the failure is its own and not the whole page's. */
function conversationFault(error: unknown): ErrorCode | undefined {
  const state = sqlState(error)
  if (!(error instanceof MemoirError) && state !== undefined && CONTENT_FAULT.test(state)) {
    return 'persistence_failed'
  }
  const { code } = toMemoirError(error)
  return OWN_FAULTS.has(code) ? code : undefined
}

/** Two writers that keep changing the same conversation are a mistake elsewhere; a later try of the page goes on. */
const MAX_RACES = 5

async function ingestTogether(
  conversations: readonly ReadConversation[],
  context: SliceContext,
): Promise<void> {
  let left = conversations
  for (let race = 0; left.length > 0; race += 1) {
    if (race === MAX_RACES)
      throw new MemoirError('internal', 'the same conversations kept changing')
    // Before the texts are looked at: what is forgotten from here on is seen under the locks.
    const seqs = await seqsOf(left, context)
    const known = await withoutForgotten(left, context)
    const decided = await decideAll(known, context)
    const plans = await planAll(decided, context)
    await removeRefused(
      plans.map(({ plan }) => plan),
      context,
    )
    // Before the outcome is written: a conversation that counts as done has its facts.
    await extractConversations(
      plans.map(({ plan }) => plan),
      { ...context, seqs },
    )
    const failed = new Map<string, MemoirError>()
    const vectors = await embedPlans(
      plans.map(({ plan }) => plan),
      { ...context, failed },
    )
    const faults = faultsOf(plans, failed)
    await passOver(context, faults)
    const raced = await context.db.transaction(
      async (tx) =>
        await writeUnderLocks(
          tx,
          {
            decided: decided.filter(({ conversation }) => !faults.has(conversation.id)),
            plans: plans.filter(({ plan }) => !faults.has(plan.conversation.id)),
            vectors,
            seqs,
          },
          context,
        ),
    )
    left = left.filter(({ id }) => raced.has(id))
  }
}

/** Conversations with a text that has no vector and will have none: each is listed, the others go on. */
function faultsOf(
  plans: readonly Planned[],
  failed: ReadonlyMap<string, MemoirError>,
): ReadonlyMap<string, MemoirError> {
  return new Map(
    plans.flatMap(({ plan }) => {
      const failure = plan.writes.map(({ write }) => failed.get(write.id)).find(Boolean)
      return failure ? [[plan.conversation.id, failure] as const] : []
    }),
  )
}

async function decideAll(
  conversations: readonly ReadConversation[],
  context: SliceContext,
): Promise<Decided[]> {
  const rows = await findIngested(
    context.db,
    context,
    conversations.map(({ id }) => id),
  )
  return conversations.map((conversation) => {
    const previous = rows.get(conversation.id)
    return {
      conversation,
      previous,
      decision: decide(conversation, { ...context, extract: context.extraction.wanted, previous }),
    }
  })
}

interface Planned {
  readonly plan: ConversationPlan
  readonly moved: readonly StoredTrace[]
}

async function planAll(decided: readonly Decided[], context: SliceContext): Promise<Planned[]> {
  const work = decided.filter(({ decision }) => decision.kind === 'process')
  const names = work.flatMap(({ conversation }) => conversation.userId ?? [])
  const { namespaceId, forgetSecret: secret } = context
  const suppressed = await suppressedAmong(context.db, { namespaceId, secret }, names)
  const users = await ensureUsers(
    context.db,
    namespaceId,
    names.filter((name) => !suppressed.has(name)),
  )
  const stored = await findConversationTraces(
    context.db,
    context.source,
    work.flatMap(({ conversation, previous }) =>
      previous?.userId ? [{ userId: previous.userId, conversationId: conversation.id }] : [],
    ),
  )
  const byConversation = Map.groupBy(stored, (trace) => trace.conversationId)
  return work.flatMap(({ conversation, decision }) => {
    const userId = users.get(conversation.userId ?? '')
    if (userId === undefined || decision.kind !== 'process') return []
    const traces = byConversation.get(conversation.id) ?? []
    const own = traces.filter((trace) => trace.userId === userId)
    const seen = traces.find(({ kind }) => kind === 'episode')?.occurredAt
    const dated = datedFrom(conversation, seen ?? conversation.readAt)
    const plan = planConversation(steeredConversation(dated, context.steering), {
      target: { ...context, userId },
      outcome: decision.outcome,
      extract:
        decision.reindex || context.extraction.models[decision.extract] ? decision.extract : 'none',
      reindex: decision.reindex,
      stored: own,
    })
    return [
      {
        plan: { ...plan, ...heardIn(dated, context) },
        moved: traces.filter((trace) => trace.userId !== userId),
      },
    ]
  })
}

interface Written {
  readonly decided: readonly Decided[]
  readonly plans: readonly Planned[]
  readonly vectors: Parameters<typeof writePlans>[2]['vectors']
  readonly seqs: ReadonlyMap<string, number>
}

/** @returns ids of conversations that changed since they were decided: nothing of those was written */
async function writeUnderLocks(
  tx: Queryable,
  { decided, plans, vectors, seqs }: Written,
  context: SliceContext,
): Promise<Set<string>> {
  const locked = await lockUsers(tx, [
    ...new Set(plans.flatMap(({ plan, moved }) => [plan.userId, ...moved.map((t) => t.userId)])),
  ])
  const ids = decided.map(({ conversation }) => conversation.id)
  const now = await lockIngested(tx, context, ids)
  const changed = await forgottenSince(
    tx,
    plans.map(({ plan }) => plan),
    { seqs, locked },
  )
  const raced = new Set(
    decided
      .map(({ conversation, previous }) => ({ id: conversation.id, previous }))
      .filter(({ id, previous }) => changed.has(id) || !isSameRow(previous, now.get(id)))
      .map(({ id }) => id),
  )
  const ready = plans.filter(
    ({ plan }) => !raced.has(plan.conversation.id) && locked.has(plan.userId),
  )
  if (ready.length > 0) {
    await writePlans(
      tx,
      ready.map(({ plan }) => plan),
      {
        ...context,
        vectors,
        moved: ready.flatMap(({ moved }) => moved),
      },
    )
  }
  const settled = decided.filter(({ conversation }) => !raced.has(conversation.id))
  await saveOutcomes(tx, settled, {
    written: ready.map(({ plan }) => ingestedWrite(plan, context)),
    context,
  })
  return raced
}

function isSameRow(before: IngestedRow | undefined, now: IngestedRow | undefined): boolean {
  if (before === undefined || now === undefined) return before === now
  const hash = (row: IngestedRow) => row.messageHash?.toString('hex')
  return (
    hash(before) === hash(now) &&
    before.jobId === now.jobId &&
    before.outcome === now.outcome &&
    before.readAt?.getTime() === now.readAt?.getTime()
  )
}

async function saveOutcomes(
  tx: Queryable,
  settled: readonly Decided[],
  { written, context }: { written: readonly IngestedWrite[]; context: SliceContext },
): Promise<void> {
  const done = new Set(written.map(({ conversationId }) => conversationId))
  const unchanged: string[] = []
  const others: IngestedWrite[] = []
  for (const { conversation, previous, decision } of settled) {
    if (decision.kind === 'process' && !done.has(conversation.id)) {
      others.push(outcomeOnly(conversation.id, { outcome: 'error', code: 'suppressed_user' }))
    } else if (decision.kind === 'error') {
      others.push(outcomeOnly(conversation.id, { outcome: 'error', code: decision.code }))
    } else if (decision.kind === 'skip') {
      if (decision.code === null && previous?.outcome !== 'error') unchanged.push(conversation.id)
      else others.push(outcomeOnly(conversation.id, { outcome: 'skipped', code: decision.code }))
    }
  }
  await saveIngested(tx, context, [...written, ...others])
  await markSkipped(tx, context, unchanged)
}
