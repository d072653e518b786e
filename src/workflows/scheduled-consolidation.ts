import type { ScheduledRun } from '../domain/schedule.ts'
import { acceptPlanned } from './scheduled-nightly.ts'

/**
 * What the schedule starts: accepts the night's looking through of every day that is due, its row first.
 * Promises: one job at most, however often its one step is repeated.
 * On failure: tried until Postgres answers. A night that finds the one before it still at work is noted as skipped.
 */
export async function scheduledConsolidation(run: ScheduledRun): Promise<void> {
  await acceptPlanned(run)
}
