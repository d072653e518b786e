import { percent } from './facts-score.ts'
import type { GoldQuestion } from './gold-sets.ts'
import { says, type Matcher } from './matcher.ts'

/** How well recall, answers, contexts and a narrative agree with what is known of a person. */

export interface AskedQuestion {
  readonly question: GoldQuestion
  readonly person: string
  /** Contents of the hits, the best first. */
  readonly hits: readonly string[]
  /** What ask_memory answered; null when it said that it is not known. */
  readonly answer: string | null
}

export const placeOf = ({ question: { right }, hits }: AskedQuestion): number =>
  right === undefined ? -1 : hits.findIndex((content) => says(content, right))

export type AnswerVerdict = 'right' | 'wrong' | 'not known'

export function judgeAnswer({
  question,
  answer,
}: Pick<AskedQuestion, 'question' | 'answer'>): AnswerVerdict {
  const { answer: expected, wrong } = question
  if (expected === undefined) return answer === null ? 'right' : 'wrong'
  if (answer === null) return 'not known'
  if (wrong !== undefined && says(answer, wrong)) return 'wrong'
  return says(answer, expected) ? 'right' : 'wrong'
}

export interface BuiltContext {
  readonly person: string
  readonly q: string
  readonly missing: readonly Matcher[]
  readonly leaked: readonly Matcher[]
}

export function judgeContext(
  text: string,
  gold: { readonly must: readonly Matcher[]; readonly never: readonly Matcher[] },
): Pick<BuiltContext, 'missing' | 'leaked'> {
  return {
    missing: gold.must.filter((one) => !says(text, one)),
    // Line by line: the words of two memories together say nothing.
    leaked: gold.never.filter((one) => text.split('\n').some((each) => says(each, one))),
  }
}

export interface JudgedNarrative {
  readonly person: string
  readonly text: string
  readonly must: number
  readonly missing: readonly Matcher[]
  readonly leaked: readonly string[]
  /** Lines that are no headings, and those of them without a citation. */
  readonly lines: number
  readonly uncited: readonly string[]
}

export function judgeNarrative(
  text: string,
  gold: {
    readonly must: readonly { readonly says: Matcher }[]
    readonly never: readonly { readonly says: Matcher; readonly why: string }[]
  },
): Omit<JudgedNarrative, 'person'> {
  const lines = text.split('\n').filter((each) => each.trim() !== '' && !isHeading(each))
  return {
    text,
    must: gold.must.length,
    missing: gold.must.filter((one) => !says(text, one.says)).map((one) => one.says),
    leaked: gold.never
      .filter((one) => lines.some((each) => says(each, one.says)))
      .map(({ says: words, why }) => `${why}: ${words.all.join(' + ')}`),
    lines: lines.length,
    uncited: lines.filter((each) => !/\[\d+\]/u.test(each)),
  }
}

const isHeading = (text: string) => /^\s*#/u.test(text) || /^\*\*[^*]+\*\*:?$/u.test(text.trim())

export interface JudgedPair {
  readonly id: string
  readonly language: string
  /** The older statement is superseded, or ranked lower because there is a newer one. */
  readonly demoted: boolean
}

const FIRST_FEW = 4

export type PersonResult = ReturnType<typeof personResult>

/** Everything in percent but counts; to be read as JSON. */
export function personResult(judged: {
  readonly asked: readonly AskedQuestion[]
  readonly contexts: readonly BuiltContext[]
  readonly narratives: readonly JudgedNarrative[]
  readonly pairs: readonly JudgedPair[]
}) {
  const { pairs } = judged
  return {
    ...recallResult(judged.asked),
    ...answerResult(judged.asked),
    pairs: pairs.length,
    false_demotions: percent(pairs.filter(({ demoted }) => demoted).length, pairs.length),
    ...contextResult(judged.contexts),
    ...narrativeResult(judged.narratives),
  }
}

function recallResult(asked: readonly AskedQuestion[]) {
  const answerable = asked.filter(({ question }) => question.right !== undefined)
  const places = answerable.map(placeOf)
  const within = (k: number) => places.filter((place) => place >= 0 && place < k).length
  return {
    questions: answerable.length,
    first: percent(within(1), places.length),
    first_four: percent(within(FIRST_FEW), places.length),
    outdated_first: percent(answerable.filter(isOutdatedFirst).length, places.length),
  }
}

function isOutdatedFirst(one: AskedQuestion): boolean {
  const { outdated } = one.question
  const [best] = one.hits
  return best !== undefined && outdated !== undefined && placeOf(one) !== 0 && says(best, outdated)
}

function answerResult(asked: readonly AskedQuestion[]) {
  const verdicts = asked.map(judgeAnswer)
  const share = (verdict: AnswerVerdict) =>
    percent(verdicts.filter((one) => one === verdict).length, verdicts.length)
  return {
    asked: asked.length,
    answered_right: share('right'),
    answered_wrong: share('wrong'),
    not_known: share('not known'),
  }
}

function contextResult(contexts: readonly BuiltContext[]) {
  const right = contexts.filter(({ missing, leaked }) => missing.length + leaked.length === 0)
  return {
    contexts: contexts.length,
    contexts_right: percent(right.length, contexts.length),
    context_missing: contexts.reduce((total, { missing }) => total + missing.length, 0),
    context_leaked: contexts.reduce((total, { leaked }) => total + leaked.length, 0),
  }
}

function narrativeResult(narratives: readonly JudgedNarrative[]) {
  const sum = (of: (one: JudgedNarrative) => number) =>
    narratives.reduce((total, one) => total + of(one), 0)
  const must = sum((one) => one.must)
  return {
    narrative_lines: sum(({ lines }) => lines),
    narrative_found: percent(must - sum(({ missing }) => missing.length), must),
    narrative_leaked: sum(({ leaked }) => leaked.length),
    narrative_uncited: sum(({ uncited }) => uncited.length),
  }
}
