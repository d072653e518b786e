import type {
  Extraction,
  IngestFailure,
  Job,
  JobControl,
  Page,
  StepFailure,
} from '../domain/job.ts'
import type { BeforeCommit } from '../stores/database.ts'
import type { Schedule, ScheduleChange, ScheduleKind } from '../domain/schedule.ts'

/** What other parts may ask of accepted work and of its schedules. */

export interface BackfillAccept {
  readonly namespaceId: string
  /** Undefined takes the configured page size. */
  readonly pageSize?: number
  readonly retryFailed: boolean
  /** Also conversations that are unchanged. */
  readonly force?: boolean
  /** Undefined: by the language model when one is configured. */
  readonly extract?: Extraction
  /** US dollars it may cost at most; at the limit it pauses. */
  readonly budget?: number
}

export interface NightlyAccept {
  readonly namespaceId: string
  /** The job's id to be: accepting the same again changes nothing. Undefined makes a new one. */
  readonly id?: string
  /** The night it stands in for; undefined is now. */
  readonly plannedAt?: Date
}

export interface AcceptedJob {
  readonly job: Job
  /** It was unfinished work already. */
  readonly joined: boolean
}

/** Accepting and steering work: each method commits to Postgres, then tells Temporal without making the caller wait for it. */
export interface Jobs {
  /**
   * Accepts a backfill of the configured source. The same request while one runs joins it.
   * @throws MemoirError `conflict` with `details.job` when one with other parameters is unfinished
   */
  acceptBackfill(
    request: BackfillAccept,
    beforeCommit?: BeforeCommit<AcceptedJob>,
  ): Promise<AcceptedJob>
  /**
   * Accepts a nightly run of the configured source: what changed since the last that succeeded. While one is unfinished it is joined.
   * @throws MemoirError `conflict` with `details.job` while a backfill is unfinished: that takes in all a nightly run would
   */
  acceptNightly(request: NightlyAccept): Promise<AcceptedJob>
  /** @throws MemoirError `not_found`; `conflict` when its state does not allow that */
  control(job: JobKey, action: JobControl): Promise<Job>
  /**
   * What an unfinished job may cost in all, in US dollars, from now on.
   * @throws MemoirError `not_found`; `conflict` when it has ended; `invalid_request` when the model's price is not known
   */
  setBudget(job: JobKey, budget: number): Promise<void>
  /** A new run of a job that failed, was cancelled or is stuck. @throws MemoirError `not_found`, `conflict` */
  retry(job: JobKey): Promise<Job>
  get(job: JobKey): Promise<Job | null>
  /**
   * The job now, and again each time it has changed, until it ends or the signal is aborted. Postgres may be away in between.
   * @throws MemoirError `not_found` when the job is no longer there, `unauthorized` when the key has ended
   */
  follow(request: FollowRequest, signal: AbortSignal): AsyncGenerator<Job, void, undefined>
  list(query: JobList): Promise<Page<Job>>
  /** Of a job in reach; empty for one that is not there. */
  stepFailures(job: JobKey): Promise<readonly StepFailure[]>
  failures(
    query: JobKey & { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<IngestFailure>>
}

export interface JobKey {
  readonly namespaceId: string
  readonly id: string
}

export interface FollowRequest extends JobKey {
  /** `waiting`: a caller waits for the end of something short; `watching`: somebody looks on. */
  readonly pace: 'waiting' | 'watching'
  /** Of the key that asks: it gets nothing more once it was revoked or has expired. */
  readonly keyId?: string
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

/** The nights of the configured source, and what each namespace has besides. Postgres keeps what is wanted, Temporal runs it. */
export interface Schedules {
  list(namespaceId: string): Promise<readonly Schedule[]>
  /** Brings one that was removed back. Temporal being away delays it: a worker tells it later. @throws MemoirError `not_found` */
  change(key: ScheduleId, change: ScheduleChange, actor: string): Promise<Schedule>
  /** @throws MemoirError `not_found` */
  remove(key: ScheduleId, actor: string): Promise<void>
  /** Runs it now, paused or not. @throws MemoirError `not_found`, and what accepting its job throws */
  trigger(key: ScheduleId): Promise<Job>
  /** Runs the times between `from` and `to` again. @throws MemoirError `not_found`, `temporal_unavailable` */
  backfill(
    key: ScheduleId,
    range: { readonly from: Date; readonly to: Date },
  ): Promise<ScheduleKind>
}

export interface ScheduleId {
  readonly namespaceId: string
  readonly id: string
}
