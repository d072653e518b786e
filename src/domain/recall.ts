import type { Filter } from './filter.ts'

/** The shapes of recall, shared by the pipeline, HTTP, MCP and the command line. */

export const TRACE_KINDS = ['message', 'episode', 'fact', 'summary', 'note'] as const
export type TraceKind = (typeof TRACE_KINDS)[number]

/** What recall answers with unless asked for other kinds; an episode repeats its messages. */
export const DEFAULT_KINDS: readonly TraceKind[] = ['fact', 'message', 'note', 'summary']

export const HEADS = ['semantic', 'entity', 'situation'] as const
export type Head = (typeof HEADS)[number]

/** What can be left out of a recall, to measure what it earns. */
export const RECALL_STAGES = [
  'vectors',
  'words',
  'window',
  'names',
  'role',
  'speaker',
  'time',
  'hops',
  'salience',
  'focus',
  'current',
  'rerank',
] as const
export type RecallStage = (typeof RECALL_STAGES)[number]

/** What takes no part unless it is asked for: it earned nothing where that was measured. */
export const OFF_STAGES = ['recency', 'importance'] as const
export type OffStage = (typeof OFF_STAGES)[number]

export const MAX_HOPS = 2

export interface RecallRequest {
  readonly namespaceId: string
  /** The caller's own id of the user. */
  readonly userId: string
  readonly query: string
  readonly k: number
  readonly kinds?: readonly TraceKind[]
  readonly heads?: readonly Head[]
  /** Only these scopes; undefined is all. */
  readonly scopes?: readonly string[]
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly filter?: Filter
  readonly sessionId?: string
  readonly from?: Date
  readonly to?: Date
  /** Cuts by `scores.relevance`, 0..1. */
  readonly threshold?: number
  /** How far along the edges neighbours may stand that lend their score, 0..2. */
  readonly hops?: number
  /** What was known then, in the words that stood then. */
  readonly asOf?: Date
  /** Also what gave way to something newer. */
  readonly includeSuperseded?: boolean
  readonly without?: readonly RecallStage[]
  /** Stages that are off. */
  readonly also?: readonly OffStage[]
}

export interface HitScores {
  /** 0..1, absolute: comparable between questions. */
  readonly relevance: number
  readonly vector: number
  readonly text: number
  readonly graph: number
  readonly recency: number
  readonly salience: number
  readonly importance: number
  readonly focus: number
  /** Only where a reranking model took part. */
  readonly rerank?: number
}

export interface Edge {
  readonly src: string
  readonly dst: string
  readonly type: string
  readonly weight: number
}

export type WriteState = 'written' | 'pending' | 'failed' | 'off'

export interface Memory {
  readonly id: string
  readonly user_id: string
  readonly kind: TraceKind
  readonly role: string | null
  readonly scope: string
  readonly collection: string | null
  readonly content: string
  readonly summary: string | null
  readonly tags: readonly string[]
  /** Of a fact as settings of extraction put it there; of other memories that of their metadata. */
  readonly category: string | null
  readonly importance: number | null
  readonly salience: number
  readonly state: string
  readonly session_id: string | null
  readonly conversation_id: string | null
  readonly source: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly entities: readonly unknown[]
  readonly occurred_at: string
  readonly known_at: string
  readonly created_at: string
  readonly updated_at: string
  readonly expires_at: string | null
  readonly searchable_at: string | null
  readonly revision: number
  readonly superseded_by: string | null
  readonly writes: { readonly vector: WriteState; readonly graph: WriteState }
}

export interface Hit extends Memory {
  /** Only where `content` is the part of a long text that answers best; the whole is read by its id. */
  readonly excerpt?: true
  readonly score: number
  readonly scores: HitScores
  readonly heads: Readonly<Partial<Record<Head, number>>>
  readonly via: readonly Edge[]
  /** The messages of the source this memory rests on, as the source names them. */
  readonly message_ids: readonly string[]
}

export type Degraded = 'embedding' | 'embedding_space' | 'embedding_timeout' | 'focus' | 'rerank'

export interface RecallResult {
  readonly hits: readonly Hit[]
  readonly degraded: readonly Degraded[]
  readonly took_ms: number
}
