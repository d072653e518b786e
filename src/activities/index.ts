import type { Ingest } from '../ingest/ingest.ts'
import { createBackfillActivities } from './backfill.ts'
import type { SyncSteps } from '../graph/sync-steps.ts'
import { createConsolidationActivities } from './consolidation.ts'
import type { DreamSteps } from '../consolidation/dream.ts'
import type { ConsolidationSteps } from '../consolidation/steps.ts'
import { createEraseActivities } from './erase.ts'
import type { EraseSteps } from '../forget/erase-steps.ts'
import { createMemoryActivities, type MemoryActivityDependencies } from './memories.ts'
import { createNarrativeActivities } from './narratives.ts'
import type { NarrativeRuns } from '../narratives/run.ts'
import type { NarrativeSteps } from '../narratives/steps.ts'
import { createEpisodeActivities } from './episodes.ts'
import type { EpisodeSteps } from '../episodes/steps.ts'
import { createReembedActivities } from './reembed.ts'
import type { ReembedSteps } from '../reembed/steps.ts'
import { createReportActivities, type ReportDependencies } from './report.ts'
import type { SessionSteps } from '../sessions/process.ts'
import { createScheduleActivities, type ScheduledWork } from './schedules.ts'
import { createSessionActivities } from './sessions.ts'
import { createSyncActivities } from './sync.ts'
import { createWebhookActivities } from './webhooks.ts'
import type { WebhookSteps } from '../events/deliver.ts'

export interface ActivityDependencies extends ReportDependencies, MemoryActivityDependencies {
  readonly ingest: Ingest
  readonly sessions: SessionSteps
  readonly narration: NarrativeSteps
  readonly consolidation: ConsolidationSteps
  readonly dreams: DreamSteps
  readonly narrativeRuns: NarrativeRuns
  readonly sync: SyncSteps
  readonly erase: EraseSteps
  readonly reembed: ReembedSteps
  readonly episodeSteps: EpisodeSteps
  readonly webhookSteps: WebhookSteps
  readonly schedules: ScheduledWork
}

/** Everything a worker can do, over the dependencies of its process. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    ...createReportActivities(dependencies),
    ...createBackfillActivities(dependencies),
    ...createScheduleActivities(dependencies),
    ...createMemoryActivities(dependencies),
    ...createSessionActivities(dependencies),
    ...createNarrativeActivities(dependencies),
    ...createConsolidationActivities(dependencies),
    ...createSyncActivities(dependencies),
    ...createEraseActivities(dependencies),
    ...createReembedActivities(dependencies),
    ...createEpisodeActivities(dependencies),
    ...createWebhookActivities(dependencies),
  }
}

export type Activities = ReturnType<typeof createActivities>
