import { occurredAt, type CandidateDetails, type DetailsRow } from './candidate-query.ts'
import { vectorBinary, vectorColumn } from '../spaces/vector-format.ts'
import type { Queryable } from '../database.ts'
import type { Space } from '../spaces/spaces.ts'

/** What lies around traces in the graph of edges, in one round trip. */

export interface Neighbour {
  /** The trace the walk began at, and the one it came to. */
  readonly from: number
  readonly seq: number
  readonly step: number
  /** Product of the weights along the way. */
  readonly weight: number
  /** With the question; null when the trace has no vector in the space. */
  readonly cosine: number | null
  /** The edge that was walked last. */
  readonly src: string
  readonly dst: string
  readonly type: string
  readonly edgeWeight: number
  readonly details: CandidateDetails
}

export interface Around {
  readonly neighbours: readonly Neighbour[]
  /** Of those that the walk began at: the record is open there anyway. */
  readonly own: ReadonlyMap<number, CandidateDetails>
}

/** Where the walk began no edge led. */
type WalkedRow = DetailsRow &
  Omit<Neighbour, 'details' | 'src' | 'dst' | 'type' | 'edgeWeight'> &
  (
    | Pick<Neighbour, 'src' | 'dst' | 'type' | 'edgeWeight'>
    | { src: null; dst: null; type: null; edgeWeight: null }
  )

export interface NeighbourQuery {
  readonly userId: string
  readonly seqs: readonly number[]
  readonly hops: number
  readonly kinds: readonly string[]
  readonly states: readonly string[]
  readonly vector: { readonly space: Space; readonly vec: Float32Array }
}

/** Edges that are walked from one node, the strongest first: an entity that everything mentions tells nothing. */
const FAN_OUT = 16

/** Both directions of every edge that has not ended; the walk never goes back where it began. */
export async function findNeighbours(
  db: Queryable,
  { userId, seqs, hops, kinds, states, vector: { space, vec } }: NeighbourQuery,
): Promise<Around> {
  const { column, type } = vectorColumn(space)
  const { rows } = await db.query<WalkedRow>(
    `with recursive walk (start, seq, node, step, weight, src, dst, type, edge_weight) as (
       select t.id, t.seq, t.id, 0, 1::float, null::uuid, null::uuid, null::text, null::real
         from memoir.memory_trace t
        where t.seq = any($2::bigint[]) and t.user_id = $1::uuid
       union all
       select w.start, w.seq, e.node, w.step + 1, w.weight * e.weight, e.src, e.dst, e.type, e.weight
         from walk w cross join lateral (
           (select src, dst, type, weight, dst as node from memoir.memory_edge
             where src = w.node and user_id = $1::uuid and ended_at is null
             order by weight desc, dst limit ${FAN_OUT})
           union all
           (select src, dst, type, weight, src as node from memoir.memory_edge
             where dst = w.node and user_id = $1::uuid and ended_at is null
             order by weight desc, src limit ${FAN_OUT})) e
        where w.step < $3 and e.node <> w.start)
     select w.seq as "from", n.seq, w.step, w.weight, w.src, w.dst, w.type, w.edge_weight as "edgeWeight",
            n.meta ->> 'name' as name, n.role, n.language, ${occurredAt('n')}, n.salience, n.importance,
            1 - (v.${column} <=> $4::${type}(${space.dimensions})) as cosine
       from walk w
       join memoir.memory_trace n on n.id = w.node and n.user_id = $1::uuid and n.state = any($6::text[]) and n.kind = any($5::text[])
       left join memoir.memory_embedding v
         on v.trace_id = n.id and v.head = 'semantic' and v.space_id = ${space.id} and v.user_id = $1::uuid
`,
    [userId, seqs, hops, vectorBinary(vec, space.precision), kinds, states],
  )
  return aroundOf(rows)
}

function aroundOf(rows: readonly WalkedRow[]): Around {
  const neighbours: Neighbour[] = []
  const own = new Map<number, CandidateDetails>()
  for (const {
    name,
    role,
    language,
    occurredAt: at,
    salience,
    importance,
    src,
    dst,
    type,
    edgeWeight,
    ...row
  } of rows) {
    const details = { name, role, language, occurredAt: new Date(at), salience, importance }
    if (src === null) own.set(row.seq, details)
    else neighbours.push({ ...row, src, dst, type, edgeWeight, details })
  }
  return { neighbours, own }
}
