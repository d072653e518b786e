import { createConsolidationSteps } from '../../src/consolidation/steps.ts'
import { createDreamSteps, type DreamDependencies } from '../../src/consolidation/dream.ts'
import { createEraseSteps } from '../../src/forget/erase-steps.ts'
import { createWebhookSteps } from '../../src/events/deliver.ts'
import { createSyncSteps } from '../../src/graph/sync-steps.ts'
import { createSyncs } from '../../src/jobs/sync.ts'
import { createPersistence } from '../../src/memories/persist.ts'
import { createNarrativeRuns } from '../../src/narratives/run.ts'
import { createNarrativeSteps } from '../../src/narratives/steps.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { createReembedSteps } from '../../src/reembed/steps.ts'
import { createEpisodeSteps } from '../../src/episodes/steps.ts'
import { createEpisodeSource } from '../../src/sources/episodes.ts'
import { createSessionSteps } from '../../src/sessions/process.ts'
import { createProcessFocus } from '../../src/stores/recall/focus.ts'
import type { WorkerServices } from '../../src/worker.ts'
import { createScriptedModel } from './scripted-model.ts'

type Given = Pick<WorkerServices, 'config' | 'db' | 'log' | 'metrics' | 'temporal' | 'graph'> &
  Pick<DreamDependencies, 'launcher'>

/** What a worker's steps go through, but for the ingest and the schedules, which tests of jobs have of their own. */
export function jobServices(given: Given) {
  const { config, db, temporal, graph, launcher } = given
  const embedder = createHashingEmbedder({ dimensions: 64, precision: 'fp16' })
  const modelled = { config, db, embedder, languageModel: createScriptedModel() }
  const focus = createProcessFocus({ ttlSeconds: 60 })
  return {
    ...given,
    persistence: createPersistence({ config, db, embedder, graph }),
    sessions: createSessionSteps(modelled),
    narration: createNarrativeSteps(modelled),
    narrativeRuns: createNarrativeRuns({ config, db, launcher }),
    consolidation: createConsolidationSteps(modelled),
    dreams: createDreamSteps({ ...modelled, launcher }),
    sync: createSyncSteps({ db, graph }),
    webhookSteps: createWebhookSteps(given),
    syncs: createSyncs({ db, launcher }),
    erase: createEraseSteps({ db, graph, focus, temporal }),
    episodeSteps: createEpisodeSteps({
      db,
      embedder,
      inForce: async () => await Promise.resolve(config),
      source: createEpisodeSource(config, db, () => undefined),
    }),
    reembed: createReembedSteps({
      db,
      inForce: async () => await Promise.resolve(config),
      makerOf: async (space) => await Promise.resolve(createHashingEmbedder(space)),
      onSwitch: () => undefined,
    }),
  }
}
