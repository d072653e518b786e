import type { NightlyJob } from '../domain/job.ts'
import { walkSource } from './walk.ts'

/**
 * Walks the conversations that changed since the last run that succeeded, in the order of their ids.
 * Promises: what a backfill promises, of each of those. Only a run that has walked them all moves the mark from which the next one
 * looks, so nights that fail or never come are made up for by the one that succeeds.
 * On failure: as a backfill.
 */
export async function nightly(job: NightlyJob): Promise<void> {
  await walkSource(job)
}
