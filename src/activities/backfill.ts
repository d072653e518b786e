import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity'
import type { Ingest, IngestJob, IngestStart, PageOutcome, PageRequest } from '../ingest/ingest.ts'

/** Beats a timeout: enough that one late beat does not cost the step. */
const BEATS_PER_TIMEOUT = 4

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

/** For steps that are one long statement: says that the process lives, which is all a heartbeat can say of them. */
async function beating<T>(step: () => Promise<T>): Promise<T> {
  const timeoutMs = activityInfo().heartbeatTimeoutMs ?? 0
  if (timeoutMs === 0) return await step()
  const timer = setInterval(() => heartbeat(), timeoutMs / BEATS_PER_TIMEOUT)
  try {
    return await step()
  } finally {
    clearInterval(timer)
  }
}
