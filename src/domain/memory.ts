/** Shapes of memories beyond what recall shows. */

export const MEMORY_STATES = ['pending', 'active', 'failed', 'superseded', 'deleted'] as const
export type MemoryState = (typeof MEMORY_STATES)[number]

/** What a memory was from one time to another; `valid_to` is null for what it is now. */
export interface MemoryRevision {
  readonly revision: number
  readonly content: string
  readonly summary: string | null
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly importance: number | null
  readonly scope: string
  readonly occurred_at: string
  readonly valid_from: string
  readonly valid_to: string | null
}

/** What a fact or a summary was derived from. */
export interface MemorySource {
  /** As the source, the import or the session names it; null where only the conversation is known. */
  readonly message_id: string | null
  readonly conversation_id: string | null
  readonly session_id: string | null
  /** The words that a fact rests on; null for what rests on all of a message. */
  readonly quote: string | null
}
