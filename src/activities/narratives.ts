import { cancellationSignal } from '@temporalio/activity'
import type { NarrativeStart, NarrativeSteps } from '../narratives/steps.ts'
import type { Generation } from '../stores/narratives.ts'
import { beating } from './beating.ts'

/** Steps of a narrative's generation. */
export function createNarrativeActivities({ narration }: { readonly narration: NarrativeSteps }) {
  return {
    beginNarrative: async (key: Generation): Promise<NarrativeStart> => await narration.begin(key),

    /** Asks the model, and puts its text in the place of the one before. */
    writeNarrative: async (key: Generation): Promise<void> => {
      await beating(async () => await narration.write(key, cancellationSignal()))
    },

    finishNarrative: async (key: Generation): Promise<{ readonly again: boolean }> =>
      await narration.finish(key),
  }
}
