/** Schedules, as HTTP, the command line and the stores speak of them. Pure types; safe inside workflows. */

export const SCHEDULE_KINDS = ['nightly', 'consolidation', 'narratives'] as const
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number]

/** Why a run of a schedule accepted no job. */
export const SKIP_REASONS = ['backfill_running', 'source_gone', 'still_running'] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

export interface ScheduleRun {
  readonly started_at: string
  /** Null when it was skipped. */
  readonly job: string | null
  readonly skipped: SkipReason | null
}

/** Times are ISO 8601 in UTC, as the cron expression is. */
export interface Schedule {
  readonly id: ScheduleKind
  readonly kind: ScheduleKind
  readonly cron: string
  readonly paused: boolean
  readonly note: string | null
  /** Empty while it is paused, and while Temporal does not answer. */
  readonly next_runs: readonly string[]
  readonly recent_runs: readonly ScheduleRun[]
  /** False while Temporal has not been told of the last change; a worker tells it. */
  readonly applied: boolean
}

export interface ScheduleChange {
  readonly cron?: string
  readonly paused?: boolean
  readonly note?: string | null
}

/** What the thin run that a schedule starts is given. */
export interface ScheduledRun {
  readonly namespaceId: string
  /** Empty for what knows no source. */
  readonly source: string
  /** Left out: the nightly run. */
  readonly kind?: ScheduleKind
}
