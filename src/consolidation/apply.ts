import type {
  ConsolidationPlan,
  ConsolidationState,
  PlannedEdge,
  PlannedSummary,
} from '../domain/consolidation.ts'
import type { EntityMention } from '../domain/entity.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { FactContext } from '../facts/extract.ts'
import { contentHash } from '../ingest/conversation.ts'
import { indexAlone, NOTHING, writeWhole } from '../memories/derive.ts'
import { requireSpace } from '../memories/space.ts'
import {
  countMemories,
  fingerprintOf,
  type UserDay,
} from '../stores/consolidation/consolidation-days.ts'
import {
  lockRun,
  reopenRun,
  saveApplied,
  saveGuard,
  type AppliedChanges,
  type ConsolidationRun,
} from '../stores/consolidation/consolidation-runs.ts'
import {
  coolVectors,
  dropHeads,
  keepSummaryVectors,
} from '../stores/consolidation/consolidation-vectors.ts'
import {
  knownEntities,
  lendSources,
  placeSummary,
  retireMemories,
} from '../stores/consolidation/consolidation-writes.ts'
import { writeWeights } from '../stores/consolidation/consolidation-weights.ts'
import type { Queryable } from '../stores/database.ts'
import { addEdges, type EdgeWrite } from '../stores/memories/edges.ts'
import { upsertEntities } from '../stores/memories/entities.ts'
import { applyUserChanges, lockUsers } from '../stores/memory-users.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { writeSummary } from '../stores/memories/summaries.ts'
import { guardCounts, isWithin } from './guard.ts'
import { verifyApplied } from './verify.ts'

export interface Applying {
  readonly context: FactContext
  readonly runId: string
  readonly zone: string
  /** Of a user's memories, what one run may retire. */
  readonly share: number
}

/** `stale`: what was planned on has changed meanwhile. */
export type ApplyOutcome = 'applied' | 'guard' | 'stale'

const OUTCOME = {
  planning: 'stale',
  failed: 'stale',
  guard: 'guard',
  applied: 'applied',
  unchanged: 'applied',
  undone: 'applied',
} as const satisfies Record<Exclude<ConsolidationState, 'planned'>, ApplyOutcome>

interface Vector {
  readonly space: Space
  readonly vec: Float32Array
}

/**
 * Does what was planned, all of it or nothing: in one transaction under the user's lock, where every memory it was planned on is as
 * it was, and where the rows are as planned afterwards.
 * @throws MemoirError `suppressed_user`, `persistence_failed` when the rows are not as planned; those of the embedder
 */
export async function applyRun(
  { context, runId, zone, share }: Applying,
  planned: ConsolidationRun,
): Promise<ApplyOutcome> {
  const vector = planned.plan?.summary ? await embed(context, planned.plan.summary) : null
  return await context.db.transaction(async (tx) => {
    if (!(await lockUsers(tx, [context.userId])).has(context.userId)) {
      throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
    }
    const run = await lockRun(tx, runId)
    if (run === null) throw new MemoirError('not_found', SENTENCE.not_found)
    // A step is repeated when its answer was lost: what it left says what it came to.
    if (run.state !== 'planned') return OUTCOME[run.state]
    const day = { userId: run.userId, day: run.day, zone }
    const { plan } = run
    if (plan === null || (await fingerprintOf(tx, day, run.material)) !== run.inputs) {
      await reopenRun(tx, runId)
      return 'stale'
    }
    const stock = { day: run.material.length, user: await countMemories(tx, run.userId), share }
    const guard = guardCounts(plan, stock)
    await saveGuard(tx, { id: runId, guard, stopped: !isWithin(guard) })
    if (!isWithin(guard)) return 'guard'
    await write(tx, { run, plan, day, vector, language: context.language })
    return 'applied'
  })
}

async function embed(
  { db, embedder, priority, signal, purses }: FactContext,
  { content }: PlannedSummary,
): Promise<Vector> {
  const space = await requireSpace(db, embedder)
  const options = { priority, signal, ...(purses ? { purse: purses.embedding } : {}) }
  const [vec] = await embedder.embed([content], options)
  if (!vec) throw new MemoirError('vendor_bad_answer', 'no vector came back')
  return { space, vec }
}

interface Write {
  readonly run: ConsolidationRun
  readonly plan: ConsolidationPlan
  readonly day: UserDay
  readonly vector: Vector | null
  readonly language: string
}

async function write(tx: Queryable, { run, plan, day, vector, language }: Write): Promise<void> {
  const { id: runId, userId } = run
  const own = { runId, userId }
  const merges = await retireMemories(tx, userId, plan.merges)
  const sources = await lendSources(tx, userId, merges)
  const salience = await writeWeights(tx, userId, plan.salience)
  const summary =
    plan.summary && vector
      ? await putSummary(tx, { run, day, vector, language }, plan.summary)
      : null
  const { edges, entities } = await relate(tx, { run, plan, summary: summary?.id ?? null })
  // As they are: what is dropped is kept as it was.
  const heads = await dropHeads(tx, own, plan.drop_heads)
  const downshift = await coolVectors(tx, userId, plan.downshift)
  await applyUserChanges(tx, [{ ...NOTHING, userId, traces: -merges.length, vectors: -heads }])
  const counts = {
    summary: summary === null ? 0 : 1,
    edges: edges.length,
    merges: merges.length,
    salience: salience.length,
    downshift: downshift.length,
    drop_heads: heads,
  }
  const done = { summary, merges, salience, edges, entities, sources, downshift }
  const applied: AppliedChanges = { ...done, counts }
  await verifyApplied(tx, { userId, plan, applied })
  const left = run.material.filter((id) => !merges.some((merge) => merge.id === id))
  await saveApplied(tx, { id: runId, applied, leaves: await fingerprintOf(tx, day, left) })
}

/** @returns null when the day's summary stays as it is, or was deleted by somebody */
async function putSummary(
  tx: Queryable,
  {
    run,
    day,
    vector: { space, vec },
    language,
  }: Pick<Write, 'run' | 'day' | 'language'> & { vector: Vector },
  { id, content, scope, model, prompt_version: promptVersion }: PlannedSummary,
): Promise<AppliedChanges['summary']> {
  const { userId } = run
  await keepSummaryVectors(tx, { runId: run.id, userId, id })
  const occurredAt = await placeSummary(tx, day)
  const text = indexAlone(content, language)
  const row = await writeSummary(tx, {
    id,
    userId,
    jobId: run.id,
    sessionId: null,
    conversationId: null,
    collection: null,
    source: 'consolidation',
    content,
    contentHash: contentHash(['summary', content]),
    occurredAt,
    model,
    promptVersion,
    scope,
    language: text.language,
    textLength: text.length,
    windowLength: text.windowLength,
  })
  if (row === null) return null
  const trace = { ...row, userId, kind: 'summary' as const }
  const { before: counted } = row
  const vectorCounted = counted !== null && counted.vectorRevision > 0
  await writeWhole(tx, space, [{ trace, text, vec, counted, vectorCounted, occurredAt }])
  return { id, revision: row.revision, before: row.revision === 1 ? null : row.revision - 1 }
}

interface Relating {
  readonly run: ConsolidationRun
  readonly plan: ConsolidationPlan
  readonly summary: string | null
}

async function relate(
  tx: Queryable,
  { run: { userId }, plan, summary }: Relating,
): Promise<Pick<AppliedChanges, 'edges' | 'entities'>> {
  const mentions = plan.edges.flatMap(({ subject, object }) => [
    mentionOf(subject),
    mentionOf(object),
  ])
  const before = await knownEntities(tx, userId, mentions)
  const entityOf = await upsertEntities(
    tx,
    mentions.map((mention) => ({ userId, mention })),
  )
  const ids = new Set(mentions.flatMap((mention) => entityOf(userId, mention) ?? []))
  const links = plan.edges.flatMap((edge) => linksOf(edge, (mention) => entityOf(userId, mention)))
  const pointers = summary === null ? [] : pointersOf(summary, plan.summary?.rests_on ?? [])
  const all = [...links, ...pointers].map((link): EdgeWrite => ({
    ...link,
    userId,
    weight: 1,
    ts: null,
  }))
  const edges = await addEdges(tx, all)
  return { edges, entities: [...ids].filter((id) => !before.has(id)) }
}

const mentionOf = (name: PlannedEdge['subject']): EntityMention => ({
  ...name,
  confidence: 1,
  source: 'model',
})

const pointersOf = (src: string, targets: readonly string[]) =>
  targets.map((dst) => ({ src, dst, type: 'summarizes' }))

function linksOf(
  { memory, subject, predicate, object }: PlannedEdge,
  entityOf: (mention: EntityMention) => string | undefined,
): { src: string; dst: string; type: string; spelling?: string }[] {
  const [from, to] = [entityOf(mentionOf(subject)), entityOf(mentionOf(object))]
  if (from === undefined || to === undefined) return []
  return [
    { src: memory, dst: from, type: 'mentions', spelling: subject.value },
    { src: memory, dst: to, type: 'mentions', spelling: object.value },
    { src: from, dst: to, type: predicate },
  ]
}
