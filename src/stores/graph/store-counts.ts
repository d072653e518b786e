import type { GraphBackend } from '../../domain/graph.ts'
import type { Queryable } from '../database.ts'

/** How many memories there should be, and how many of them each store holds at their present revision. */
export interface StoreCounts {
  readonly memories: number
  readonly vectors: number
  readonly graph: number
}

export interface CountsReach {
  readonly namespaceId: string
  readonly backend: GraphBackend
  /** Surrogate uuid: only this user's. */
  readonly userId?: string
  /** Only what lies in these. */
  readonly scopes?: readonly string[]
}

interface Counted {
  readonly memories: number
  readonly noVector: number
  readonly noGraph: number
}

export async function countInStores(db: Queryable, reach: CountsReach): Promise<StoreCounts> {
  const { namespaceId, userId = null, scopes } = reach
  const { rows } = await db.query<Counted>(scopes === undefined ? FROM_COUNTERS : FROM_ROWS, [
    namespaceId,
    userId,
    ...(scopes === undefined ? [] : [scopes]),
  ])
  const { memories, noVector, noGraph } = rows[0] ?? { memories: 0, noVector: 0, noGraph: 0 }
  // Where Postgres is the graph, each memory is a node of it.
  const graph = reach.backend === 'postgres' ? memories : memories - noGraph
  return { memories, vectors: memories - noVector, graph }
}

const USERS = `namespace_id = $1::uuid and erased_at is null and ($2::uuid is null or id = $2::uuid)`

/** Counters are kept by every write, and what lacks something is found by its index: neither counts all memories. */
const FROM_COUNTERS = `
  with u as (select id, trace_count from memoir.memory_user where ${USERS})
  select coalesce((select sum(trace_count) from u), 0)::bigint as memories,
         (select count(*) from memoir.memory_trace t join u on u.id = t.user_id
           where t.state = 'active' and t.vector_state in ('pending', 'failed')) as "noVector",
         (select count(*) from memoir.memory_trace t join u on u.id = t.user_id
           where t.state = 'active' and t.graph_state in ('pending', 'failed')) as "noGraph"`

const FROM_ROWS = `
  select count(*) as memories,
         count(*) filter (where t.vector_state in ('pending', 'failed')) as "noVector",
         count(*) filter (where t.graph_state in ('pending', 'failed')) as "noGraph"
    from memoir.memory_user u
    join memoir.memory_trace t on t.user_id = u.id and t.state = 'active' and t.scope = any($3::text[])
   where u.namespace_id = $1::uuid and u.erased_at is null and ($2::uuid is null or u.id = $2::uuid)`
