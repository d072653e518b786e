import { NO_PLAN, type ConsolidationPlan } from '../domain/consolidation.ts'
import { fencedTransaction } from '../facts/fence.ts'
import type { FactContext } from '../facts/extract.ts'
import { gateFor, passing } from '../forget/gate.ts'
import {
  readDay,
  readTiers,
  type Day,
  type Tiers,
  type UserDay,
} from '../stores/consolidation/consolidation-days.ts'
import {
  findEarlierRuns,
  savePlan,
  type ConsolidationRun,
} from '../stores/consolidation/consolidation-runs.ts'
import { planMerges } from './merge.ts'
import { planEdges } from './relate.ts'
import { planSummary } from './summarise.ts'
import { planWeights } from './weigh.ts'

/** Goes up with every change of what a day is made into: each day is then looked through once more. */
export const CONSOLIDATION_VERSION = 'dream-3'

export interface Planning {
  readonly context: FactContext
  readonly run: ConsolidationRun
  readonly zone: string
  readonly hotDays: number
  /** Memories that weigh less keep the vector of what they say and lose the others. */
  readonly lowSalience: number
}

/**
 * Decides what a day is to become and keeps it, before anything is done. A day that holds what its last run left asks no model; a
 * plan that was made of the same and not carried out is taken up again.
 * @returns whether there is anything to do
 * @throws MemoirError `vendor_bad_answer`, those of the model, `in_progress` when something was forgotten meanwhile
 */
export async function planRun({ context, run, zone, ...bounds }: Planning): Promise<boolean> {
  const { db, model } = context
  const userDay = { userId: run.userId, day: run.day, zone }
  const day = await readDay(db, userDay)
  const tiers = await readTiers(db, userDay, bounds)
  const by = { model: model.identity.model, version: CONSOLIDATION_VERSION }
  const earlier = await findEarlierRuns(db, run)
  const texts = known(earlier, day, by) ?? (await planTexts(context, { run, userDay, day }))
  const plan = { ...texts, ...tiersOf(tiers) }
  const state = isNothing(plan) ? ('unchanged' as const) : ('planned' as const)
  const written = { id: run.id, state, inputs: day.fingerprint, ...by, material: day.ids, plan }
  await fencedTransaction(context, async (tx) => {
    await savePlan(tx, written)
  })
  return state === 'planned'
}

const tiersOf = ({ downshift, dropHeads }: Tiers) => ({ downshift, drop_heads: dropHeads })

type Texts = Pick<ConsolidationPlan, 'summary' | 'edges' | 'merges' | 'salience'>

/** What needs no model: the day is as its last run left it, or was planned before as it is. */
function known(
  earlier: readonly ConsolidationRun[],
  { fingerprint }: Day,
  by: { model: string; version: string },
): Texts | null {
  const same = earlier.filter(({ model, version }) => model === by.model && version === by.version)
  const done = same.find(
    ({ state, dryRun }) => !dryRun && (state === 'applied' || state === 'undone'),
  )
  if (done?.state === 'applied' && done.leaves === fingerprint) return NO_PLAN
  const open = same.find(
    ({ state, inputs, plan }) => state !== 'applied' && inputs === fingerprint && plan !== null,
  )
  return open?.plan ?? null
}

async function planTexts(
  context: FactContext,
  { run, userDay, day }: { run: ConsolidationRun; userDay: UserDay; day: Day },
): Promise<Texts> {
  const { traces } = day
  if (traces.length === 0) return NO_PLAN
  const merges = await planMerges(context, traces)
  const gone = new Set(merges.map(({ id }) => id))
  const gate = await gateFor(context)
  const left = passing(
    gate,
    traces.filter(({ id }) => !gone.has(id)),
  )
  const summary = await planSummary(context, { day: run.day, traces: left })
  const told = summary === null ? '' : gate.text(summary.content)
  const edges = await planEdges(context, left)
  const weights = await planWeights(context.db, userDay)
  return {
    summary: summary === null || told === '' ? null : { ...summary, content: told },
    edges,
    merges,
    salience: weights.filter(({ id }) => !gone.has(id)),
  }
}

const isNothing = ({ summary, ...lists }: ConsolidationPlan) =>
  summary === null && Object.values(lists).every(({ length }) => length === 0)
