import type { BackfillJob } from '../domain/job.ts'
import { walkSource } from './walk.ts'

/**
 * Walks every conversation of a source once, in the order of their ids.
 * Promises: each is ingested or stands in the list of failures; pause, resume and cancel take effect between pages at the latest.
 * On failure: a page is repeated until it works or its error is permanent; then the job fails with that code, and a retry goes on
 * where it stood. A conversation that fails for good is recorded by ingest and passed over.
 */
export async function backfill(job: BackfillJob): Promise<void> {
  await walkSource(job)
}
