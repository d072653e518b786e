import type { BackfillProgress, Extraction } from '../domain/job.ts'

/** What ingest offers to whatever drives it. Every method may be repeated after a crash. */
export interface Ingest {
  /**
   * Checks what would make every page fail, before the first is read.
   * @returns where a run that was interrupted goes on, null for the start; and from when on it reads, when only what changed
   * @throws MemoirError `source_unavailable`, `source_invalid`, `reembed_required`, `store_unavailable`
   */
  begin(job: IngestJob): Promise<IngestStart>
  /**
   * Ingests one page in the source's order of ids. Conversations that fail for good are recorded and passed over.
   * @throws MemoirError for what a retry or the operator can mend: the page is then repeated as a whole
   */
  page(request: PageRequest, hooks: PageHooks): Promise<PageOutcome>
  /** The exact counts of a job, for its last report. */
  finish(job: IngestJob): Promise<BackfillProgress>
}

export interface IngestStart {
  readonly cursor: string | null
  /** ISO 8601; for the pages of a job that reads only what changed. */
  readonly since?: string
}

export interface IngestJob {
  readonly jobId: string
  readonly namespaceId: string
  readonly source: string
  readonly retryFailed: boolean
  /** Conversations that are unchanged are worked on too. */
  readonly force?: boolean
  /** Left out: by the language model when one is configured, else not at all. */
  readonly extract?: Extraction
  /** Reads what changed since the last run that succeeded, instead of everything. */
  readonly changedOnly?: boolean
  /** ISO 8601: the night it stands in for, when that is not now. */
  readonly plannedAt?: string
}

export interface PageRequest extends IngestJob {
  /** Opaque position; null starts at the beginning. */
  readonly after: string | null
  /** ISO 8601: only what changed at or after; everything when it is left out. */
  readonly since?: string
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
