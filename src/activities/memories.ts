import { activityInfo, cancellationSignal } from '@temporalio/activity'
import type { MemoryJobs } from '../domain/job.ts'
import { toMemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { MemoryStep, Persistence, StepCount } from '../memories/persist.ts'
import type { Metrics } from '../metrics.ts'
import type { Queryable } from '../stores/database.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { finishTogether, letGo } from '../stores/jobs/shared-runs.ts'
import { beating } from './beating.ts'
import { observeBegun, observeFinished } from './report.ts'

export interface MemoryActivityDependencies {
  readonly persistence: Persistence
  readonly db: Queryable
  readonly metrics: Metrics
  readonly log: Logger
  /** Starts a job by itself; one that cannot be started now is left to the sweep. */
  readonly startAlone: (row: JobRow) => Promise<void>
}

/** Steps that finish a write of memories. Each may be repeated. */
export function createMemoryActivities(dependencies: MemoryActivityDependencies) {
  const { persistence } = dependencies
  return {
    /** All steps of several writes, but for the graph. What cannot be finished together goes on alone. */
    persistTogether: async ({ jobs }: MemoryJobs): Promise<StepCount> =>
      await beating(async () => await finishJobs(dependencies, jobs)),

    /** Vectors of what the job wrote and nobody has changed since. */
    embedMemories: async (step: MemoryStep): Promise<StepCount> =>
      await beating(async () => await persistence.embed(step, cancellationSignal())),

    /** Entities that the memories name, and the links to them. */
    linkMemories: async (step: MemoryStep): Promise<StepCount> => await persistence.link(step),

    /** Marks what has no vector, so that it shows. */
    giveUpVectors: async (step: MemoryStep): Promise<void> => await persistence.giveUp(step),

    /** Into the graph, as the record says it now. */
    projectMemories: async (step: MemoryStep): Promise<StepCount> =>
      await beating(async () => await persistence.project(step)),

    /** Out of the graph, unless it holds something newer. */
    unprojectMemories: async (step: MemoryStep): Promise<StepCount> =>
      await beating(async () => await persistence.unproject(step)),

    /** Takes back what the job wrote into the record and what was derived of it. */
    undoMemories: async (step: MemoryStep): Promise<StepCount> => await persistence.undo(step),

    /** Writes again what a run before took back. */
    redoMemories: async (step: MemoryStep): Promise<void> => await persistence.redo(step),

    /** The texts that were kept for a retry go. */
    settleMemories: async (step: MemoryStep): Promise<void> => await persistence.settle(step),

    /** The last of a deletion for good. */
    removeMemoryRows: async (step: MemoryStep): Promise<StepCount> =>
      await persistence.removeRows(step),
  }
}

async function finishJobs(
  { persistence, db, metrics, log, startAlone }: MemoryActivityDependencies,
  jobs: readonly string[],
): Promise<StepCount> {
  const signal = cancellationSignal()
  const {
    begun,
    done: ids,
    errors,
  } = await persistence.together(jobs, signal).catch((thrown: unknown) => {
    const error = toMemoirError(thrown)
    // Alone they would only wait for the same.
    if (signal.aborted || error.code === 'store_unavailable') throw thrown
    return { begun: [], done: [], errors: [error] }
  })
  const { workflowId = '', runId = '' } = activityInfo().workflowExecution ?? {}
  const finished = await finishTogether(db, { ids, workflowId, runId })
  for (const job of begun) observeBegun(metrics, job)
  for (const seconds of finished) observeFinished(metrics, { kind: 'memory', seconds })
  if (finished.length < jobs.length) {
    const codes = [...new Set(errors.map(({ code }) => code))]
    const left = await letGo(db, jobs)
    if (left.length > 0) log.info({ jobs: left.length, codes }, 'writes go on in runs of their own')
    for (const row of left) await startAlone(row)
  }
  return { memories: finished.length }
}
