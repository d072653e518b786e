import { RECALL_STAGES, type RecallStage } from '../../domain/recall.ts'
import type { Io } from '../io.ts'
import { printTable } from '../print.ts'
import { pause } from '../watch.ts'
import type { GoldPair, GoldPerson } from './gold-sets.ts'
import { forEachShown, storeNote, storeSession, type Running } from './load-gold.ts'
import {
  judgeContext,
  judgeNarrative,
  type AskedQuestion,
  type BuiltContext,
  type JudgedNarrative,
  type JudgedPair,
  type PersonResult,
} from './person-score.ts'

/** `memoir eval person`: notes and sessions of a year, then questions, contexts, a narrative, and pairs that do not contradict. */

const HITS = 10
const AT_ONCE = 4
const POLL_MS = 300
/** A narrative without a language model takes a second or two. */
const NARRATIVE_POLLS = 400

export const pairUser = ({ id }: Pick<GoldPair, 'id'>): string => `pair-${id}`

export async function storePerson(
  running: Running,
  { person, notes, sessions }: GoldPerson,
): Promise<void> {
  const all = [
    ...notes.map((note) => ({ at: note.at, store: async () => await keepNote(note) })),
    ...sessions.map((session) => ({ at: session.at, store: async () => await keep(session) })),
  ].toSorted((a, b) => a.at.localeCompare(b.at))
  const keepNote = async (note: GoldPerson['notes'][number]) => {
    await storeNote(running, { user: person, note })
  }
  const keep = async (session: GoldPerson['sessions'][number]) => {
    await storeSession(running, { user: person, session })
  }
  await forEachShown(running, { label: person, items: all, atOnce: 1 }, async ({ store }) => {
    await store()
  })
}

export async function askPerson(
  { client }: Running,
  { person, questions }: GoldPerson,
): Promise<AskedQuestion[]> {
  const asked: AskedQuestion[] = []
  for (const question of questions) {
    const { hits } = await client.recall({ q: question.q, user_id: person, k: HITS })
    const { structuredContent: said } = await client.callTool('ask_memory', {
      question: question.q,
      user_id: person,
    })
    const { known, answer } = said
    const given = known === true && typeof answer === 'string' ? answer : null
    asked.push({ question, person, hits: hits.map(({ content }) => content), answer: given })
  }
  return asked
}

export async function buildContexts(
  { client }: Running,
  { person, contexts }: GoldPerson,
): Promise<BuiltContext[]> {
  const built: BuiltContext[] = []
  for (const { q, ...gold } of contexts) {
    const { context } = await client.context({ q, user_id: person })
    built.push({ person, q, ...judgeContext(context, gold) })
  }
  return built
}

export async function writeNarrative(
  { client, interrupted }: Running,
  { person, narrative }: GoldPerson,
): Promise<JudgedNarrative> {
  await client.regenerateNarrative(person)
  for (let polls = 0; polls < NARRATIVE_POLLS && !interrupted.signal.aborted; polls += 1) {
    const { state, narrative: text } = await client.narrative(person, false)
    if (text !== null && state === 'fresh') return { person, ...judgeNarrative(text, narrative) }
    if (state === 'failed') break
    await pause(POLL_MS, interrupted)
  }
  return { person, ...judgeNarrative('', narrative) }
}

const stages: readonly RecallStage[] = RECALL_STAGES
/** Absent where recall has no stage that prefers what holds now. */
const CURRENT = stages.filter((stage: string) => stage === 'current')

const OLDER_AT = '2026-03-01T09:00:00Z'
const NEWER_AT = '2026-04-12T09:00:00Z'

export async function judgePairs(
  running: Running,
  pairs: readonly GoldPair[],
): Promise<JudgedPair[]> {
  return await forEachShown(
    running,
    { label: 'pairs', items: pairs, atOnce: AT_ONCE },
    async (pair) => await judgePair(running, pair),
  )
}

async function judgePair(running: Running, pair: GoldPair): Promise<JudgedPair> {
  const user = pairUser(pair)
  const older = await storeNote(running, { user, note: { at: OLDER_AT, content: pair.older } })
  await storeNote(running, { user, note: { at: NEWER_AT, content: pair.newer } })
  const place = async (without: readonly RecallStage[]) => {
    const leaving = without.length === 0 ? {} : { without }
    const { hits } = await running.client.recall({ q: pair.ask, user_id: user, ...leaving })
    return hits.findIndex(({ id }) => id === older)
  }
  const ranked = await place([])
  const plain = CURRENT.length === 0 ? ranked : await place(CURRENT)
  return { id: pair.id, language: pair.language, demoted: ranked === -1 || ranked > plain }
}

export function printPerson(result: PersonResult, io: Io): void {
  const share = (value: number) => `${value.toFixed(1)} %`
  const rows = [
    ['right memory first', String(result.questions), share(result.first)],
    ['among the first four', String(result.questions), share(result.first_four)],
    ['outdated memory first', String(result.questions), share(result.outdated_first)],
    ['answers right', String(result.asked), share(result.answered_right)],
    ['answers wrong', String(result.asked), share(result.answered_wrong)],
    ['answers "not known"', String(result.asked), share(result.not_known)],
    ['false demotions', String(result.pairs), share(result.false_demotions)],
    ['contexts right', String(result.contexts), share(result.contexts_right)],
    ['missing in contexts', String(result.contexts), String(result.context_missing)],
    ['leaked into contexts', String(result.contexts), String(result.context_leaked)],
    ['found in narratives', String(result.narrative_lines), share(result.narrative_found)],
    ['leaked into narratives', String(result.narrative_lines), String(result.narrative_leaked)],
    ['lines without a citation', String(result.narrative_lines), String(result.narrative_uncited)],
  ]
  printTable({ head: ['', 'OF', 'RESULT'], rows, none: '' }, io)
}
