/** What is known of a user, as one text. Pure types. */

export const NARRATIVE_STATES = ['fresh', 'stale', 'generating', 'failed', 'none'] as const
export type NarrativeState = (typeof NARRATIVE_STATES)[number]

/** A user whose narrative a run could not make. */
export interface NarrativeFailure {
  readonly user_id: string
  readonly code: string
  readonly message: string
  readonly failed_at: string
}

/** How far a run over many narratives has come; counted from its rows, never summed. Rates are users a second. */
export interface NarrativeRunProgress {
  readonly total: number
  /** Made anew, or found unchanged. */
  readonly processed: number
  readonly created: number
  /** Nothing had changed since it was written: it stays fresh for longer. */
  readonly skipped: number
  readonly errors: number
  readonly rate: number
  readonly eta_seconds: number | null
}
