import { cancellationSignal } from '@temporalio/activity'
import type { MemoryStep, Persistence, StepCount } from '../memories/persist.ts'
import { beating } from './beating.ts'

/** Steps that finish a write of memories. Each may be repeated. */
export function createMemoryActivities({ persistence }: { readonly persistence: Persistence }) {
  return {
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
