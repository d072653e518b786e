import type { Edge } from '../domain/recall.ts'
import type { Candidate } from '../stores/recall/candidate-query.ts'
import type { Around, Neighbour } from '../stores/recall/neighbours.ts'

/** Fourth stage: what stands next to a memory lends it its likeness to the question, and comes along itself. */

/** Candidates whose neighbours are looked at, the best first. */
export const HOPPED = 100
/** A neighbour's neighbour says half as much. */
const DECAY = 0.5
/** Edges named in a hit. */
const NAMED_EDGES = 5

/** Candidates with the mean likeness of them and their neighbours, and those that the edges led to. */
export function withNeighbours(
  candidates: readonly Candidate[],
  { neighbours, own }: Around,
): Candidate[] {
  const known = new Map(candidates.map((one) => [one.seq, one]))
  for (const { seq, cosine, details } of neighbours) {
    if (!known.has(seq)) known.set(seq, { seq, cosine, text: 0, window: 0, details })
  }
  const around = Map.groupBy(neighbours, ({ from }) => from)
  return [...known.values()].map((one) => {
    const details = one.details ?? own.get(one.seq)
    return {
      ...one,
      ...(details === undefined ? {} : { details }),
      around: meanOf(one, around.get(one.seq)),
    }
  })
}

function meanOf({ cosine }: Candidate, neighbours: readonly Neighbour[] = []): number | null {
  if (cosine === null) return null
  let sum = cosine
  let weights = 1
  for (const { cosine: lent, step, weight } of neighbours) {
    if (lent === null) continue
    const share = weight * DECAY ** (step - 1)
    sum += lent * share
    weights += share
  }
  return sum / weights
}

/** The edges by which hits were reached or lifted, the strongest first. */
export function edgesOf(neighbours: readonly Neighbour[]): Map<number, Edge[]> {
  const edges = new Map<number, Edge[]>()
  const strongest = neighbours.toSorted((a, b) => a.step - b.step || b.weight - a.weight)
  for (const { from, seq, src, dst, type, edgeWeight: weight } of strongest) {
    for (const each of [from, seq]) {
      const named = edges.get(each) ?? []
      const twice = named.some((e) => e.src === src && e.dst === dst && e.type === type)
      if (named.length < NAMED_EDGES && !twice) named.push({ src, dst, type, weight })
      edges.set(each, named)
    }
  }
  return edges
}
