import type { Head } from '../../domain/recall.ts'
import type { RecallUser } from '../memory-users.ts'
import type { RecallFilter } from './recall-filter.ts'
import type { Space } from '../spaces/spaces.ts'

/** What a search for candidates is asked, and what it answers. */

export interface Candidate {
  readonly seq: number
  /** Cosine with the question; null when there is no vector to compare. */
  readonly cosine: number | null
  /** Cosines by head, where there are others than `semantic`; the nearest is the cosine above. */
  readonly heads?: Readonly<Partial<Record<Head, number>>>
  /** BM25 of the memory's own text and of its window; 0 when no word matches. */
  readonly text: number
  readonly window: number
  /** Mean cosine of it and its neighbours, when edges were followed. */
  readonly around?: number | null
  /** Only when they were asked for. */
  readonly details?: CandidateDetails
}

export interface CandidateDetails {
  /** Who said it. */
  readonly name: string | null
  readonly occurredAt: Date
  readonly salience: number
  readonly importance: number | null
}

export interface FoundCandidates {
  readonly candidates: readonly Candidate[]
  /** The user's number of writes at the time; null when nothing was found to tell it by, or the user is gone. */
  readonly writeSeq: number | null
}

export interface CandidateQuery {
  readonly user: RecallUser
  readonly lexemes: readonly string[]
  readonly vector: { readonly space: Space; readonly vec: Float32Array } | null
  readonly filter: RecallFilter
  /** Also who said it, when, and what it is worth. */
  readonly detailed: boolean
  /** How many of each kind of score. */
  readonly limit: number
}

/** Adds a value to a statement. @returns its place, `$n` */
export type Bind = (value: unknown) => string
