import type { Config } from '../config.ts'
import type { IngestFailure, Job, JobControl, Page } from '../domain/job.ts'
import type { RecallRequest, RecallResult } from '../domain/recall.ts'
import type { Logger } from '../logger.ts'
import type { Exposition } from '../exposition.ts'
import type { Metrics } from '../metrics.ts'
import type { Database } from '../stores/database.ts'

export interface BackfillAccept {
  readonly namespaceId: string
  /** Undefined takes the configured page size. */
  readonly pageSize?: number
  readonly retryFailed: boolean
}

/** Accepting and steering work: each method commits to Postgres, then tells Temporal without making the caller wait for it. */
export interface Jobs {
  /**
   * Accepts a backfill of the configured source. The same request while one runs joins it.
   * @throws MemoirError `conflict` with `details.job` when one with other parameters is unfinished
   */
  acceptBackfill(request: BackfillAccept): Promise<{ readonly job: Job; readonly joined: boolean }>
  /** @throws MemoirError `not_found`; `conflict` when its state does not allow that */
  control(job: JobKey, action: JobControl): Promise<Job>
  /** A new run of a job that failed, was cancelled or is stuck. @throws MemoirError `not_found`, `conflict` */
  retry(job: JobKey): Promise<Job>
  get(job: JobKey): Promise<Job | null>
  list(query: JobList): Promise<Page<Job>>
  failures(
    query: JobKey & { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<IngestFailure>>
}

export interface JobKey {
  readonly namespaceId: string
  readonly id: string
}

export interface JobList {
  readonly namespaceId: string
  /** Surrogate uuid: only jobs about this user. */
  readonly userId?: string
  readonly kind?: string
  readonly state?: string
  readonly limit: number
  readonly cursor?: string
}

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
  readonly recall: (request: RecallRequest) => Promise<RecallResult>
  /** Name of each part (postgres, temporal, embedding) and whether it answers now. */
  readonly health: () => Promise<Readonly<Record<string, PartHealth>>>
  /** Base URL of Temporal's UI, when known. */
  readonly temporalUi?: string
}
