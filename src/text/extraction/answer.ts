import type { Answer, AnswerRequest, QuotedMemory } from '../../providers/language-model.ts'
import { detectLanguage } from '../language.ts'
import { oneLine } from './summarise.ts'
import { keyTerms } from './terms.ts'
import { withBaseVerbs } from './verbs.ts'

/** Answers a question with the memories that speak of what it asks, word for word, or says that none does. */

const UNKNOWN: Answer = { known: false, answer: '', citations: [] }

/** Share of a question's key terms that one memory must hold. "Where does Jon work?" has two: either alone says nothing. */
const ENOUGH = 0.6
/** Others come along when they hold nearly as much. */
const NEARLY = 0.85
const MAX_CITED = 3

/** What asks, in words that no answer repeats. */
const ASKING =
  /\b(?:what|which|who|whom|whose|when|where|why|how|kind|sort|type|many|much|tell|know|remember|name of|does|did|was|wer|wo|wann|warum|wie|qué|quién|dónde|cuándo|qui|où|quand|comment)\b/giu
const WHEN =
  /^\s*(?:when|what (?:day|date|year|month)|since when|how long ago|wann|cuándo|quand)\b/iu

export function answerFrom({ question, memories }: AnswerRequest): Answer {
  const language = detectLanguage(question, 'en')
  const termsOf = (text: string) => keyTerms(withBaseVerbs(text), language)
  const asked = termsOf(question.replaceAll(ASKING, ' '))
  if (asked.size === 0) return UNKNOWN
  const told = memories.map((memory) => ({ memory, terms: termsOf(memory.content) }))
  const weigh = createWeights(told.map(({ terms }) => terms))
  const names = keyTerms(namesIn(question), language)
  const held = told
    .map(({ memory, terms }) => ({ memory, share: shareHeld({ asked, names, terms, weigh }) }))
    .filter(({ share }) => share >= ENOUGH)
    .toSorted((a, b) => b.share - a.share || byTime(b.memory, a.memory))
  const [best] = held
  if (best === undefined) return UNKNOWN
  const cited = held.filter(({ share }) => share >= best.share * NEARLY).slice(0, MAX_CITED)
  const dated = WHEN.test(question)
  return {
    known: true,
    answer: cited
      .map(({ memory }) => (dated ? withDay(memory) : oneLine(memory.content)))
      .join(' '),
    citations: cited.map(({ memory }) => memory.id),
  }
}

type Terms = ReadonlySet<string>

/** Inverse document frequency: what no memory holds weighs most, so a memory cannot answer by the common words of a question. */
function createWeights(memories: readonly Terms[]): (term: string) => number {
  const holders = new Map<string, number>()
  for (const terms of memories) {
    for (const term of terms) holders.set(term, (holders.get(term) ?? 0) + 1)
  }
  return (term) => Math.log(1 + memories.length / (1 + (holders.get(term) ?? 0)))
}

/** By weight, of what is asked but for the names in it; of a question that only names ("Who is Toby?"), of those. */
function shareHeld(of: {
  readonly asked: Terms
  readonly names: Terms
  readonly terms: Terms
  readonly weigh: (term: string) => number
}): number {
  const others = [...of.asked].filter((term) => !of.names.has(term))
  // A memory of somebody or somewhere else does not answer.
  if (![...of.names].every((term) => of.terms.has(term))) return 0
  const telling = others.length > 0 ? others : [...of.asked]
  const weight = (terms: readonly string[]) => terms.reduce((sum, term) => sum + of.weigh(term), 0)
  return weight(telling.filter((term) => of.terms.has(term))) / weight(telling)
}

const namesIn = (question: string) =>
  [...question.matchAll(/(?<=\S\s+)\p{Lu}[\p{L}\p{M}]+/gu)].map(([name]) => name).join(' ')

const byTime = (one: QuotedMemory, other: QuotedMemory) =>
  Date.parse(one.occurredAt) - Date.parse(other.occurredAt)

const DAY = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
})

/** A memory that says no day itself has the one it is of. */
function withDay({ content, occurredAt }: QuotedMemory): string {
  const text = oneLine(content)
  const at = new Date(occurredAt)
  if (/\b\d{4}\b/u.test(text) || Number.isNaN(at.getTime())) return text
  return `${text.replace(/[.!]$/u, '')} (remembered of ${DAY.format(at)}).`
}
