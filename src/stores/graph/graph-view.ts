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
  /** Whether links between messages that follow each other are shown too. */
  readonly sequence: boolean
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

/** That messages follow each other is how a chat is told apart, and not what it is about. */
const SEQUENCE = 'next'

/**
 * What somebody's memories are about: the people, places and things that most of them name, the memories that name those, and then
 * the newest others. Links that say how two things are related come first.
 */
export async function readGraphView(db: Queryable, query: GraphViewQuery): Promise<GraphView> {
  const { userId, limit, sequence } = query
  const entities = await findNamed(db, query)
  const named = entities.slice(0, limit)
  const memories = await findMemories(db, query, named)
  const nodes = [...named, ...memories.slice(0, limit)]
  const most = limit * EDGES_A_MEMORY
  const edges = await findEdges(db, {
    userId,
    ids: nodes.map(({ id }) => id),
    limit: most + 1,
    sequence,
  })
  const truncated = memories.length > limit || entities.length > limit || edges.length > most
  return { nodes, edges: edges.slice(0, most), truncated }
}

/** Memories that may be seen: `$1` the user, `$2` the kinds, `$3` the scopes. */
const VISIBLE = `t.user_id = $1::uuid and t.state = 'active' and (t.expires_at is null or t.expires_at > now())
        and t.kind = any($2::text[]) and ($3::text[] is null or t.scope = any($3::text[]))`

/** Those that most of the memories name come first. */
async function findNamed(
  db: Queryable,
  { userId, scopes, kinds, limit }: GraphViewQuery,
): Promise<GraphNode[]> {
  const { rows } = await db.query<GraphNode>(
    `select n.id, 'entity' as type, n.type as kind, left(n.value, ${LABEL_CHARS}) as label, null as "occurredAt", null as salience
       from memoir.entity n
       join (select e.dst, count(*) as named
               from memoir.memory_trace t
               join memoir.memory_edge e on e.user_id = t.user_id and e.src = t.id and e.type = 'mentions' and e.ended_at is null
              where ${VISIBLE}
              group by e.dst) e on e.dst = n.id
      where n.user_id = $1::uuid
      order by e.named desc, n.value, n.id
      limit $4`,
    [userId, kinds, scopes ?? null, limit + 1],
  )
  return rows
}

async function findMemories(
  db: Queryable,
  { userId, scopes, kinds, limit }: GraphViewQuery,
  named: readonly GraphNode[],
): Promise<GraphNode[]> {
  const { rows } = await db.query<GraphNode>(
    `select t.id, 'memory' as type, t.kind, left(t.content, ${LABEL_CHARS}) as label, t.occurred_at as "occurredAt", t.salience
       from memoir.memory_trace t
       left join (select distinct src from memoir.memory_edge
                   where user_id = $1::uuid and dst = any($5::uuid[]) and type = 'mentions' and ended_at is null) m on m.src = t.id
      where ${VISIBLE}
      order by m.src is null, t.occurred_at desc, t.id
      limit $4`,
    [userId, kinds, scopes ?? null, limit + 1, named.map(({ id }) => id)],
  )
  return rows
}

interface Among {
  readonly userId: string
  readonly ids: readonly string[]
  readonly limit: number
  readonly sequence: boolean
}

/** How things are related, then what names them, then how memories hang together. */
async function findEdges(
  db: Queryable,
  { userId, ids, limit, sequence }: Among,
): Promise<GraphEdge[]> {
  const { rows } = await db.query<GraphEdge>(
    `select e.src, e.dst, e.type, e.weight
       from memoir.memory_edge e
       left join memoir.entity n on n.id = e.src and n.user_id = $1::uuid
      where e.user_id = $1::uuid and e.src = any($2::uuid[]) and e.dst = any($2::uuid[]) and e.ended_at is null
        and ($4::boolean or e.type <> '${SEQUENCE}')
      order by n.id is null, e.type <> 'mentions', e.weight desc, e.src, e.dst, e.type
      limit $3`,
    [userId, ids, limit, sequence],
  )
  return rows
}
