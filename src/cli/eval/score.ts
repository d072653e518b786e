import type { HitAnswer } from '../answers.ts'
import { detectAmong, detectLanguage } from '../../text/language.ts'
import type { EvalChat, EvalQuestion } from './chats.ts'

/** How much of what answers a question stands among the first k messages that recall named. */

export const KS = [5, 10, 20, 50] as const

/** A hit that rests on many messages would otherwise stand for all of them. */
const IDS_A_HIT = 3
/** They stand for a whole conversation or day, and would find everything. */
const WHOLES = new Set(['episode', 'summary'])

/** Distinct messages in the order of the hits. */
export function rankingOf(hits: readonly HitAnswer[]): string[] {
  const ids = hits
    .filter(({ kind }) => !WHOLES.has(kind))
    .flatMap(({ message_ids: ids = [] }) => ids.slice(0, IDS_A_HIT))
  return [...new Set(ids)]
}

export interface Ranked {
  readonly question: EvalQuestion
  readonly ids: readonly string[]
}

/** Averages over questions, in percent; to be read as JSON. */
export type Scores = { readonly n: number } & Readonly<Record<`r@${(typeof KS)[number]}`, number>>

export function scoresOf(ranked: readonly Ranked[]): Scores {
  const at = (k: number) => {
    const shares = ranked.map(({ question: { evidence }, ids }) => {
      const found = ids.slice(0, k).filter((id) => evidence.has(id)).length
      return found / evidence.size
    })
    const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
    return Math.round(mean * 1000) / 10
  }
  return { n: ranked.length, 'r@5': at(5), 'r@10': at(10), 'r@20': at(20), 'r@50': at(50) }
}

/** Questions with a false premise: LoCoMo's fifth category is reported and not counted. */
const UNCOUNTED = new Set(['5'])

type Groups = Readonly<Record<string, Scores>>

export function report(ranked: readonly Ranked[]): Scores & { readonly by_category: Groups } {
  const answerable = ranked.filter(({ question }) => question.evidence.size > 0)
  return {
    ...scoresOf(answerable.filter(({ question }) => !UNCOUNTED.has(question.category))),
    by_category: grouped(answerable, ({ question }) => question.category),
  }
}

/** By the language of the question, one of those that its chat is written in. @returns null where all are in one */
export function byLanguage(
  ranked: readonly (Ranked & { readonly chat: EvalChat })[],
): Groups | null {
  const chats = [...new Set(ranked.map(({ chat }) => chat))]
  const languages = new Map(chats.map((chat) => [chat, languagesOf(chat)]))
  const answerable = ranked.filter(({ question }) => question.evidence.size > 0)
  const groups = grouped(answerable, ({ chat, question }) =>
    detectAmong(question.text, languages.get(chat) ?? []),
  )
  return Object.keys(groups).length < 2 ? null : groups
}

const languagesOf = ({ conversations }: EvalChat) => [
  ...new Set(
    conversations.map(({ messages }) =>
      detectLanguage(messages.map(({ content }) => content).join(' '), 'en'),
    ),
  ),
]

function grouped<Item extends Ranked>(
  ranked: readonly Item[],
  groupOf: (item: Item) => string,
): Groups {
  const groups = Map.groupBy(ranked, groupOf)
  return Object.fromEntries(
    [...groups.keys()].toSorted().map((name) => [name, scoresOf(groups.get(name) ?? [])]),
  )
}
