import type { PlannedEdge, PlannedName } from '../domain/consolidation.ts'
import type { DayTrace } from '../stores/consolidation/consolidation-days.ts'
import { SENTENCE_END, sentencesOf } from '../text/extraction/sentences.ts'
import { keyTerms, shareIn } from '../text/extraction/terms.ts'
import { wordsOf } from '../text/words.ts'

/** What a model may say of a day: nothing that the day does not say, in whole sentences, of memories it was shown. */

/** A paraphrase has words of its own; of what it speaks of, so much stands in what it rests on. */
const SUPPORTED_SHARE = 0.5
/** A summary of a day is shorter than this, or it is none. */
const MAX_SUMMARY_CHARS = 4_000
const NUMBER = /\p{N}+/gu
/** A word that begins with a capital and does not begin its sentence. German writes every noun so: there the words alone decide. */
const NAME = /(?<=[\p{L}\p{N},;:] )\p{Lu}[\p{L}\p{M}'’-]+/gu

/** What the sentences of a summary may rest on. */
export interface Evidence {
  readonly language: string
  readonly terms: ReadonlySet<string>
  readonly words: ReadonlySet<string>
  readonly numbers: ReadonlySet<string>
  readonly texts: readonly string[]
}

export function evidenceOf(
  traces: readonly DayTrace[],
  { day, language, also = [] }: { day: string; language: string; also?: readonly string[] },
): Evidence {
  const texts = [...traces.map(({ content }) => oneLine(content)), ...also]
  const speakers = traces.flatMap(({ role, name }) => [role ?? '', name ?? ''])
  const all = [...texts, ...speakers, 'user assistant']
  return {
    language,
    texts,
    terms: new Set(all.flatMap((text) => [...keyTerms(text, language)])),
    words: new Set(all.flatMap(wordsOf)),
    numbers: new Set(
      [...texts, ...day.split('-'), String(Number(day.slice(8)))].flatMap(numbersOf),
    ),
  }
}

/** Whether a summary is one: not empty, not cut, and each of its sentences supported by what was said. */
export function isSupported(summary: string, evidence: Evidence): boolean {
  const text = summary.trim()
  if (text === '' || text.length > MAX_SUMMARY_CHARS || isCut(text, evidence)) return false
  const sentences = sentencesOf(text, evidence.language)
  return sentences.length > 0 && sentences.every(({ text: one }) => saysNothingNew(one, evidence))
}

/** Ends in the middle, and not because what it quotes does. */
function isCut(text: string, { texts }: Evidence): boolean {
  if (SENTENCE_END.test(text)) return false
  const tail = oneLine(text).slice(-TAIL_CHARS)
  return !texts.some((one) => one.endsWith(tail))
}

const TAIL_CHARS = 16

function saysNothingNew(sentence: string, evidence: Evidence): boolean {
  const { language, terms, words, numbers } = evidence
  if (numbersOf(sentence).some((number) => !numbers.has(number))) return false
  const names = language === 'de' ? [] : [...sentence.matchAll(NAME)].map(([name]) => name)
  if (names.flatMap(wordsOf).some((word) => !words.has(word))) return false
  const own = keyTerms(sentence, language)
  return own.size === 0 || shareIn(own, terms) >= SUPPORTED_SHARE
}

const numbersOf = (text: string) => [...text.matchAll(NUMBER)].map(([number]) => number)
const oneLine = (text: string) => text.replaceAll(/\s+/gu, ' ').trim()

/** What may stand as the type of a link, whatever a model calls it. */
const PREDICATE = /^[a-z][a-z0-9_]{0,47}$/
/** Types that mean something else already. */
const RESERVED = new Set(['next', 'mentions', 'same_topic', 'summarizes', 'same_day'])

/** A link whose both ends are named by the memory that is said to relate them. */
export function isSoundEdge(edge: PlannedEdge, shown: ReadonlyMap<string, DayTrace>): boolean {
  const trace = shown.get(edge.memory)
  if (trace === undefined) return false
  const said = new Set([...wordsOf(trace.content), ...wordsOf(trace.name ?? '')])
  return (
    PREDICATE.test(edge.predicate) &&
    !RESERVED.has(edge.predicate) &&
    isNamed(edge.subject, said) &&
    isNamed(edge.object, said) &&
    (edge.subject.type !== edge.object.type || edge.subject.normalized !== edge.object.normalized)
  )
}

function isNamed({ value, normalized }: PlannedName, said: ReadonlySet<string>): boolean {
  const words = wordsOf(value)
  return normalized.trim() !== '' && words.length > 0 && words.every((word) => said.has(word))
}

/** Of the words of each, so many stand in the other. */
const SAME_SHARE = 0.6
const NEGATION =
  /(?:^|[^\p{L}])(?:not|no|never|without|cannot|nicht|kein\p{L}*|nie|niemals|ohne|pas|jamais|sans|nunca|jamás|sin|tampoco)(?![\p{L}])|n['’]t(?![\p{L}])/iu

/**
 * Whether two memories may be taken for one when a model says so. Two numbers, two names, or a "not" make two memories of any
 * two sentences: one too many costs little, a lost one is lost.
 */
export function saysTheSame(one: DayTrace, other: DayTrace): boolean {
  const [first, second] = [one.content, other.content]
  return (
    sameSet(numbersOf(first), numbersOf(second)) &&
    NEGATION.test(first) === NEGATION.test(second) &&
    sameSet(namesOf(first), namesOf(second)) &&
    shareBothWays(one, other) >= SAME_SHARE
  )
}

const CAPITALISED = /\p{Lu}[\p{L}\p{M}'’-]+/gu
/** Also at the beginning of a sentence: there a word that is no name makes two memories of one, which does no harm. */
const namesOf = (text: string) => [...text.matchAll(CAPITALISED)].flatMap(([name]) => wordsOf(name))

function shareBothWays(one: DayTrace, other: DayTrace): number {
  const [first, second] = [
    keyTerms(one.content, one.language),
    keyTerms(other.content, other.language),
  ]
  return Math.min(shareIn(first, second), shareIn(second, first))
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [new Set(one), new Set(other)]
  return first.size === second.size && first.isSubsetOf(second)
}
