import type { TraceKind } from '../domain/recall.ts'

/**
 * Where the graph of memories and entities is kept for drawing and for the user's own queries. It is a projection of the record:
 * Postgres is always right, everything here carries the revision it was made from and can be made again.
 * Ids are Memoir's own uuids. Whatever is written is data: none of it becomes part of a statement.
 */
export interface GraphStore {
  readonly backend: GraphBackend
  /** Makes constraints and indexes that are missing; may be called again. @throws MemoirError `graph_unavailable`, `graph_store_failed` */
  prepare(): Promise<void>
  /**
   * Writes memories with their entities and links. What the graph holds of a newer revision stays as it is.
   * Links lead to ends that the graph has; the others appear when those ends are written, since each names the links at both ends.
   * @returns the revision that the graph holds afterwards, for each memory given
   * @throws MemoirError `graph_unavailable` when nobody answers (waiting helps), `graph_store_failed` otherwise
   */
  writeMemories(batch: readonly GraphMemory[]): Promise<readonly GraphRevision[]>
  /**
   * Removes memories with their links, unless the graph holds a newer revision; what is not there counts as removed.
   * With `cascade`, entities that no memory names any more go too.
   */
  removeMemories(removal: GraphRemoval): Promise<GraphRemoved>
  /** Removes everything of a user. */
  removeUser(userId: string): Promise<GraphRemoved>
  /** How many memories and entities of these users there are; of all users when none are named. */
  counts(userIds?: readonly string[]): Promise<GraphCounts>
  /** For comparing: one line for each bucket of a user that is not empty. */
  hashBuckets(userId: string): Promise<readonly GraphBucket[]>
  /** For comparing: what a bucket is made of. */
  bucketRows(userId: string, bucket: string): Promise<readonly GraphRow[]>
  /** A page of the users that the graph knows, in order of id, after `after`. */
  userIds(page: { readonly after: string | null; readonly limit: number }): Promise<string[]>
  /** Settles when the store answers. @throws MemoirError `graph_unavailable` */
  check(): Promise<void>
  close(): Promise<void>
}

export const GRAPH_BACKENDS = ['postgres', 'neo4j'] as const
export type GraphBackend = (typeof GRAPH_BACKENDS)[number]

export interface GraphMemory {
  readonly id: string
  readonly userId: string
  readonly revision: number
  /** Hexadecimal. */
  readonly contentHash: string
  readonly kind: TraceKind
  readonly occurredAt: Date
  readonly salience: number
  /** Named by this memory. */
  readonly entities: readonly GraphEntity[]
  /** All links that begin or end here, and those between its entities. */
  readonly edges: readonly GraphEdge[]
}

export interface GraphEntity {
  readonly id: string
  readonly type: string
  readonly value: string
  readonly normalized: string
}

export interface GraphEdge {
  readonly src: string
  readonly dst: string
  readonly srcIs: GraphNode
  readonly dstIs: GraphNode
  /** Lower case with underscores; `mentions` leads from a memory to an entity. */
  readonly type: string
  readonly weight: number
}

export type GraphNode = 'memory' | 'entity'

export interface GraphRevision {
  readonly id: string
  readonly revision: number
}

export interface GraphRemoval {
  readonly userId: string
  /** With the revision at which each went: what is newer in the graph was written since and stays. */
  readonly memories: readonly GraphRevision[]
  readonly cascade: boolean
}

export interface GraphRemoved {
  readonly memories: number
  readonly entities: number
  readonly edges: number
}

export interface GraphCounts {
  readonly memories: number
  readonly entities: number
}

/** Memories whose id ends with the same two digits. Order does not matter to the hash, so a stream can be folded. */
export interface GraphBucket {
  readonly bucket: string
  readonly memories: number
  readonly hash: string
}

export interface GraphRow {
  readonly id: string
  readonly revision: number
  readonly contentHash: string
  /** A hash of the links that begin here. */
  readonly edges: string
}
