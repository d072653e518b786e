import type { QueryWords } from '../../text/tokens.ts'
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
  /** Of a long text: its passage that is nearest to the question; null for a short one. */
  readonly passage?: number | null
  /** BM25 of the memory's own text and of its window; 0 when no word matches. */
  readonly text: number
  readonly window: number
  /** Mean cosine of it and its neighbours, when edges were followed. */
  readonly around?: number | null
  readonly details?: CandidateDetails
}

export interface CandidateDetails {
  /** Who said it: by name, and as what. */
  readonly name: string | null
  readonly role: string | null
  /** ISO 639-1, or `und`. */
  readonly language: string
  readonly occurredAt: Date
  readonly salience: number
  readonly importance: number | null
}

/** As it is read: hundreds of times are read for a question, and a number is a tenth of the work of a text. */
export interface DetailsRow extends Omit<CandidateDetails, 'occurredAt'> {
  /** Milliseconds since 1970. */
  readonly occurredAt: number
}

/** @param trace the alias of the traces */
export const occurredAt = (trace: string): string =>
  `(extract(epoch from ${trace}.occurred_at) * 1000)::float8 as "occurredAt"`

export interface FoundCandidates {
  readonly candidates: readonly Candidate[]
  /** BM25 of a text that says each word of the question over and over: no other scores more. */
  readonly most: number
  /** The user's number of writes at the time; null when nothing was found to tell it by, or the user is gone. */
  readonly writeSeq: number | null
}

export interface CandidateQuery {
  readonly user: RecallUser
  readonly words: QueryWords
  readonly vector: { readonly space: Space; readonly vec: Float32Array } | null
  readonly filter: RecallFilter
  /** How many of each kind of score. */
  readonly limit: number
}

/** Adds a value to a statement. @returns its place, `$n` */
export type Bind = (value: unknown) => string
