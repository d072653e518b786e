import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow'
import { DAY_BUDGET_REACHED, SENTENCE, type ErrorCode } from '../errors.ts'
import type { JobRun } from './job-run.ts'

/** What the failure of a step carries when it is the day's budget that is spent (activities/failures.ts). */
const DAY = 'day'

/**
 * A step that would exceed a budget waits until the job is resumed, and is done then. That is for a person to do when it is the
 * job's own; when it is the day's, the sweep does it.
 */
export async function withinBudget<T>(run: JobRun, step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step()
    } catch (error) {
      const code = 'budget_reached' satisfies ErrorCode
      if (!(error instanceof ActivityFailure)) throw error
      const { cause, activityType } = error
      if (!(cause instanceof ApplicationFailure) || cause.type !== code) throw error
      const held = { code, step: activityType }
      await run.hold(
        cause.details?.[0] === DAY
          ? { ...held, message: DAY_BUDGET_REACHED, budget: DAY }
          : { ...held, message: SENTENCE[code] },
      )
    }
  }
}
