import type { Hit } from '../domain/recall.ts'
import { detectLanguage } from '../text/language.ts'
import { lexemesOf } from '../text/tokens.ts'

/** Each thing once: a fact, the message that it was taken from and the summary that repeats it are one line. */

/** What has so many of its words in one line before it says nothing new, unless it has another number. */
const REPEATED = 0.8
/** A summary is made of what others say; so much of it in the others together is enough. */
const SUMMED_UP = 0.5

/** @param hits in order; of what repeats, the first stays, and a summary gives way to whatever it sums up */
export function saidOnce(hits: readonly Hit[]): Hit[] {
  // Short texts hardly say what they are written in; compared are all in the same.
  const language = detectLanguage(hits.map(({ content }) => content).join('\n'))
  const said = hits.map((hit) => ({ hit, lexemes: new Set(lexemesOf(hit.content, language)) }))
  const kept: Said[] = []
  for (const one of said.filter(({ hit }) => hit.kind !== 'summary')) {
    if (!kept.some((other) => repeats(one, other))) kept.push(one)
  }
  const others = kept.reduce((all, { lexemes }) => all.union(lexemes), new Set<string>())
  const sessions = new Set(kept.flatMap(({ hit: { session_id: id } }) => (id === null ? [] : [id])))
  const summaries = said.filter(
    ({ hit, lexemes }) =>
      hit.kind === 'summary' &&
      !(hit.session_id !== null && sessions.has(hit.session_id)) &&
      shareOf(lexemes, others) < SUMMED_UP,
  )
  const stay = new Set([...kept, ...summaries].map(({ hit }) => hit))
  return hits.filter((hit) => stay.has(hit))
}

interface Said {
  readonly hit: Hit
  readonly lexemes: ReadonlySet<string>
}

function repeats(one: Said, other: Said): boolean {
  const sources = new Set(other.hit.message_ids)
  if (one.hit.kind !== other.hit.kind && one.hit.message_ids.some((id) => sources.has(id))) {
    return true
  }
  const numbers = [...one.lexemes].filter((lexeme) => /\p{N}/u.test(lexeme))
  return (
    numbers.every((number) => other.lexemes.has(number)) &&
    shareOf(one.lexemes, other.lexemes) >= REPEATED
  )
}

const shareOf = (some: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  some.size === 0 ? 0 : some.intersection(others).size / some.size
