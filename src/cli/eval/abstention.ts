import type { EvalChat, EvalQuestion } from './chats.ts'
import type { RecallAnswer } from '../answers.ts'
import { askAll, type Asked, type Asking } from './ask.ts'

/** Whether recall says nothing where nothing is known: what is left of the hits at a threshold that applications use. */

export const THRESHOLD = 0.5
const FOREIGN_QUESTIONS = 100
/** A hit answers when it stands among the first of these. */
const LOOKED_AT = 5

export interface Abstention {
  /** Questions about another user's life, and how many of them, in percent, get no hit at all. */
  readonly foreign: number
  readonly foreign_empty: number
  /** Questions that nothing answers. */
  readonly unanswerable: number
  readonly unanswerable_empty: number
  /** Of the first hits that answer, how many the threshold leaves, in percent. */
  readonly kept: number
  /**
   * Whatever the threshold: how often a hit that answers is more relevant than anything found of somebody else, 0..1 (the area under
   * the curve of both shares).
   */
  readonly area: number
}

/** @returns null where all questions are of one user, or the file holds only questions that have an answer */
export async function measureAbstention(
  asking: Omit<Asking, 'label'>,
  asked: readonly Asked[],
): Promise<Abstention | null> {
  const { chats } = asking
  const unanswerable = asked.filter(({ question }) => question.evidence.size === 0)
  if (chats.length < 2 || unanswerable.length === 0) return null
  const others = { ...asking, chats: foreignQuestions(chats), label: 'of others' }
  const foreign = await askAll({ ...others, more: { threshold: THRESHOLD } })
  const best = (await askAll(others)).map(({ answer }) => bestOf(answer))
  // What names nothing is relevant to nothing by itself.
  const direct = asked.filter(({ question }) => question.after === undefined)
  const relevances = direct.flatMap(({ question, answer, ids }) =>
    answer.hits
      .slice(0, LOOKED_AT)
      .filter((_, place) => question.evidence.has(ids[place] ?? ''))
      .map(({ scores }) => scores?.relevance ?? 0),
  )
  return {
    foreign: foreign.length,
    foreign_empty: percent(foreign, ({ answer }) => answer.hits.length === 0),
    unanswerable: unanswerable.length,
    unanswerable_empty: percent(unanswerable, ({ answer }) => bestOf(answer) < THRESHOLD),
    kept: percent(relevances, (relevance) => relevance >= THRESHOLD),
    area: areaOf(relevances, best),
  }
}

/** The most relevant of the hits; 0 without any. */
const bestOf = ({ hits }: RecallAnswer) =>
  Math.max(0, ...hits.map(({ scores }) => scores?.relevance ?? 0))

/** The share of pairs in which the wanted one is higher, ties counting half. */
function areaOf(wanted: readonly number[], unwanted: readonly number[]): number {
  const wins = wanted.flatMap((one) =>
    unwanted.map((other): number => (one > other ? 1 : one === other ? 0.5 : 0)),
  )
  const share = wins.reduce((sum, win) => sum + win, 0) / Math.max(1, wins.length)
  return Math.round(share * 1000) / 1000
}

function percent<Item>(items: readonly Item[], test: (item: Item) => boolean): number {
  return Math.round((1000 * items.filter(test).length) / Math.max(1, items.length)) / 10
}

/** Every user is asked what is known of the next one, a few questions each. */
function foreignQuestions(chats: readonly EvalChat[]): EvalChat[] {
  const each = Math.ceil(FOREIGN_QUESTIONS / chats.length)
  return chats.map((chat, index) => {
    const other = chats[(index + 1) % chats.length]
    const answered = (other?.questions ?? []).filter(
      ({ evidence, after }) => evidence.size > 0 && after === undefined,
    )
    return { ...chat, questions: spread(answered, each) }
  })
}

/** So many of them, from beginning to end. */
function spread(questions: readonly EvalQuestion[], count: number): EvalQuestion[] {
  const step = Math.max(1, questions.length / count)
  return Array.from(
    { length: Math.min(count, questions.length) },
    (_, at) => questions[Math.floor(at * step)],
  ).filter((question) => question !== undefined)
}
