/** Which store holds the graph for drawing and for the user's own queries. */
export const GRAPH_BACKENDS = ['postgres', 'neo4j'] as const
export type GraphBackend = (typeof GRAPH_BACKENDS)[number]

export const SYNC_OPERATIONS = ['check', 'repair', 'full', 'rebuild'] as const
export type SyncOperation = (typeof SYNC_OPERATIONS)[number]

/** Nodes of the graph that differ from the record: not there, there for no reason, of an older revision or altered, of a newer one. */
export interface Drift {
  readonly missing: number
  readonly extra: number
  readonly stale: number
  readonly ahead: number
}

export interface SyncCounts extends Drift {
  /** Memories of the record that were compared. */
  readonly checked: number
  readonly repaired: number
  readonly failed: number
}

export const NO_SYNC_COUNTS: SyncCounts = {
  checked: 0,
  missing: 0,
  extra: 0,
  stale: 0,
  ahead: 0,
  repaired: 0,
  failed: 0,
}

/** Where a comparison is; uuids only, so it may stand in histories. */
export interface SyncPosition {
  /** `users` walks the namespace's users, `others` what the graph holds of users that are in no namespace. */
  readonly part: 'users' | 'others'
  /** All users up to this one are done. */
  readonly afterUser: string | null
  /** Inside one large user: which nodes, and the last id that is done. */
  readonly within: {
    readonly userId: string
    readonly node: 'memory' | 'entity'
    readonly afterId: string | null
  } | null
}

export const SYNC_START: SyncPosition = { part: 'users', afterUser: null, within: null }
