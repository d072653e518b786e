import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleDescription,
} from '@temporalio/client'
import type { ScheduledRun } from '../domain/schedule.ts'
import type { TemporalClient } from './client.ts'
import { scheduleIds, type ScheduleSubject } from './ids.ts'

/** The schedules that Temporal keeps. Every call fails after a deadline; none waits for a server that is away. */
export interface TemporalSchedules {
  /** @returns false when there is one already: it stays as it is */
  create(subject: ScheduleSubject, wanted: WantedSchedule): Promise<boolean>
  /** @returns false when there is none */
  update(subject: ScheduleSubject, wanted: WantedSchedule): Promise<boolean>
  /** None is fine. */
  remove(subject: ScheduleSubject): Promise<void>
  /** @returns null when there is none */
  describe(subject: ScheduleSubject): Promise<ScheduleView | null>
  /** Runs what would have run between the two times, one after the other. @returns false when there is none */
  backfill(subject: ScheduleSubject, range: { from: Date; to: Date }): Promise<boolean>
}

export interface WantedSchedule {
  readonly cron: string
  readonly paused: boolean
  readonly note: string | null
}

export interface ScheduleView {
  readonly paused: boolean
  readonly note: string | null
  readonly nextRuns: readonly Date[]
}

/** A healthy server answers within milliseconds; a caller is told that it is away rather than kept waiting. */
const DEADLINE_MS = 1_000
/**
 * After an outage of up to half a day the night is made up for at once; after a longer one the next night reads further back, so
 * nothing is left out. The SDK's own default is a year, which would run every night that was missed.
 */
const CATCHUP_WINDOW = '12 hours'

export function createTemporalSchedules(temporal: TemporalClient): TemporalSchedules {
  const { schedule } = temporal.client
  const handleOf = (subject: ScheduleSubject) => schedule.getHandle(scheduleIds(subject).scheduleId)
  const bounded = async <T>(call: () => Promise<T>) => await temporal.within(DEADLINE_MS, call)
  return {
    create: async (subject, wanted) =>
      await bounded(async () => {
        const { scheduleId } = scheduleIds(subject)
        try {
          await schedule.create({ scheduleId, ...optionsOf(temporal.taskQueue, subject, wanted) })
          return true
        } catch (error) {
          if (error instanceof ScheduleAlreadyRunning) return false
          throw error
        }
      }),
    update: async (subject, wanted) =>
      await bounded(async () => {
        const options = optionsOf(temporal.taskQueue, subject, wanted)
        return await found(async () => await handleOf(subject).update(() => options))
      }),
    async remove(subject) {
      await bounded(async () => await found(async () => await handleOf(subject).delete()))
    },
    describe: async (subject) =>
      await bounded(async () => {
        let view: ScheduleView | null = null
        await found(async () => {
          view = viewOf(await handleOf(subject).describe())
        })
        return view
      }),
    backfill: async (subject, { from, to }) =>
      await bounded(
        async () =>
          await found(async () => {
            const overlap = ScheduleOverlapPolicy.BUFFER_ALL
            await handleOf(subject).backfill({ start: from, end: to, overlap })
          }),
      ),
  }
}

async function found(call: () => Promise<void>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false
    throw error
  }
}

/** The schedule starts a thin run, because Temporal appends the planned time to what it starts; that run accepts the job. */
function optionsOf(taskQueue: string, subject: ScheduleSubject, wanted: WantedSchedule) {
  const { runnerId } = scheduleIds(subject)
  const { namespaceId, source, kind } = subject
  // Runs of schedules that were made before there were several kinds name none.
  const run: ScheduledRun = { namespaceId, source, ...(kind === 'nightly' ? {} : { kind }) }
  return {
    spec: { cronExpressions: [wanted.cron], timezone: 'UTC' },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'scheduledNightly',
      workflowId: runnerId,
      taskQueue,
      args: [run],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCHUP_WINDOW } as const,
    state: { paused: wanted.paused, ...(wanted.note === null ? {} : { note: wanted.note }) },
  }
}

function viewOf({ state, info }: ScheduleDescription): ScheduleView {
  // Temporal names the times even of a schedule that is paused.
  const nextRuns = state.paused ? [] : info.nextActionTimes
  return { paused: state.paused, note: state.note || null, nextRuns }
}
