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
  }
}
