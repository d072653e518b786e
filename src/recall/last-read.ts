import type { Edge, Hit, RecallRequest } from '../domain/recall.ts'
import type { Database } from '../stores/database.ts'
import { readVisible, type VisibleMemory } from '../stores/memories/memories.ts'
import { excerpt } from './excerpt.ts'
import type { InFocus } from './focus.ts'
import type { Fused } from './fuse.ts'
import { importanceOf, recencyOf } from './worth.ts'

/** Last stage: the record alone decides what is shown. What is in focus is lifted here, since only the record knows the ids. */

/** A little more is read than asked for, because some of what derived data names may be gone. */
export const READ_AHEAD = 2

export interface Ordered {
  readonly userId: string
  readonly request: RecallRequest
  readonly lexemes: ReadonlySet<string>
  /** It asks for what an assistant said. */
  readonly asksMachine: boolean
  /** Best first, nothing below the threshold. */
  readonly wanted: readonly Fused[]
  readonly edges: ReadonlyMap<number, readonly Edge[]>
  readonly focus: InFocus
}

/** A hit with what orders it further. */
export interface ReadHit {
  readonly hit: Hit
  readonly seq: number
  /** ISO 639-1, or `und`; unknown for what is in focus without being a candidate. */
  readonly language: string | undefined
}

/** What was read, with its score as it was reckoned and its place before anything was lifted. */
interface Shown extends ReadHit {
  readonly score: number
  readonly place: number
}

/** The best first. All that could be lifted is read first, so that nothing that is read later can pass what is there. */
export async function readHits(db: Database, ordered: Ordered): Promise<ReadHit[]> {
  const { request, wanted, focus, userId } = ordered
  const step = request.k + READ_AHEAD
  const places = new Map(wanted.map(({ seq }, place) => [seq, place]))
  const shown = new Map<number, Shown>()
  let ids = focus.traceIds
  for (let at = 0; shown.size < request.k && (at < wanted.length || ids.length > 0); at += step) {
    const seqs = wanted.slice(at, at + step).map(({ seq }) => seq)
    const memories = await readVisible(db, { userId, seqs, ids, filter: request })
    for (const [seq, memory] of memories) {
      const one = shownOf(seq, memory, { ...ordered, place: places.get(seq) })
      if (one !== null && !shown.has(seq)) shown.set(seq, one)
    }
    ids = []
  }
  return [...shown.values()]
    .toSorted((a, b) => b.score - a.score || a.place - b.place)
    .slice(0, request.k)
}

/** What is in focus without being a candidate. */
const UNFOUND = { seq: 0, score: 0, relevance: 0, vector: 0, text: 0, graph: 0 } as const

function shownOf(
  seq: number,
  visible: VisibleMemory,
  {
    request,
    wanted,
    edges,
    focus,
    lexemes,
    asksMachine,
    place,
  }: Ordered & { readonly place: number | undefined },
): Shown | null {
  const found = place === undefined ? undefined : wanted[place]
  if (found === undefined && (request.threshold ?? 0) > 0) return null
  const fused = found ?? UNFOUND
  const { memory } = visible
  const share = focus.share(memory)
  const score = (fused.score + focus.size * share) / (1 + focus.size)
  const content = excerpt(memory, { lexemes, passage: found?.passage, asksMachine })
  const hit = {
    ...memory,
    content,
    ...(content === memory.content ? {} : { excerpt: true as const }),
    score: round(score),
    scores: scoresOf(visible, fused, share),
    heads: headsOf(fused),
    via: edges.get(fused.seq) ?? [],
    message_ids: messageIdsOf(visible),
  }
  return { hit, seq, language: found?.details?.language, score, place: place ?? wanted.length }
}

const headsOf = ({ heads, vector }: Fused): Hit['heads'] =>
  heads === undefined
    ? { semantic: round(vector) }
    : Object.fromEntries(Object.entries(heads).map(([head, share]) => [head, round(share)]))

const round = (value: number) => Math.round(value * 10_000) / 10_000

function scoresOf({ memory }: VisibleMemory, fused: Fused, focus: number): Hit['scores'] {
  return {
    relevance: round(fused.relevance),
    vector: round(fused.vector),
    text: round(fused.text),
    graph: round(fused.graph),
    recency: round(recencyOf(new Date(memory.occurred_at), new Date())),
    salience: memory.salience,
    importance: importanceOf(memory.importance),
    focus: round(focus),
  }
}

/** A message names itself, a fact those it was taken from. */
function messageIdsOf({ memory, messageIds }: VisibleMemory): readonly string[] {
  const own = memory.metadata['message_id']
  return typeof own === 'string' && memory.kind === 'message' ? [own] : messageIds
}
