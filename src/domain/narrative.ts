/** What is known of a user, as one text. Pure types. */

export const NARRATIVE_STATES = ['fresh', 'stale', 'generating', 'failed', 'none'] as const
export type NarrativeState = (typeof NARRATIVE_STATES)[number]

/** `more` holds what fits nowhere else, where else there is hardly anything. */
export const NARRATIVE_SECTIONS = [
  'who',
  'work',
  'home',
  'people',
  'health',
  'preferences',
  'plans',
  'more',
] as const
export type NarrativeSection = (typeof NARRATIVE_SECTIONS)[number]

/** One thing that is known of a user, and the ids of the memories that say so. */
export interface NarrativeLine {
  readonly section: NarrativeSection
  readonly text: string
  readonly sources: readonly string[]
}

/** What `[n]` in a narrative stands for. */
export interface NarrativeCitation {
  readonly n: number
  readonly memory_id: string
  /** The messages that the memory rests on, as the source names them. */
  readonly message_ids: readonly string[]
}

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
