import type { GoldTranscript } from './gold-sets.ts'
import { fold, says } from './matcher.ts'

/** How well the facts of a transcript agree with what it says. */

export interface FoundFact {
  readonly content: string
  readonly active: boolean
}

/** What `recall` answered to a question about something that changed. */
export type CurrentTruth = 'holds' | 'outdated' | 'silent'

export interface ScoredTranscript {
  readonly id: string
  readonly language: string
  readonly kind: string
  readonly facts: number
  /** Facts that are right. */
  readonly right: number
  readonly must: number
  readonly found: number
  /** Facts about somebody else than the one who said it, or that nobody said of themselves. */
  readonly wrongPerson: readonly string[]
  readonly wrongDate: readonly string[]
  readonly corrupted: readonly string[]
  /** Facts that nothing in the set expects, and those it forbids for another reason. */
  readonly other: readonly string[]
  readonly missed: readonly string[]
  readonly current: readonly CurrentTruth[]
}

/** What is said by somebody else, or not meant. */
const WRONG_PERSON: ReadonlySet<string> = new Set([
  'person',
  'quoted',
  'pasted',
  'roleplay',
  'assistant',
  'context',
])

export function scoreFacts(
  gold: GoldTranscript,
  found: readonly FoundFact[],
  current: readonly CurrentTruth[],
): ScoredTranscript {
  // A short answer is kept with the question that it answers.
  const said = gold.sessions
    .flatMap(({ turns }) => turns)
    .map(({ content }) => content)
    .join('\n')
  // What was superseded has been put right; it counts as found, and no longer as a claim.
  const judged = found
    .filter(({ active }) => active)
    .map(({ content }) => ({ content, verdict: verdictOf(gold, content, said) }))
  const of = (verdict: Verdict) =>
    judged.filter((one) => one.verdict === verdict).map(({ content }) => content)
  const missed = gold.must.filter((one) => !found.some(({ content }) => says(content, one.says)))
  return {
    id: gold.id,
    language: gold.language,
    kind: gold.kind,
    facts: judged.length,
    right: of('right').length,
    must: gold.must.length,
    found: gold.must.length - missed.length,
    wrongPerson: of('wrongPerson'),
    wrongDate: of('wrongDate'),
    corrupted: of('corrupted'),
    other: of('other'),
    missed: missed.map((one) => one.says.all.join(' + ')),
    current,
  }
}

type Verdict = 'right' | 'wrongPerson' | 'wrongDate' | 'corrupted' | 'other'

function verdictOf(gold: GoldTranscript, content: string, said: string): Verdict {
  const forbidden = gold.never.filter((one) => says(content, one.says)).map(({ why }) => why)
  if (forbidden.some((why) => WRONG_PERSON.has(why))) return 'wrongPerson'
  if (forbidden.includes('corrupted') || isCorrupted(content, said)) return 'corrupted'
  const expected = gold.must.filter((one) => says(content, one.says))
  const dates = resolvedDates(content, said)
  const wrongDate = expected.some(
    ({ date }) => date !== undefined && dates.length > 0 && !dates.some((one) => agree(one, date)),
  )
  if (wrongDate || forbidden.includes('date')) return 'wrongDate'
  if (forbidden.length > 0) return 'other'
  return expected.length > 0 || gold.may.some((one) => says(content, one)) ? 'right' : 'other'
}

const ISO_DATE = /(?<!\d)(?:19|20)\d\d(?:-\d\d){0,2}(?!\d)/gu

/** Dates that the fact gives and the user did not write. */
const resolvedDates = (content: string, said: string) =>
  (content.match(ISO_DATE) ?? []).filter((date) => !said.includes(date))

/** As exact as both are. */
const agree = (a: string, b: string) => a.startsWith(b) || b.startsWith(a)

/** A date that stands beside the words it explains: "(20 May 2026)", or in ISO form. */
const RESOLVED = /\([^()]*(?:19|20)\d\d[^()]*\)|(?<!\d)(?:19|20)\d\d(?:-\d\d){0,2}(?!\d)/gu
const WITH_DIGITS = /[\p{L}\p{N}][\p{L}\p{N}.,:/+@#_-]*/gu
const QUOTES = /"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|「([^」]+)」|`([^`]+)`/gu

/** Numbers, codes and quoted words have to be those that were written. Dates that were resolved are judged as dates. */
export function isCorrupted(content: string, said: string): boolean {
  const source = fold(said)
  const without = content.replaceAll(RESOLVED, (date) => (said.includes(date) ? date : ' '))
  const numbers = (without.match(WITH_DIGITS) ?? [])
    .map((token) => fold(token).replace(/[.,:/+@#_-]+$/u, ''))
    .filter((token) => /\p{N}/u.test(token))
  const quoted = [...without.matchAll(QUOTES)].map((match) =>
    fold(match.slice(1).find((part) => part !== undefined) ?? ''),
  )
  return [...numbers, ...quoted].some((part) => !source.includes(part))
}

export interface FactScores {
  readonly transcripts: number
  readonly facts: number
  /** Percent. */
  readonly precision: number
  readonly recall: number
  readonly wrong_person: number
  readonly wrong_date: number
  readonly corrupted: number
  readonly current_asked: number
  /** Percent of what changed for which recall answers first with what no longer holds. */
  readonly current_errors: number
}

export function sumFacts(scored: readonly ScoredTranscript[]): FactScores {
  const sum = (of: (one: ScoredTranscript) => number) =>
    scored.reduce((total, one) => total + of(one), 0)
  const asked = sum(({ current }) => current.length)
  const outdated = sum(({ current }) => current.filter((one) => one === 'outdated').length)
  return {
    transcripts: scored.length,
    facts: sum(({ facts }) => facts),
    precision: percent(
      sum(({ right }) => right),
      sum(({ facts }) => facts),
    ),
    recall: percent(
      sum(({ found }) => found),
      sum(({ must }) => must),
    ),
    wrong_person: sum(({ wrongPerson }) => wrongPerson.length),
    wrong_date: sum(({ wrongDate }) => wrongDate.length),
    corrupted: sum(({ corrupted }) => corrupted.length),
    current_asked: asked,
    current_errors: percent(outdated, asked),
  }
}

/** One decimal; of nothing it is 0. */
export const percent = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10
