import type { ScheduledRun } from '../domain/schedule.ts'

export interface ScheduledAccept extends ScheduledRun {
  /** The job's id to be, the same for every try of one run. */
  readonly id: string
  /** ISO 8601: the time the schedule meant, which a run that is made up for has long left behind. */
  readonly plannedAt?: string
}

export interface ScheduledWork {
  /** @returns the job that does the night's work, null when it was skipped */
  acceptScheduled(run: ScheduledAccept): Promise<string | null>
}

export function createScheduleActivities({ schedules }: { readonly schedules: ScheduledWork }) {
  return {
    /** Accepts the job of a scheduled run. */
    acceptScheduled: async (run: ScheduledAccept): Promise<{ job: string | null }> => ({
      job: await schedules.acceptScheduled(run),
    }),
  }
}
