/** What is known of a user, as one text. Pure types. */

export const NARRATIVE_STATES = ['fresh', 'stale', 'generating', 'failed', 'none'] as const
export type NarrativeState = (typeof NARRATIVE_STATES)[number]
