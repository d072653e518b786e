import { MemoirError } from '../errors.ts'
import type { Database } from '../stores/database.ts'
import { findDrainFailure } from '../stores/graph/graph-states.ts'
import type { GraphStore } from '../stores/graph/graph-store.ts'
import { countInStores, type CountsReach, type StoreCounts } from '../stores/graph/store-counts.ts'

/** Whether the stores answer and agree. */
export interface StoresStatus {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly vectorStore: StoreStatus
  readonly graphStore: StoreStatus & { readonly backend: GraphStore['backend'] }
  /** All 0 while Postgres is away. */
  readonly counts: StoreCounts
  /** Of memories that should be there, those that both stores hold; 100 when there are none. */
  readonly syncPercentage: number
}

export interface StoreStatus {
  readonly available: boolean
  /** Answers, takes what is written, and holds at least nine tenths of what it should. */
  readonly healthy: boolean
  readonly lastCheck: Date
}

/** Below this many percent a store is no longer called healthy. */
const IN_SYNC = 90

export type StatusReach = Omit<CountsReach, 'backend'>

export async function readStatus(
  { db, graph }: { readonly db: Database; readonly graph: GraphStore },
  reach: StatusReach,
): Promise<StoresStatus> {
  const { backend } = graph
  const [counts, graphAnswers, failing] = await Promise.all([
    countInStores(db, { ...reach, backend }).catch(nullWhenAway),
    graph.check().then(
      () => true,
      () => false,
    ),
    backend === 'postgres' ? null : findDrainFailure(db).catch(nullWhenAway),
  ])
  const lastCheck = new Date()
  const there = counts ?? { memories: 0, vectors: 0, graph: 0 }
  const [vectors, nodes] = [percent(there.vectors, there), percent(there.graph, there)]
  const vectorStore = store(counts !== null, vectors, lastCheck)
  const held = store(graphAnswers, nodes, lastCheck)
  const graphStore = { ...held, healthy: held.healthy && failing === null, backend }
  const well = vectorStore.healthy && graphStore.healthy
  return {
    status: counts === null ? 'unhealthy' : well ? 'healthy' : 'degraded',
    vectorStore,
    graphStore,
    counts: there,
    syncPercentage: Math.min(vectors, nodes),
  }
}

function nullWhenAway(error: unknown): null {
  if (error instanceof MemoirError && error.code === 'store_unavailable') return null
  throw error
}

const store = (available: boolean, inSync: number, lastCheck: Date): StoreStatus => ({
  available,
  healthy: available && inSync >= IN_SYNC,
  lastCheck,
})

/** Two decimals, rounded down: 100 is all of them. */
function percent(held: number, { memories }: StoreCounts): number {
  return memories === 0 ? 100 : Math.floor((held / memories) * 10_000) / 100
}
