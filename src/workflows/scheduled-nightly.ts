import { uuid4, workflowInfo } from '@temporalio/workflow'
import { defineSearchAttributeKey } from '@temporalio/common'
import type { ScheduledRun } from '../domain/schedule.ts'
import { databaseActivities } from './options.ts'

const PLANNED_AT = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME')

/**
 * What every schedule starts: accepts its job the way every other job is accepted, its row first.
 * Promises: one job at most, however often its one step is repeated.
 * On failure: tried until Postgres answers. A night that a backfill takes in anyway is noted as skipped.
 */
export async function scheduledNightly(run: ScheduledRun): Promise<void> {
  await acceptPlanned(run)
}

/** The one step of every thin run. */
export async function acceptPlanned(run: ScheduledRun): Promise<void> {
  const id = uuid4()
  const planned = workflowInfo().typedSearchAttributes.get(PLANNED_AT)
  await databaseActivities().acceptScheduled({
    ...run,
    id,
    ...(planned === undefined ? {} : { plannedAt: planned.toISOString() }),
  })
}
