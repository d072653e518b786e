import {
  DEFAULT_KINDS,
  TRACE_KINDS,
  type Hit,
  type RecallResult,
  type TraceKind,
} from '../domain/recall.ts'

/** One question asked in several ways, and what all of them found as one course of events. */

export interface DeepRecall extends RecallResult {
  readonly asked: readonly string[]
}

export interface DeepAsk {
  readonly query: string
  readonly k: number
  readonly kinds: readonly TraceKind[]
}

/** Of a question of many sentences the first few say what it is about; each part costs one recall. */
const MAX_PARTS = 5
/** Parts shorter than this, such as “Why?”, mean nothing by themselves. */
const MIN_PART_CHARS = 12
const HITS_A_PART = 10
const EPISODES = 5
/** What one answer holds: some 10,000 tokens at worst, which every model can read. */
const MAX_HITS = 30

/** @returns hits in order of time, each once, with the best score that any of the questions gave it */
export async function recallDeeply(
  recall: (ask: DeepAsk) => Promise<RecallResult>,
  query: string,
): Promise<DeepRecall> {
  const began = performance.now()
  const asked = questionsOf(query)
  const asks: DeepAsk[] = [
    ...asked.map((part) => ({ query: part, k: HITS_A_PART, kinds: DEFAULT_KINDS })),
    { query, k: EPISODES, kinds: TRACE_KINDS.filter((kind) => kind === 'episode') },
  ]
  const results = await Promise.all(asks.map(recall))
  const best = new Map<string, Hit>()
  for (const hit of results.flatMap(({ hits }) => hits)) {
    const seen = best.get(hit.id)
    if (seen === undefined || seen.scores.relevance < hit.scores.relevance) best.set(hit.id, hit)
  }
  const hits = [...best.values()]
    .toSorted((a, b) => b.scores.relevance - a.scores.relevance)
    .slice(0, MAX_HITS)
    .toSorted((a, b) => a.occurred_at.localeCompare(b.occurred_at))
  const degraded = [...new Set(results.flatMap((result) => result.degraded))]
  return { hits, degraded, took_ms: Math.round(performance.now() - began), asked }
}

/** The question itself, and each of its sentences and clauses that can stand alone. */
function questionsOf(query: string): readonly string[] {
  const parts = query
    .split(/(?<=[.?!;。？！])\s*|\n+|,?\s+(?:and|or|und|oder|et|ou|y|o)\s+/u)
    .map((part) => part.trim())
    .filter((part) => part.length >= MIN_PART_CHARS)
  return [...new Set([query.trim(), ...(parts.length > 1 ? parts.slice(0, MAX_PARTS) : [])])]
}
