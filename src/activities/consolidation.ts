import { cancellationSignal } from '@temporalio/activity'
import type { DreamKey, DreamPage, DreamSteps } from '../consolidation/dream.ts'
import type { ConsolidationSteps, Planned, RunKey } from '../consolidation/steps.ts'
import { beating } from './beating.ts'

interface Dependencies {
  readonly consolidation: ConsolidationSteps
  readonly dreams: DreamSteps
}

/** Steps of looking a day through again, and of a night that does so with many. Each may be repeated. */
export function createConsolidationActivities({ consolidation, dreams }: Dependencies) {
  return {
    /** Asks the models what a day is to become. */
    planConsolidation: async (key: RunKey): Promise<Planned> =>
      await beating(async () => await consolidation.plan(key, cancellationSignal())),

    /** Does what was planned, or nothing. */
    applyConsolidation: async (key: RunKey): Promise<{ readonly again: boolean }> =>
      await beating(async () => await consolidation.apply(key, cancellationSignal())),

    /** Accepts further days of a night. */
    dreamOn: async (key: DreamKey): Promise<DreamPage> =>
      await beating(async () => await dreams.next(key)),
  }
}
