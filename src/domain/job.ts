/** Accepted work: what a job row says, and what a backfill is asked and reports. Pure types; safe inside workflows. */

export const JOB_KINDS = [
  'backfill',
  'nightly',
  'session',
  'memory',
  'sync',
  'narrative',
  'consolidate',
  'dream',
  'narratives',
  'erase',
  'reembed',
  'episodes',
] as const
export type JobKind = (typeof JOB_KINDS)[number]

/** Kinds that walk a source, one at a time. */
export type WalkKind = 'backfill' | 'nightly'

export const JOB_STATES = [
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type JobState = (typeof JOB_STATES)[number]

export const TERMINAL_STATES = ['succeeded', 'failed', 'cancelled'] as const
export type TerminalState = (typeof TERMINAL_STATES)[number]

export function isTerminal(state: JobState): state is TerminalState {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

export type JobControl = 'pause' | 'resume' | 'cancel'

/** What failed, in words that may stand in histories and logs. `detail` may quote a vendor and is shown to operators of the job only. */
export interface JobError {
  readonly code: string
  readonly message: string
  readonly step: string
  readonly detail?: string
  /** With `budget_reached` when it is the namespace's of the day, which lets go by itself. */
  readonly budget?: 'day'
}

/** Counts of a backfill, read from `ingested_conversation`, never summed from results. Rates are conversations a second. */
export interface BackfillProgress {
  readonly processed: number
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly errors: number
  readonly total_fetched: number
  readonly total: number
  readonly rate: number
  readonly eta_seconds: number | null
  readonly tokens: number
  readonly cost: number | null
}

/** What a backfill would take at most, before it is asked for. */
export interface BackfillEstimate {
  readonly conversations: number
  /** Of the embedding model. */
  readonly tokens: number
  /** US dollars, for all models; null when a price is not known. */
  readonly cost: number | null
  readonly model: string
  /** What facts are made with; null where none are made. */
  readonly language: LanguageEstimate | null
}

export interface LanguageEstimate {
  readonly model: string
  readonly input_tokens: number
  readonly output_tokens: number
  /** US dollars; null when the model's price is not known. */
  readonly cost: number | null
}

/** What every workflow of a job is started with: ids and numbers only. */
export interface JobStart {
  readonly jobId: string
  readonly namespaceId: string
  readonly paused: boolean
  /** The report counter, carried over a continue-as-new. */
  readonly seq: number
  /** How long a step of minutes may stay silent before another worker takes it over. */
  readonly heartbeatSeconds: number
}

/** How a walk makes facts of conversations: not at all, by the built-in rules, or by the configured language model. */
export const EXTRACTIONS = ['none', 'rules', 'model'] as const
export type Extraction = (typeof EXTRACTIONS)[number]

export interface BackfillJob extends JobStart {
  readonly source: string
  readonly pageSize: number
  readonly retryFailed: boolean
  /** Also conversations that are unchanged. */
  readonly force?: boolean
  /** Left out: by the language model when one is configured. */
  readonly extract?: Extraction
  /** Where a continued run goes on; null starts at the beginning. */
  readonly cursor: string | null
  /** Continues as new after so many pages, for tests; otherwise when Temporal suggests it. */
  readonly pagesPerRun?: number
}

/**
 * How much further back a nightly run reads: for transactions that took their time stamps before the run before it began and committed
 * after that one's read. Longer ones are rare.
 */
export const NIGHTLY_OVERLAP_MS = 15 * 60_000

/** A nightly run walks what changed; otherwise it is a backfill. */
export interface NightlyJob extends BackfillJob {
  /** ISO 8601: what changed at or after. Null until the run has asked the source's clock. */
  readonly since: string | null
  /** ISO 8601: the night it stands in for; left out, now. */
  readonly plannedAt?: string
}

/** How far a write is taken when one of the stores fails; fixed when it is accepted. */
export interface PersistencePolicy {
  /** A write that cannot be finished is taken back everywhere; otherwise the record stands and the rest follows later. */
  readonly rollback: boolean
  /** There is a graph store beside Postgres. */
  readonly graph: boolean
  readonly graphAttempts: number
  readonly graphDelayMs: number
}

export const MEMORY_OPERATIONS = ['store', 'update', 'delete', 'restore'] as const
export type MemoryOperation = (typeof MEMORY_OPERATIONS)[number]

/** What follows a write of memories that is already in the record. */
export interface MemoryJob extends JobStart {
  readonly operation: MemoryOperation
  readonly policy: PersistencePolicy
  /** Of a deletion: the row goes too. */
  readonly hard: boolean
  /** Another run of the same job: what the one before took back has to be written again. */
  readonly again: boolean
}

/** Writes of one namespace that are finished together, by the ids of their jobs. */
export interface MemoryJobs {
  readonly jobs: readonly string[]
  readonly heartbeatSeconds: number
}

/** All memories are embedded anew; the job's row knows where that is. */
export interface ReembedJob extends JobStart {
  /** Continues as new after so many pages, for tests; otherwise when Temporal suggests it. */
  readonly pagesPerRun?: number
}

/** A table of episodes is taken in; the job's row knows where that is. */
export interface EpisodesJob extends JobStart {
  /** Continues as new after so many pages, for tests; otherwise when Temporal suggests it. */
  readonly pagesPerRun?: number
}

/** Everything of a user goes. */
export interface EraseJob extends JobStart {
  /** As long as the longest step that may be under way. */
  readonly waitSeconds: number
}

/** A job as HTTP, MCP and the command line show it. Times are ISO 8601 in UTC. */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly state: JobState
  /** The caller's own id of the user it is about, when it is about one. */
  readonly user_id: string | null
  readonly progress: Readonly<Record<string, unknown>>
  readonly attempts: number
  /** `detail` is a vendor's or Temporal's own words; routes leave it out for all but administrators. */
  readonly error:
    | (Pick<JobError, 'code' | 'message' | 'step'> & { readonly detail?: string })
    | null
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  /** For the administrator's link into Temporal; routes leave them out for other roles. */
  readonly workflow_id: string
  readonly run_id: string | null
}

/** What went wrong in a step of a job, though it may have worked since. */
export interface StepFailure {
  readonly step: string
  /** Of the last failure. */
  readonly code: string
  readonly message: string
  /** A vendor's own words; routes leave them out for all but administrators. */
  readonly detail?: string
  readonly failures: number
  readonly last_at: string
}

export interface IngestFailure {
  readonly conversation_id: string
  readonly code: string
  readonly message: string
  readonly failed_at: string
}

/** One page of a list; `next_cursor` is opaque and null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}
