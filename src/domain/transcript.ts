/** What was said, as every part that reads it sees it, wherever it came from. */

/** The role of a person who is not the user, in a conversation that says who the user is. */
export const PARTICIPANT = 'participant'

/** One turn of a conversation or of a posted transcript. */
export interface Turn {
  /** From 0, in the order it was said. */
  readonly position: number
  /** `user`, `assistant`, `system`, or what the source calls it. */
  readonly role: string
  /** Who spoke, when more is known than the role. */
  readonly name: string | null
  readonly content: string
  /** ISO 8601; null when nobody said. */
  readonly at: string | null
  /** As the source names it; a posted transcript has none. */
  readonly messageId?: string
}
