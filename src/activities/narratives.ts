import { cancellationSignal } from '@temporalio/activity'
import type { NarrativeRuns, RunKey } from '../narratives/run.ts'
import type { NarrativeStart, NarrativeSteps } from '../narratives/steps.ts'
import type { Generation } from '../stores/narratives/narratives.ts'
import { beating } from './beating.ts'

export interface NarrativeActivityDependencies {
  readonly narration: NarrativeSteps
  readonly narrativeRuns: NarrativeRuns
}

/** Steps of a narrative's generation, and of a run over many. */
export function createNarrativeActivities({
  narration,
  narrativeRuns,
}: NarrativeActivityDependencies) {
  return {
    beginNarrative: async (key: Generation): Promise<NarrativeStart> => await narration.begin(key),

    /** Asks the model, and puts its text in the place of the one before. */
    writeNarrative: async (key: Generation): Promise<void> => {
      await beating(async () => await narration.write(key, cancellationSignal()))
    },

    finishNarrative: async (key: Generation): Promise<{ readonly again: boolean }> =>
      await narration.finish(key),

    beginNarratives: async (key: RunKey): Promise<void> => await narrativeRuns.begin(key),

    /** @returns whether there is more to do */
    advanceNarratives: async (key: RunKey): Promise<{ readonly more: boolean }> =>
      await narrativeRuns.advance(key, cancellationSignal()),
  }
}
