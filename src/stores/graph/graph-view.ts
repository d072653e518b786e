import type { TraceKind } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'

/** A part of a user's graph that can be drawn: memories, what they name, and the links between those. */

export interface GraphViewQuery {
  /** Surrogate uuid. */
  readonly userId: string
  readonly scopes?: readonly string[]
  readonly kinds: readonly TraceKind[]
  /** Memories at most; entities and links are bounded with them. */
  readonly limit: number
}

export interface GraphNode {
  readonly id: string
  readonly type: 'memory' | 'entity'
  /** Of a memory its kind, of an entity its type. */
  readonly kind: string
  readonly label: string
  readonly occurredAt: Date | null
  readonly salience: number | null
}

export interface GraphEdge {
  readonly src: string
  readonly dst: string
  readonly type: string
  readonly weight: number
}

export interface GraphView {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** There is more than is shown. */
  readonly truncated: boolean
}

const LABEL_CHARS = 120
/** Links a memory, on the whole. */
const EDGES_A_MEMORY = 8

/** The newest memories that somebody may see, with the entities they name and every link between what is shown. */
export async function readGraphView(
  db: Queryable,
  { userId, scopes, kinds, limit }: GraphViewQuery,
): Promise<GraphView> {
  const memories = await findMemories(db, {
    userId,
    kinds,
    limit: limit + 1,
    ...(scopes ? { scopes } : {}),
  })
  const shown = memories.slice(0, limit)
  const ids = shown.map(({ id }) => id)
  const entities = await findNamed(db, { userId, ids, limit: limit + 1 })
  const named = entities.slice(0, limit)
  const most = limit * EDGES_A_MEMORY
  const nodes = [...shown, ...named]
  const edges = await findEdges(db, { userId, ids: nodes.map(({ id }) => id), limit: most + 1 })
  const truncated = memories.length > limit || entities.length > limit || edges.length > most
  return { nodes, edges: edges.slice(0, most), truncated }
}

async function findMemories(
  db: Queryable,
  { userId, scopes, kinds, limit }: GraphViewQuery,
): Promise<GraphNode[]> {
  const { rows } = await db.query<GraphNode>(
    `select t.id, 'memory' as type, t.kind, left(t.content, ${LABEL_CHARS}) as label, t.occurred_at as "occurredAt", t.salience
       from memoir.memory_trace t
      where t.user_id = $1::uuid and t.state = 'active' and (t.expires_at is null or t.expires_at > now())
        and t.kind = any($2::text[]) and ($3::text[] is null or t.scope = any($3::text[]))
      order by t.occurred_at desc, t.id
      limit $4`,
    [userId, kinds, scopes ?? null, limit],
  )
  return rows
}

interface Among {
  readonly userId: string
  readonly ids: readonly string[]
  readonly limit: number
}

/** Those that most of the memories name come first. */
async function findNamed(db: Queryable, { userId, ids, limit }: Among): Promise<GraphNode[]> {
  const { rows } = await db.query<GraphNode>(
    `select n.id, 'entity' as type, n.type as kind, left(n.value, ${LABEL_CHARS}) as label, null as "occurredAt", null as salience
       from memoir.entity n
       join (select dst, count(*) as named from memoir.memory_edge
              where user_id = $1::uuid and src = any($2::uuid[]) and type = 'mentions' and ended_at is null
              group by dst) e on e.dst = n.id
      where n.user_id = $1::uuid
      order by e.named desc, n.value, n.id
      limit $3`,
    [userId, ids, limit],
  )
  return rows
}

async function findEdges(db: Queryable, { userId, ids, limit }: Among): Promise<GraphEdge[]> {
  const { rows } = await db.query<GraphEdge>(
    `select e.src, e.dst, e.type, e.weight
       from memoir.memory_edge e
      where e.user_id = $1::uuid and e.src = any($2::uuid[]) and e.dst = any($2::uuid[]) and e.ended_at is null
      order by e.weight desc, e.src, e.dst, e.type
      limit $3`,
    [userId, ids, limit],
  )
  return rows
}
