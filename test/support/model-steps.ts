import { createDreamSteps } from '../../src/consolidation/dream.ts'
import {
  createConsolidationSteps,
  type ConsolidationDependencies,
} from '../../src/consolidation/steps.ts'
import type { Launcher } from '../../src/jobs/launcher.ts'
import { createNarrativeSteps } from '../../src/narratives/steps.ts'
import { createSessionSteps } from '../../src/sessions/process.ts'
import { createScriptedModel } from './scripted-model.ts'

/** The steps that ask a model, of one that is scripted. */
export function createModelSteps({
  launcher,
  ...dependencies
}: Omit<ConsolidationDependencies, 'languageModel'> & { launcher: Pick<Launcher, 'launch'> }) {
  const modelled = { ...dependencies, languageModel: createScriptedModel() }
  return {
    sessions: createSessionSteps(modelled),
    narration: createNarrativeSteps(modelled),
    consolidation: createConsolidationSteps(modelled),
    dreams: createDreamSteps({ ...modelled, launcher }),
  }
}
