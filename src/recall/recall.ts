import type { Edge, Hit, Memory, RecallRequest, RecallResult } from '../domain/recall.ts'
import type { Metrics } from '../metrics.ts'
import type { Candidate } from '../stores/candidate-query.ts'
import type { Database } from '../stores/database.ts'
import { readVisible } from '../stores/memories.ts'
import { findNeighbours } from '../stores/neighbours.ts'
import { kindsOf, statesOf } from '../stores/recall-filter.ts'
import { rerank } from './boost.ts'
import { excerpt } from './excerpt.ts'
import { fuse, type Fused } from './fuse.ts'
import { edgesOf, HOPPED, withNeighbours } from './hops.ts'
import type { QuestionVector } from './question.ts'
import { createSearch, READ_AHEAD, type Found } from './search.ts'
import { traitsOf, type SpaceTraits } from './space-traits.ts'
import { speakerBoost } from './speaker.ts'
import { left } from './stages.ts'
import { asItStood } from './then.ts'
import { timeBoost } from './time.ts'

export interface RecallDependencies {
  readonly db: Database
  readonly question: (query: string, namespaceId: string) => Promise<QuestionVector>
  readonly metrics: Metrics
}

type Timed = <T>(stage: string, work: () => Promise<T> | T) => Promise<T>

/**
 * Recall: names → question → candidates → fuse → hops → rerank → cut → last read from the record. An unknown user has no memories.
 * `took_ms` is all of it, the question's embedding included.
 * @throws MemoirError `store_unavailable`
 */
export function createRecall({ db, question, metrics }: RecallDependencies) {
  const timed: Timed = async (stage, work) => {
    const start = performance.now()
    const result = await work()
    metrics.recallStages.observe({ stage }, (performance.now() - start) / 1000)
    return result
  }
  const search = createSearch({
    db,
    question: async (text, namespaceId) =>
      await timed('question', async () => await question(text, namespaceId)),
  })
  return async function recall(request: RecallRequest): Promise<RecallResult> {
    const began = performance.now()
    const found = await timed('candidates', async () => await search(request))
    const hits = found === null ? [] : await hitsOf(found, request, { db, timed })
    const degraded = found?.asked.degraded ?? []
    return { hits, degraded, took_ms: round(performance.now() - began, 10) }
  }
}

interface Tools {
  readonly db: Database
  readonly timed: Timed
}

async function hitsOf(searched: Found, request: RecallRequest, tools: Tools): Promise<Hit[]> {
  const { db, timed } = tools
  const found =
    request.asOf === undefined
      ? searched
      : { ...searched, candidates: await asItStood(db, searched, request) }
  const traits = { ...traitsFor(found, request), texts: found.user.textCount }
  const first = await timed('fuse', () => fuse(found.candidates, traits))
  const { candidates, edges } = await follow(found, request, { ...tools, traits, first })
  const fused = candidates === found.candidates ? first : fuse(candidates, traits)
  const speaker = left(request, 'speaker') ? null : speakerBoost(found.speakers)
  const boosts = [speaker, timeBoost(found.window)].filter((boost) => boost !== null)
  const ordered = rerank(fused, boosts)
  const wanted = ordered.filter(({ relevance }) => relevance >= (request.threshold ?? 0))
  return await timed('read', async () => await readHits(db, { ...found, request, wanted, edges }))
}

function traitsFor({ asked }: Found, request: RecallRequest): SpaceTraits {
  const traits = traitsOf(asked.vector?.space)
  if (!left(request, 'window')) return traits
  return { ...traits, weights: { ...traits.weights, window: 0 } }
}

/** One hop is worth a round trip; the second earns nothing where only neighbouring turns are linked. */
const DEFAULT_HOPS = 1

/** Follows edges from the best candidates, where there are vectors to lend and the space's neighbours are worth it. */
async function follow(
  { candidates, asked, user }: Found,
  request: RecallRequest,
  { db, timed, traits, first }: Tools & { traits: SpaceTraits; first: readonly Fused[] },
): Promise<{ candidates: readonly Candidate[]; edges: ReadonlyMap<number, readonly Edge[]> }> {
  const { hops = DEFAULT_HOPS } = request
  const { vector } = asked
  const asleep =
    hops === 0 || request.asOf !== undefined || left(request, 'hops') || left(request, 'vectors')
  if (vector === null || asleep || (traits.weights.graph === 0 && request.hops === undefined)) {
    return { candidates, edges: new Map() }
  }
  const seqs = first.slice(0, HOPPED).map(({ seq }) => seq)
  const kinds = kindsOf(request)
  const query = { userId: user.id, seqs, hops, kinds, states: statesOf(request), vector }
  const neighbours = await timed('hops', async () => await findNeighbours(db, query))
  return { candidates: withNeighbours(candidates, neighbours), edges: edgesOf(neighbours) }
}

interface Wanted extends Found {
  readonly request: RecallRequest
  readonly wanted: readonly Fused[]
  readonly edges: ReadonlyMap<number, readonly Edge[]>
}

async function readHits(
  db: Database,
  { user, request, wanted, lexemes, edges }: Wanted,
): Promise<Hit[]> {
  const words = new Set(lexemes)
  const hits: Hit[] = []
  const step = request.k + READ_AHEAD
  for (let at = 0; at < wanted.length && hits.length < request.k; at += step) {
    const some = wanted.slice(at, at + step)
    const memories = await readVisible(db, {
      userId: user.id,
      seqs: some.map(({ seq }) => seq),
      filter: request,
    })
    for (const fused of some) {
      const memory = memories.get(fused.seq)
      if (memory && hits.length < request.k) {
        const via = edges.get(fused.seq) ?? []
        hits.push({ ...hitOf(fused, memory, words), via })
      }
    }
  }
  return hits
}

const round = (value: number, by = 10_000) => Math.round(value * by) / by

function hitOf(fused: Fused, memory: Memory, lexemes: ReadonlySet<string>): Hit {
  const messageId = memory.metadata['message_id']
  return {
    ...memory,
    content: excerpt(memory, lexemes),
    score: round(fused.score),
    scores: {
      relevance: round(fused.relevance),
      vector: round(fused.vector),
      text: round(fused.text),
      graph: round(fused.graph),
      recency: 0,
      salience: memory.salience,
      focus: 0,
    },
    heads: { semantic: round(fused.vector) },
    via: [],
    message_ids: typeof messageId === 'string' ? [messageId] : [],
  }
}
