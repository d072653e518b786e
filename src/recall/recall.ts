import type { Edge, Head, Hit, RecallRequest, RecallResult } from '../domain/recall.ts'
import type { Metrics } from '../metrics.ts'
import type { Candidate } from '../stores/recall/candidate-query.ts'
import type { Database } from '../stores/database.ts'
import type { FocusBuffer } from '../stores/recall/focus.ts'
import { findNeighbours } from '../stores/recall/neighbours.ts'
import { kindsOf, statesOf } from '../stores/recall/recall-filter.ts'
import { rerank } from './boost.ts'
import { currentFirst, findLikeness, hitsToOrder } from './current.ts'
import { inFocus, noteAnswer } from './focus.ts'
import { fuse, type Fused, type FusionOptions, type FusionWeights } from './fuse.ts'
import { edgesOf, HOPPED, withNeighbours } from './hops.ts'
import { hitsToJudge, judgeHits, type Judge } from './judge.ts'
import { readHits } from './last-read.ts'
import { languagesOf } from './model-languages.ts'
import type { QuestionVector } from './question.ts'
import { createSearch, type Found } from './search.ts'
import { weighRoles } from './role.ts'
import { traitsOf } from './space-traits.ts'
import { speakerBoost } from './speaker.ts'
import { left } from './stages.ts'
import { asItStood } from './then.ts'
import { timeBoost } from './time.ts'
import { worthBoosts } from './worth.ts'

export interface RecallDependencies {
  readonly db: Database
  readonly question: (query: string, namespaceId: string) => Promise<QuestionVector>
  readonly metrics: Metrics
  /** Working memory; without one nothing is kept in mind. */
  readonly focus?: FocusBuffer
  /** Vectors that are compared unless a recall names others: those that memories are written with. */
  readonly heads?: readonly Head[]
  /** A model that judges hits, when there is one. */
  readonly judge?: Judge
}

type Timed = <T>(stage: string, work: () => Promise<T> | T) => Promise<T>

/**
 * Recall: names → question → candidates → fuse → hops → rerank → cut → last read from the record → what holds now. An unknown user has no memories.
 * `took_ms` is all of it, the question's embedding included.
 * @throws MemoirError `store_unavailable`
 */
export function createRecall({ db, question, metrics, focus, heads, judge }: RecallDependencies) {
  const timed: Timed = async (stage, work) => {
    const start = performance.now()
    const result = await work()
    metrics.recallStages.observe({ stage }, (performance.now() - start) / 1000)
    return result
  }
  const search = createSearch({
    db,
    ...(focus === undefined ? {} : { focus }),
    ...(heads === undefined ? {} : { heads }),
    question: async (text, namespaceId) =>
      await timed('question', async () => await question(text, namespaceId)),
  })
  return async function recall(request: RecallRequest): Promise<RecallResult> {
    const began = performance.now()
    const found = await timed('candidates', async () => await search(request))
    const wide = { ...request, k: Math.max(hitsToJudge(judge, request), hitsToOrder(request)) }
    const current = found === null ? [] : await hitsOf(found, wide, { db, timed })
    const judged = await timed('rerank', async () => await judgeHits(judge, current, request))
    const { hits } = judged
    if (found !== null) noteAnswer(focus, { userId: found.user.id, request, hits })
    const away = found?.focus?.degraded === true ? (['focus'] as const) : []
    const degraded = [...(found?.asked.degraded ?? []), ...away, ...judged.degraded]
    return { hits, degraded, took_ms: tenths(performance.now() - began) }
  }
}

interface Tools {
  readonly db: Database
  readonly timed: Timed
}

async function hitsOf(
  searched: Found,
  request: RecallRequest,
  tools: Tools,
): Promise<readonly Hit[]> {
  const { db, timed } = tools
  const found =
    request.asOf === undefined
      ? searched
      : { ...searched, candidates: await asItStood(db, searched, request) }
  const traits = traitsFor(found, request)
  const first = await timed('fuse', () => fuse(found.candidates, traits))
  const { candidates, edges } = await follow(found, request, { ...tools, traits, first })
  const fused = candidates === found.candidates ? first : fuse(candidates, traits)
  const weighed = left(request, 'role') ? fused : weighRoles(fused, { asked: found.asksMachine })
  const speaker = left(request, 'speaker') ? null : speakerBoost(found.speakers)
  const worth = worthBoosts(request, { followed: candidates !== found.candidates })
  const boosts = [speaker, timeBoost(found.window), ...worth].filter((boost) => boost !== null)
  const ordered = rerank(weighed, boosts)
  const wanted = ordered.filter(({ relevance }) => relevance >= (request.threshold ?? 0))
  const userId = found.user.id
  const focus = inFocus(found.focus, { userId, telling: found.telling })
  const lexemes = new Set(found.lexemes)
  const { asksMachine } = found
  const read = { userId, request, lexemes, asksMachine, wanted, edges, focus }
  const best = wanted.slice(0, hitsToOrder(request)).map(({ seq }) => seq)
  const [hits, likenesses] = await Promise.all([
    timed('read', async () => await readHits(db, read)),
    timed('likeness', async () => await findLikeness(db, best, { found, request })),
  ])
  return await timed('current', () => currentFirst(hits, { found, request, likenesses }))
}

function traitsFor(
  { asked, user, most, language: asksIn }: Found,
  request: RecallRequest,
): FusionOptions {
  const space = asked.vector?.space
  const { weights, strange, ...traits } = traitsOf(space)
  const known = languagesOf(space)
  const isStrange = (language: string) =>
    known !== null && !known.has(asksIn) && !known.has(language)
  const meanLength = user.textLength / Math.max(1, user.textCount)
  const reckon = (by: FusionWeights) => (left(request, 'window') ? { ...by, window: 0 } : by)
  const both = { weights: reckon(weights), strange: reckon(strange) }
  return { ...traits, ...both, isStrange, most, meanLength }
}

/** One hop is worth a round trip; the second earns nothing where only neighbouring turns are linked. */
const DEFAULT_HOPS = 1

/** Follows edges from the best candidates, where there are vectors to lend and the space's neighbours are worth it. */
async function follow(
  { candidates, asked, user }: Found,
  request: RecallRequest,
  { db, timed, traits, first }: Tools & { traits: FusionOptions; first: readonly Fused[] },
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
  const around = await timed('hops', async () => await findNeighbours(db, query))
  return { candidates: withNeighbours(candidates, around), edges: edgesOf(around.neighbours) }
}

const tenths = (value: number) => Math.round(value * 10) / 10
