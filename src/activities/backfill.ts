import { cancellationSignal, heartbeat } from '@temporalio/activity'
import type { Ingest, IngestJob, IngestStart, PageOutcome, PageRequest } from '../ingest/ingest.ts'
import { beating } from './beating.ts'

/** Steps of a walk over a source. Each may be repeated: ingest knows what it has done. */
export function createBackfillActivities({ ingest }: { readonly ingest: Ingest }) {
  return {
    /** Checks source and vectors. @returns where an interrupted job goes on, and from when on it reads */
    beginIngest: async (job: IngestJob): Promise<IngestStart> =>
      await beating(async () => await ingest.begin(job)),

    /** One page; stops between conversations when the job is cancelled or the worker shuts down. */
    ingestPage: async (request: PageRequest): Promise<PageOutcome> =>
      await ingest.page(request, { beat: () => heartbeat(), signal: cancellationSignal() }),

    /** Takes the counts a last time. */
    finishIngest: async (job: IngestJob): Promise<void> => {
      await beating(async () => await ingest.finish(job))
    },
  }
}
