import { MemoirError, SENTENCE } from '../errors.ts'
import { hideMemories } from '../memories/hide.ts'
import { indexAlone, NOTHING, writeTexts } from '../memories/derive.ts'
import { readDay } from '../stores/consolidation/consolidation-days.ts'
import {
  findShownRun,
  isMadeOfStanding,
  lockRun,
  saveUndone,
  type AppliedChanges,
} from '../stores/consolidation/consolidation-runs.ts'
import { restoreHeads, warmVectors } from '../stores/consolidation/consolidation-vectors.ts'
import {
  removeEdges,
  restoreMemories,
  restoreSummary,
  takeBackSources,
} from '../stores/consolidation/consolidation-writes.ts'
import { restoreWeights } from '../stores/consolidation/consolidation-weights.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { deleteEdgesOf } from '../stores/memories/edges.ts'
import { removeUnnamedEntities } from '../stores/memories/entities.ts'
import { applyUserChanges, lockUsers } from '../stores/memory-users.ts'
import { lockMemories, removeMemories } from '../stores/memories/memory-writes.ts'

/** For so long a run can be taken back. */
export const UNDO_DAYS = 30
const DAY_MS = 86_400_000

export interface Undoing {
  readonly namespaceId: string
  readonly id: string
  readonly zone: string
  readonly language: string
}

/**
 * Takes a run back where its rows are as it left them: what was changed since stays changed, and what was forgotten or deleted stays
 * so. The same twice is once.
 * @throws MemoirError `not_found`, `conflict` when the run changed nothing or is too old
 */
export async function undoRun(
  db: Database,
  { namespaceId, id, zone, language }: Undoing,
): Promise<void> {
  const shown = await findShownRun(db, { namespaceId, id })
  if (shown === null) throw new MemoirError('not_found', SENTENCE.not_found)
  await db.transaction(async (tx) => {
    if (!(await lockUsers(tx, [shown.userId])).has(shown.userId)) {
      throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
    }
    const run = await lockRun(tx, id)
    if (run?.state === 'undone') return
    if (!run || run.state !== 'applied' || run.applied === null || run.appliedAt === null) {
      throw new MemoirError('conflict', 'The run changed nothing that could be taken back.')
    }
    if (Date.now() - run.appliedAt.getTime() > UNDO_DAYS * DAY_MS) {
      throw new MemoirError('conflict', `A run can be taken back for ${UNDO_DAYS} days.`)
    }
    const own = { runId: id, userId: run.userId, day: run.day, language }
    await takeBack(tx, own, run.applied)
    const { fingerprint } = await readDay(tx, { userId: run.userId, day: run.day, zone })
    await saveUndone(tx, id, fingerprint)
  })
}

interface Own {
  readonly runId: string
  readonly userId: string
  readonly day: string
  readonly language: string
}

async function takeBack(tx: Queryable, own: Own, applied: AppliedChanges): Promise<void> {
  const { userId } = own
  await restoreWeights(tx, userId, applied.salience ?? [])
  await removeEdges(tx, userId, applied.edges)
  await removeUnnamedEntities(tx, { userId, entityIds: applied.entities })
  const back = await restoreMemories(tx, userId, applied.merges)
  // What a memory lent goes back with it; of one that stays away its successor keeps it.
  const came = new Set(back)
  const returned = new Set(applied.merges.filter(({ id }) => came.has(id)).map(({ into }) => into))
  await takeBackSources(
    tx,
    userId,
    applied.sources.filter(({ id }) => returned.has(id)),
  )
  if (applied.summary) await takeBackSummary(tx, own, applied.summary)
  await warmVectors(tx, userId, applied.downshift)
  const vectors = await restoreHeads(tx, own)
  await applyUserChanges(tx, [{ ...NOTHING, userId, traces: back.length, vectors }])
}

async function takeBackSummary(
  tx: Queryable,
  own: Own,
  { id, revision, before }: NonNullable<AppliedChanges['summary']>,
): Promise<void> {
  const { userId } = own
  const memories = await lockMemories(tx, { userId, ids: [id] })
  const [summary] = memories
  if (!summary || summary.state !== 'active' || summary.revision !== revision) return
  // An earlier summary of something that is gone by now says what nobody may hear any more.
  if (
    before === null ||
    !(await isMadeOfStanding(tx, { id, userId, day: own.day, revision: before }))
  ) {
    await hideMemories(tx, { userId, memories })
    await deleteEdgesOf(tx, { userIds: [userId], traceIds: [id] })
    await removeMemories(tx, { userId, ids: [id] })
    return
  }
  const row = await restoreSummary(tx, { ...own, id, revision: before })
  if (row === null) return
  const text = indexAlone(row.content, own.language)
  const trace = { id, seq: summary.seq, revision: row.revision, userId, kind: 'summary' as const }
  await writeTexts(tx, [{ trace, text, counted: summary, occurredAt: summary.occurredAt }])
}
