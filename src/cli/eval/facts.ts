import type { Io } from '../io.ts'
import { printTable } from '../print.ts'
import {
  scoreFacts,
  sumFacts,
  type CurrentTruth,
  type FactScores,
  type FoundFact,
  type ScoredTranscript,
} from './facts-score.ts'
import type { GoldTranscript } from './gold-sets.ts'
import { forEachShown, storeSession, type Running } from './load-gold.ts'
import { says } from './matcher.ts'

/** `memoir eval facts`: transcripts are posted, each for a user of its own, and their facts are compared with the set. */

export const userOf = ({ id }: Pick<GoldTranscript, 'id'>): string => `facts-${id}`

const AT_ONCE = 4
const HITS = 10
const PAGE = 200

export async function runFacts(
  running: Running,
  transcripts: readonly GoldTranscript[],
): Promise<ScoredTranscript[]> {
  return await forEachShown(
    running,
    { label: 'transcripts', items: transcripts, atOnce: AT_ONCE },
    async (gold) => await runOne(running, gold),
  )
}

async function runOne(running: Running, gold: GoldTranscript): Promise<ScoredTranscript> {
  const user = userOf(gold)
  const name = gold.user_name
  for (const [index, one] of gold.sessions.entries()) {
    const session = { ...one, id: `${gold.id}-${index + 1}` }
    await storeSession(running, { user, session, ...(name === undefined ? {} : { name }) })
  }
  const { items } = await running.client.memories({
    user_id: user,
    kinds: 'fact',
    state: 'active,superseded',
    limit: PAGE,
  })
  const facts = items.map(({ content, state }): FoundFact => ({
    content,
    active: state === 'active',
  }))
  const current: CurrentTruth[] = []
  for (const { ask, holds, over } of gold.now ?? []) {
    const { hits } = await running.client.recall({ q: ask, user_id: user, k: HITS })
    const first = hits.find(({ content }) => says(content, holds) || says(content, over))
    current.push(first === undefined ? 'silent' : says(first.content, holds) ? 'holds' : 'outdated')
  }
  return scoreFacts(gold, facts, current)
}

export interface FactsResult extends FactScores {
  readonly by_language: Readonly<Record<string, FactScores>>
}

export function factsResult(scored: readonly ScoredTranscript[]): FactsResult {
  const groups = Map.groupBy(scored, ({ language }) => language)
  return {
    ...sumFacts(scored),
    by_language: Object.fromEntries(
      [...groups].map(([language, those]) => [language, sumFacts(those)]),
    ),
  }
}

const HEAD = [
  '',
  'TRANSCRIPTS',
  'FACTS',
  'PRECISION',
  'RECALL',
  'WRONG PERSON',
  'WRONG DATE',
  'CORRUPTED',
  'CURRENT',
  'OUTDATED FIRST',
] as const

export function printFacts({ by_language: languages, ...all }: FactsResult, io: Io): void {
  const row = (name: string, scores: FactScores) => [
    name,
    String(scores.transcripts),
    String(scores.facts),
    `${scores.precision.toFixed(1)} %`,
    `${scores.recall.toFixed(1)} %`,
    String(scores.wrong_person),
    String(scores.wrong_date),
    String(scores.corrupted),
    String(scores.current_asked),
    `${scores.current_errors.toFixed(1)} %`,
  ]
  const rows = [row('all', all), ...Object.entries(languages).map(([name, one]) => row(name, one))]
  printTable({ head: HEAD, rows, none: '' }, io)
}
