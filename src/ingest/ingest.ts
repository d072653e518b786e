import type { BackfillProgress } from '../domain/job.ts'

/** What ingest offers to whatever drives it. Every method may be repeated after a crash. */
export interface Ingest {
  /**
   * Checks what would make every page fail, before the first is read.
   * @returns where a run that was interrupted goes on, null for the start
   * @throws MemoirError `source_unavailable`, `source_invalid`, `reembed_required`, `store_unavailable`
   */
  begin(job: IngestJob): Promise<{ readonly cursor: string | null }>
  /**
   * Ingests one page in the source's order of ids. Conversations that fail for good are recorded and passed over.
   * @throws MemoirError for what a retry or the operator can mend: the page is then repeated as a whole
   */
  page(request: PageRequest, hooks: PageHooks): Promise<PageOutcome>
  /** The exact counts of a job, for its last report. */
  finish(job: IngestJob): Promise<BackfillProgress>
}

export interface IngestJob {
  readonly jobId: string
  readonly namespaceId: string
  readonly source: string
  readonly retryFailed: boolean
}

export interface PageRequest extends IngestJob {
  /** Opaque position; null starts at the beginning. */
  readonly after: string | null
  readonly limit: number
}

export interface PageHooks {
  /** Called at least once a conversation: says that the page is alive. */
  beat(): void
  readonly signal: AbortSignal
}

export interface PageOutcome {
  /** Where the next page begins; null when this was the last. */
  readonly next: string | null
  /** Counts so far, at most a few seconds old. */
  readonly progress: BackfillProgress
}
