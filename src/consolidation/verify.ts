import type { ConsolidationPlan } from '../domain/consolidation.ts'
import { MemoirError } from '../errors.ts'
import type { AppliedChanges } from '../stores/consolidation/consolidation-runs.ts'
import { countHot } from '../stores/consolidation/consolidation-vectors.ts'
import { countEdges, findStanding } from '../stores/consolidation/consolidation-writes.ts'
import type { Queryable } from '../stores/database.ts'

/** Of a number of single precision. */
const ROUNDING = 1e-6

/**
 * Looks at the rows after a run has written them and before anybody else can see them: what is not as planned takes everything back.
 * @throws MemoirError `persistence_failed` with what was not as planned, by kind
 */
export async function verifyApplied(
  tx: Queryable,
  { userId, plan, applied }: { userId: string; plan: ConsolidationPlan; applied: AppliedChanges },
): Promise<void> {
  const wrong: string[] = []
  const rows = await findStanding(tx, userId, [
    ...plan.merges.flatMap(({ id, into }) => [id, into]),
    ...(plan.summary ? [plan.summary.id] : []),
    ...(applied.salience ?? []).map(({ id }) => id),
  ])
  for (const { id, into } of plan.merges) {
    const stands = rows.get(into)?.state === 'active'
    if (rows.get(id)?.supersededBy !== into || !stands) wrong.push('merges')
  }
  for (const { id, to } of applied.salience ?? []) {
    if (Math.abs((rows.get(id)?.salience ?? 0) - to) > ROUNDING) wrong.push('salience')
  }
  const { summary } = plan
  const row = summary && rows.get(summary.id)
  // One that somebody deleted stays deleted.
  if (summary && row?.state !== 'deleted' && row?.content !== summary.content) wrong.push('summary')
  if ((await countEdges(tx, userId, applied.edges)) !== applied.edges.length) wrong.push('edges')
  if ((await countHot(tx, userId, plan)) > 0) wrong.push('vectors')
  if (wrong.length === 0) return
  throw new MemoirError('persistence_failed', 'the rows are not as planned', {
    details: { wrong: [...new Set(wrong)] },
  })
}
