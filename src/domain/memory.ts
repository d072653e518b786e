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
