import { MemoirError, SENTENCE } from '../errors.ts'
import { appendAudit } from '../stores/audit.ts'
import type { Database } from '../stores/database.ts'
import { closeReceipt, countErased } from '../stores/forget/erasure-receipts.ts'
import {
  countPlace,
  emptyUser,
  endJobsOf,
  eraseBatch,
  findErasing,
  findWorkflowIds,
  PLACES,
  type ErasedUser,
} from '../stores/forget/erasure.ts'
import type { FocusBuffer } from '../stores/recall/focus.ts'
import type { GraphStore } from '../stores/graph/graph-store.ts'
import { findJobRow } from '../stores/jobs/jobs.ts'
import { savePosition } from '../stores/jobs/job-progress.ts'
import type { TemporalClient } from '../temporal/client.ts'
import { deleteRuns } from '../temporal/delete-runs.ts'

/** The steps of an erasure. Each may be repeated: what is gone is found gone. */
export interface EraseSteps {
  /** Rows of every listed place. */
  rows(step: EraseStep): Promise<void>
  graph(step: EraseStep): Promise<void>
  focus(step: EraseStep): Promise<void>
  /** The user's runs in Temporal, with their histories. */
  runs(step: EraseStep, beat: () => void): Promise<void>
  /** Searches everything once more, and writes the receipt. */
  finish(step: EraseStep): Promise<void>
}

export interface EraseStep {
  readonly jobId: string
  /** After the wait: whatever is found came back meanwhile. */
  readonly again: boolean
}

export interface EraseDependencies {
  readonly db: Database
  readonly graph: GraphStore
  readonly focus: Pick<FocusBuffer, 'erase'>
  readonly temporal: TemporalClient
}

export function createEraseSteps(dependencies: EraseDependencies): EraseSteps {
  const { db, graph, focus, temporal } = dependencies
  const userOf = async ({ jobId }: EraseStep): Promise<ErasedUser> => {
    const user = await findErasing(db, jobId)
    if (user === null) throw new MemoirError('not_found', SENTENCE.not_found)
    return user
  }
  const come = async ({ jobId, again }: EraseStep, step: keyof EraseSteps) => {
    const processed = ORDER.indexOf(step) + 1 + (again && step !== 'finish' ? ORDER.length - 1 : 0)
    const progress = { processed: step === 'finish' ? STEPS : processed, total: STEPS }
    await savePosition(db, { jobId, cursor: null, progress })
  }
  const note = async (step: EraseStep, place: string, rows: number) => {
    await countErased(db, { id: step.jobId, place, rows, again: step.again })
  }
  return {
    async rows(step) {
      await eraseRows(db, step, await userOf(step))
      await come(step, 'rows')
    },
    async graph(step) {
      const { userId } = await userOf(step)
      const { memories, entities, edges } = await graph.removeUser(userId)
      await note(step, 'graph', memories + entities + edges)
      await come(step, 'graph')
    },
    async focus(step) {
      const { userId } = await userOf(step)
      if (!(await focus.erase(userId))) {
        throw new MemoirError('store_unavailable', 'Redis does not answer')
      }
      await come(step, 'focus')
    },
    async runs(step, beat) {
      const { userId } = await userOf(step)
      const ids = await findWorkflowIds(db, { userId, except: step.jobId })
      await note(step, 'workflow executions', await deleteRuns(temporal, ids, beat))
      await come(step, 'runs')
    },
    async finish(step) {
      await finish(db, step, await userOf(step))
      await come(step, 'finish')
    },
  }
}

const ORDER: readonly (keyof EraseSteps)[] = ['rows', 'graph', 'focus', 'runs', 'finish']
/** All but the last are done twice. */
const STEPS = 2 * ORDER.length - 1

async function eraseRows(db: Database, step: EraseStep, user: ErasedUser): Promise<void> {
  const { jobId: id, again } = step
  for (const place of PLACES) {
    let more = true
    while (more) {
      more = await db.transaction(async (tx) => {
        const gone = await eraseBatch(tx, place, user)
        await countErased(tx, { id, place: place.table, rows: gone.rows, again })
        return gone.more
      })
    }
  }
}

/** The search, the emptied user, the receipt and its entry in the chain are one. */
async function finish(db: Database, { jobId }: EraseStep, user: ErasedUser): Promise<void> {
  const { userId, namespaceId } = user
  const job = await findJobRow(db, { namespaceId, id: jobId })
  const actor = job?.request['actor']
  await db.transaction(async (tx) => {
    for (const place of PLACES) {
      if ((await countPlace(tx, place, user)) === 0) continue
      throw new MemoirError('persistence_failed', `there is something left in ${place.table}`)
    }
    const code = 'suppressed_user'
    const error = { code, message: SENTENCE[code], step: 'eraseUser' }
    await endJobsOf(tx, { userId, except: jobId, error })
    const receipt = await closeReceipt(tx, jobId)
    if (receipt === null) return
    await emptyUser(tx, userId)
    await appendAudit(tx, {
      namespaceId,
      actor: typeof actor === 'string' ? actor : 'admin',
      action: 'user.erase',
      subject: userId,
      details: { job: jobId, ...receipt.deleted, found_again: sum(receipt.foundAgain) },
    })
  })
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, count) => total + count, 0)
