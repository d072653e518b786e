import type { GraphBackend } from '../../domain/graph.ts'
import type { TraceKind } from '../../domain/recall.ts'

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
   * Writes memories with their entities and links. What the graph holds of a newer version stays as it is.
   * Links lead to ends that the graph has; the others appear when those ends are written, since each names the links at both ends.
   * @returns the version that the graph holds afterwards, for each memory given whose links are all there or to come
   * @throws MemoirError `graph_unavailable` when nobody answers (waiting helps), `graph_store_failed` otherwise
   */
  writeMemories(
    batch: readonly GraphMemory[],
    options?: GraphWriteOptions,
  ): Promise<readonly GraphVersion[]>
  /**
   * Removes memories with their links, unless the graph holds a newer revision; what is not there counts as removed.
   * With `cascade`, entities that no memory names any more go too.
   */
  removeMemories(removal: GraphRemoval): Promise<GraphRemoved>
  /** Removes everything of a user. */
  removeUser(userId: string): Promise<GraphRemoved>
  /** Writes entities by themselves, and makes the links between them and others what they should be. */
  writeEntities(userId: string, written: GraphEntities): Promise<void>
  /** Removes entities with their links. */
  removeEntities(userId: string, ids: readonly string[]): Promise<GraphRemoved>
  /** How many memories and entities of these users there are. */
  counts(userIds: readonly string[]): Promise<GraphCounts>
  /** For comparing: how many nodes each range has and what they come to, in the order of the ranges. */
  hashes(ranges: readonly GraphRange[]): Promise<readonly GraphHash[]>
  /** For comparing: the nodes of one range in the order of their ids, `limit` at most. */
  rows(range: GraphRange, limit: number): Promise<readonly GraphRow[]>
  /** A page of the users that the graph knows, in the order of their ids. */
  userIds(page: { readonly after: string | null; readonly limit: number }): Promise<string[]>
  /** Removes what has no id or no user that Memoir could have given it; with `dryRun` it is only counted. */
  removeStrays(options: { readonly dryRun: boolean }): Promise<number>
  /** Settles when the store answers. @throws MemoirError `graph_unavailable` */
  check(): Promise<void>
  close(): Promise<void>
}

export interface GraphWriteOptions {
  /** None of them should be there, as after emptying: quicker when that is so, and no different when it is not. */
  readonly fresh?: boolean
}

export interface GraphMemory extends GraphVersion {
  readonly userId: string
  /** Hexadecimal. */
  readonly contentHash: string
  readonly kind: TraceKind
  readonly occurredAt: Date
  readonly salience: number
  /** Named by this memory, and those that they lead to. */
  readonly entities: readonly GraphEntity[]
  /** All links that begin or end here, and those that begin at its entities. */
  readonly edges: readonly GraphEdge[]
}

export interface GraphEntity {
  readonly id: string
  readonly type: string
  readonly value: string
  readonly normalized: string
}

export interface GraphEntities {
  readonly entities: readonly GraphEntity[]
  /** All links between one of these and another entity, whichever end they are. */
  readonly edges: readonly GraphEdge[]
}

export interface GraphEdge {
  readonly src: string
  readonly dst: string
  readonly srcIs: GraphNode
  readonly dstIs: GraphNode
  /** Lower case with underscores; `mentions` leads from a memory to an entity. */
  readonly type: string
  readonly weight: number
  /** Of a link that begins at a memory: the version of that memory when the link was read. */
  readonly srcAt?: Omit<GraphVersion, 'id'> | null
}

export type GraphNode = 'memory' | 'entity'

export interface GraphRevision {
  readonly id: string
  readonly revision: number
}

/** Orders what was read of a memory: by its revision, and within one by the number of changes of its links. */
export interface GraphVersion extends GraphRevision {
  readonly marks: number
}

export const isNewer = (one: Omit<GraphVersion, 'id'>, other: Omit<GraphVersion, 'id'>): boolean =>
  one.revision > other.revision || (one.revision === other.revision && one.marks > other.marks)

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

/** Nodes of one kind and one user with `after < id <= upTo`; null is without limit. */
export interface GraphRange {
  readonly node: GraphNode
  readonly userId: string
  readonly after: string | null
  readonly upTo: string | null
}

/** The order of the nodes does not matter to the hash (graph-hash.ts), so a stream can be folded. */
export interface GraphHash {
  readonly nodes: number
  readonly hash: string
}

export interface GraphRow {
  readonly id: string
  /** 0 for entities. */
  readonly revision: number
  /** A hash of what else the node says. */
  readonly facts: string
  /** A hash of the links that begin here. */
  readonly edges: string
}
