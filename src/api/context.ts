import type { Config } from '../config.ts'
import type { BackfillEstimate, Extraction } from '../domain/job.ts'
import type { RecallRequest, RecallResult } from '../domain/recall.ts'
import type { Exposition } from '../exposition.ts'
import type { ErasureAccept } from '../forget/accept-erasure.ts'
import type { ForgetRequest, Tombstone } from '../forget/forget.ts'
import type { LedgerGuard } from '../forget/ledger-guard.ts'
import type { Jobs, Schedules } from '../jobs/jobs.ts'
import type { Episodes } from '../episodes/service.ts'
import type { Reembeds } from '../reembed/service.ts'
import type { Webhooks } from '../events/webhooks.ts'
import type { Syncs } from '../jobs/sync.ts'
import type { Logger } from '../logger.ts'
import type { Memories } from '../memories/memories.ts'
import type { Metrics } from '../metrics.ts'
import type { AiSettingsService } from '../settings/settings.ts'
import type { Consolidations } from '../consolidation/consolidations.ts'
import type { Narratives } from '../narratives/narratives.ts'
import type { Outcome, RecordImport } from '../portable/import-records.ts'
import type { Posts } from '../sessions/posts.ts'
import type { InTime } from '../providers/in-time.ts'
import type { Answer, AnswerRequest } from '../providers/language-model.ts'
import type { BeforeCommit, Database } from '../stores/database.ts'
import type { TryExtraction } from '../steering/try.ts'
import type { RequestRates } from '../stores/request-rates.ts'
import type { GraphStore } from '../stores/graph/graph-store.ts'

export interface PartHealth {
  readonly ok: boolean
  readonly detail?: string
}

/** What the HTTP side needs; the entries compose it, tests may. */
export interface ApiServices {
  readonly config: Config
  readonly log: Logger
  readonly db: Database
  readonly metrics: Metrics
  /** All series as Prometheus reads them. */
  readonly exposition: Exposition
  readonly jobs: Jobs
  readonly posts: Posts
  readonly narratives: Narratives
  readonly consolidations: Consolidations
  readonly graph: GraphStore
  readonly syncs: Syncs
  readonly webhooks: Webhooks
  /** Taking in a table of episodes. */
  readonly episodes: Episodes
  /** Embedding all memories anew. */
  readonly reembeds: Reembeds
  /** What a backfill of a namespace's whole source would take at most. */
  readonly estimate: (namespaceId: string, extract?: Extraction) => Promise<BackfillEstimate>
  readonly schedules: Schedules
  /** Which models the installation uses. */
  readonly settings: AiSettingsService
  readonly memories: Memories
  /** Forgets for good. @throws MemoirError `not_found`, `suppressed_user` */
  readonly forget: (
    request: ForgetRequest,
    beforeCommit?: BeforeCommit<Tombstone>,
  ) => Promise<Tombstone>
  /** Accepts that all of a user goes. @throws MemoirError `not_found` */
  readonly eraseUser: (request: ErasureAccept) => Promise<{ readonly id: string }>
  /** Shuts everything while what was erased is back with a restored dump. */
  readonly ledger?: Pick<LedgerGuard, 'pending' | 'start' | 'stop'>
  /** Takes in the records of one user out of an export. */
  readonly importRecords: (
    request: RecordImport,
    beforeCommit?: BeforeCommit<readonly Outcome[]>,
  ) => Promise<Outcome[]>
  /** How many requests a key has left. */
  readonly requestRates: RequestRates
  readonly recall: (request: RecallRequest) => Promise<RecallResult>
  /** Answers questions out of memories; by rules without a model, and when it does not answer in time. */
  readonly answer: (request: AnswerRequest) => Promise<InTime<Answer>>
  /** What a transcript would be remembered as. @throws MemoirError those of the language model */
  readonly tryExtraction: TryExtraction
  /** Name of each part (postgres, temporal, embedding) and whether it answers now. */
  readonly health: () => Promise<Readonly<Record<string, PartHealth>>>
  /** Base URL of Temporal's UI, when known. */
  readonly temporalUi?: string
}
