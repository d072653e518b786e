import type { WorkflowDefinitionOptions } from '@temporalio/common'
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow'
import { backfill } from './backfill.ts'
import { deliverWebhook } from './deliver-webhook.ts'
import { dream } from './dream.ts'
import { eraseUser } from './erase-user.ts'
import { migrateEpisodes } from './migrate-episodes.ts'
import { narrateAll } from './narrate-all.ts'
import { nightly } from './nightly.ts'
import { reembed } from './reembed.ts'
import { sync } from './sync.ts'

/** Every export here is registered as a workflow. */
export { consolidate } from './consolidate.ts'
export { narrate } from './narrate.ts'
export { persistMemories } from './persist-memories.ts'
export { persistMemory } from './persist-memory.ts'
export { processSession } from './process-session.ts'
export { scheduledNightly } from './scheduled-nightly.ts'
export {
  backfill,
  deliverWebhook,
  dream,
  eraseUser,
  migrateEpisodes,
  narrateAll,
  nightly,
  reembed,
  sync,
}

/**
 * Where workers are versioned, a run ends on the build that began it. These go on for hours, or from page to page: with the next
 * step they move to the current build, so their changes need `patched()`.
 */
const LONG_LIVED = (): WorkflowDefinitionOptions =>
  // A worker that is not versioned has a build, but no deployment; the server refuses a behaviour from it.
  workflowInfo().currentDeploymentVersion?.deploymentName
    ? { versioningBehavior: 'AUTO_UPGRADE' }
    : {}
setWorkflowOptions(LONG_LIVED, backfill)
setWorkflowOptions(LONG_LIVED, deliverWebhook)
setWorkflowOptions(LONG_LIVED, dream)
setWorkflowOptions(LONG_LIVED, eraseUser)
setWorkflowOptions(LONG_LIVED, migrateEpisodes)
setWorkflowOptions(LONG_LIVED, narrateAll)
setWorkflowOptions(LONG_LIVED, nightly)
setWorkflowOptions(LONG_LIVED, reembed)
setWorkflowOptions(LONG_LIVED, sync)
