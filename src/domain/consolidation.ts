import type { MentionType } from './entity.ts'

/** A day of a user, looked through again. Pure types; safe inside workflows. */

export const CONSOLIDATION_STATES = [
  'planning',
  'planned',
  'guard',
  'applied',
  'unchanged',
  'failed',
  'undone',
] as const
export type ConsolidationState = (typeof CONSOLIDATION_STATES)[number]

export interface PlannedSummary {
  readonly id: string
  readonly content: string
  readonly scope: string
  readonly language: string
  readonly model: string
  readonly prompt_version: string
  /** The memories it points to. */
  readonly rests_on: readonly string[]
}

export interface PlannedName {
  readonly type: MentionType
  readonly value: string
  readonly normalized: string
}

/** What a memory says of two things that it names. */
export interface PlannedEdge {
  readonly memory: string
  readonly subject: PlannedName
  readonly predicate: string
  readonly object: PlannedName
}

/** `id` gives way to `into`; both as they stand at these revisions. */
export interface PlannedMerge {
  readonly id: string
  readonly revision: number
  readonly into: string
  readonly into_revision: number
}

export interface PlannedDrop {
  readonly id: string
  readonly heads: readonly string[]
}

/** The salience of a memory, as it stands at that revision and as it is to be. */
export interface PlannedWeight {
  readonly id: string
  readonly revision: number
  readonly from: number
  readonly to: number
}

export interface ConsolidationPlan {
  /** Null leaves the day's summary as it is. */
  readonly summary: PlannedSummary | null
  readonly edges: readonly PlannedEdge[]
  readonly merges: readonly PlannedMerge[]
  readonly salience: readonly PlannedWeight[]
  /** Memories whose vectors leave the hot tier. */
  readonly downshift: readonly string[]
  readonly drop_heads: readonly PlannedDrop[]
}

export const NO_PLAN: ConsolidationPlan = {
  summary: null,
  edges: [],
  merges: [],
  salience: [],
  downshift: [],
  drop_heads: [],
}

/** How much of what is known would be retired, against how much may be. */
export interface GuardCounts {
  readonly retired: number
  readonly of_day: number
  readonly of_user: number
  readonly allowed: number
}

/** What a run came to, counted. */
export interface AppliedCounts {
  readonly summary: number
  readonly edges: number
  readonly merges: number
  /** Left out by runs that weighed nothing yet. */
  readonly salience?: number
  readonly downshift: number
  readonly drop_heads: number
}
