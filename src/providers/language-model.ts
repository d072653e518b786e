import type { EntityMention } from '../domain/entity.ts'
import type { ExtractionSettings } from '../domain/extraction-settings.ts'
import type { NarrativeLine } from '../domain/narrative.ts'
import type { Turn } from '../domain/transcript.ts'
import type { Purse } from './embedder.ts'

/** Reads and writes language. One interface, two makers: an OpenAI-compatible endpoint and the built-in rules. */

export interface ModelIdentity {
  readonly provider: 'builtin' | 'openai'
  readonly model: string
}

export interface ModelOptions {
  /** Live work goes before bulk work when the vendor's rate is the limit. */
  readonly priority: 'live' | 'bulk'
  readonly signal?: AbortSignal
  readonly purse?: Purse
}

/** Which turn says so, in its own words. */
export interface Evidence {
  /** `Turn.position` */
  readonly position: number
  /** Part of that turn, word for word; empty when no part stands for it. */
  readonly quote: string
}

export interface FactRelation {
  readonly subject: string
  /** A verb or phrase in snake_case: `works_at`, `lives_in`, `likes`. */
  readonly predicate: string
  readonly object: string
}

/** One discrete memory: a sentence that stands alone, names its subject and dates what it can. */
export interface ExtractedFact {
  /** At most 300 characters, the third person, no questions. */
  readonly content: string
  readonly evidence: readonly Evidence[]
  /** ISO 8601: when it happened or holds from, when that is said; else null and the turn's own time counts. */
  readonly occurredAt: string | null
  readonly entities: readonly EntityMention[]
  readonly relations: readonly FactRelation[]
  /** 0..1, how much it deserves remembering. */
  readonly salience: number
  /** One of the categories asked for, null for none of them; absent where nobody was asked, or cannot tell. */
  readonly category?: string | null | undefined
}

export interface ExtractRequest {
  /** The turns to extract from. */
  readonly turns: readonly Turn[]
  /** The last turns before those: read for what is referred to, never extracted from. */
  readonly before: readonly Turn[]
  /** ISO 8601: stands in for turns without a time of their own. */
  readonly referenceTime: string
  /** BCP 47's first part, `und` when it is not known. */
  readonly language: string
  /** What the operator wants remembered; absent for whatever is worth it. */
  readonly settings?: ExtractionSettings
}

/** A known memory that a new one may repeat or replace. */
export interface Candidate {
  readonly id: string
  readonly content: string
  readonly occurredAt: string
}

export const RELATIONS = ['new', 'duplicate', 'refines', 'contradicts'] as const
export type Relation = (typeof RELATIONS)[number]

export interface ResolveRequest {
  readonly facts: readonly {
    readonly content: string
    readonly occurredAt: string
    readonly candidates: readonly Candidate[]
  }[]
}

/** One a fact, in the order asked. `targets` are ids of that fact's own candidates; empty for `new`. */
export interface Resolution {
  readonly relation: Relation
  readonly targets: readonly string[]
}

export interface SummariseRequest {
  readonly turns: readonly Turn[]
  /** What was extracted of them; the summary may lean on it. */
  readonly facts: readonly string[]
  readonly maxChars: number
  readonly language: string
  /** Topics of which nothing is said. */
  readonly never?: readonly string[]
}

/** A memory shown to the model: quoted data, whatever it says. */
export interface QuotedMemory {
  readonly id: string
  readonly content: string
  readonly occurredAt: string
}

/** What was found for a question, the best first. */
export interface FoundMemory extends QuotedMemory {
  /** As recall has it: 0..1, comparable between questions. */
  readonly relevance?: number
  /** Who said it, as what; null for what nobody said, as a note. */
  readonly role?: string | null
}

export interface AnswerRequest {
  readonly question: string
  readonly memories: readonly FoundMemory[]
  /** The caller's own id of the user, which is a name more often than not. */
  readonly userId?: string
  /** ISO 8601 */
  readonly now: string
}

/** `known` is false when the memories do not say; then `answer` is empty. Citations are ids out of the request. */
export interface Answer {
  readonly known: boolean
  readonly answer: string
  readonly citations: readonly string[]
}

export interface NarrateRequest {
  /** The user's own statements that hold now; of one memory there may be several. */
  readonly memories: readonly QuotedMemory[]
  /** The caller's own id of the user, which may be their name. */
  readonly user: string
  readonly maxChars: number
  readonly language: string
}

/** A portrait: lines by section. Their sources are ids out of the request; a line without any is left out. */
export interface Narrative {
  readonly lines: readonly NarrativeLine[]
}

/** What came back, and with which version of which prompt. */
export interface ModelAnswer<T> {
  readonly value: T
  readonly promptVersion: string
}

/**
 * Every method throws MemoirError: `vendor_busy`, `vendor_unavailable` (a retry can help), `vendor_refused`, `vendor_unauthorized`,
 * `vendor_bad_answer` (asked again once, still not in the shape), `budget_reached`. Answers are checked: positions, ids and quotes
 * that were not in the request are left out, so a model can invent no evidence and name no memory it was not shown.
 */
export interface LanguageModel {
  readonly identity: ModelIdentity
  /** Where settings can change it: brings `identity` up to date. */
  readonly ready?: () => Promise<void>
  extractMemories(
    request: ExtractRequest,
    options: ModelOptions,
  ): Promise<ModelAnswer<readonly ExtractedFact[]>>
  resolve(
    request: ResolveRequest,
    options: ModelOptions,
  ): Promise<ModelAnswer<readonly Resolution[]>>
  summarise(request: SummariseRequest, options: ModelOptions): Promise<ModelAnswer<string>>
  answer(request: AnswerRequest, options: ModelOptions): Promise<ModelAnswer<Answer>>
  narrate(request: NarrateRequest, options: ModelOptions): Promise<ModelAnswer<Narrative>>
}
