import type { NarrativeLine, NarrativeSection } from '../../domain/narrative.ts'
import { NARRATIVE_SECTIONS } from '../../domain/narrative.ts'
import type { NarrateRequest, QuotedMemory } from '../../providers/language-model.ts'
import { datesIn } from '../extraction/dates.ts'
import { SENTENCE_END } from '../extraction/sentences.ts'
import { keyTerms, shareIn } from '../extraction/terms.ts'
import { wordsOf } from '../words.ts'
import { spokenIn } from './languages.ts'
import { namesIn, placesOf, subjectOf } from './people.ts'
import {
  folded,
  isOfTopic,
  LEAST_SCORE,
  PLACES,
  relativesIn,
  scoresOf,
  TOPICS,
  type Topic,
} from './topics.ts'

/**
 * Who somebody is, out of their own statements and without a language model: each goes to the topic of which it says most, and of
 * each topic the newest are kept. What it says is never rewritten; what fits nowhere is left out.
 */

interface Statement {
  readonly id: string
  readonly text: string
  readonly language: string
  readonly at: number
  /** Somebody else whom it is about. */
  readonly about: string | null
  readonly topic: Topic
  readonly score: number
  /** What it speaks of, without the words of its topic and without numbers. */
  readonly terms: ReadonlySet<string>
  /** The same with those of its topic. */
  readonly words: ReadonlySet<string>
  /** It is about what is to come. */
  readonly plans: boolean
  /** The latest moment that it names, else when it was said. */
  readonly when: number
  /** The numbers that it names. */
  readonly times: string
}

const DAY_MS = 86_400_000

export function portraitOf({
  memories,
  user,
  maxChars,
  language,
}: NarrateRequest): NarrativeLine[] {
  const own = new Set(
    folded(user)
      .split(/[^\p{L}]+/u)
      .filter((word) => word.length >= 3),
  )
  const spoken = spokenIn(memories.map(({ content }) => content))
  const said = memories.map((memory) => {
    const { content: text } = memory
    return { memory, text, language: spoken.of(text) }
  })
  const names = namesIn(said, own)
  const newest = Math.max(...memories.map(({ occurredAt }) => Date.parse(occurredAt)))
  const all = said.flatMap((one) => placed(one, { names, own }))
  const statements = all.filter((one) => holds(one, all, newest))
  const chosen = TOPICS.flatMap((topic) => {
    const found = statements.filter((one) => one.topic === topic)
    const read = found.filter((one) => one.language === language || isWorthReading(one))
    return chosenOf(topic, read, names)
  })
  const lines = withoutOldWork(chosen).map(({ id, text, topic }) =>
    lineOf(PLACES[topic].section, text, id),
  )
  return fitting(lines.length >= FEW ? lines : [...lines, ...restOf(memories, lines)], maxChars)
}

/** In a language that is not the user's own a statement is read only where it says much of its topic, or of their health. */
const FOREIGN_SCORE = 4
const isWorthReading = ({ topic, score }: Statement) =>
  PLACES[topic].section === 'health' || score >= FOREIGN_SCORE

/** A plan without a date is one for so long. */
const PLAN_DAYS = 90
/** Two statements with so many words in common speak of the same. */
const SAME_TERMS = 2
const SAME_SHARE = 0.4

/** Neither a plan that is over nor something that was put off since: what names a time goes with the last that names one for it. */
function holds(one: Statement, all: readonly Statement[], newest: number): boolean {
  if (one.plans && one.when < newest - DAY_MS && one.at < newest - PLAN_DAYS * DAY_MS) return false
  if (one.plans && one.when > one.at + DAY_MS && one.when < newest - DAY_MS) return false
  if (one.times === '') return true
  return !all.some(
    (other) =>
      other.at > one.at &&
      other.times !== '' &&
      other.times !== one.times &&
      common(one.words, other.words) >= SAME_TERMS &&
      shareIn(one.words, other.words) >= SAME_SHARE,
  )
}

const isOfSame = (one: Statement, other: Statement) =>
  common(one.terms, other.terms) >= SAME_TERMS || shareIn(one.terms, other.terms) > SAME_SHARE

function common(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let both = 0
  for (const term of one) if (other.has(term)) both += 1
  return both
}

/** With fewer lines than this, whatever was said last is told too. */
const FEW = 3

const lineOf = (section: NarrativeSection, text: string, id: string): NarrativeLine => ({
  section,
  text: SENTENCE_END.test(text) ? text : `${text}.`,
  sources: [id],
})

function restOf(
  memories: readonly QuotedMemory[],
  lines: readonly NarrativeLine[],
): NarrativeLine[] {
  const told = new Set(lines.flatMap(({ sources }) => sources))
  return memories
    .filter(({ id }) => !told.has(id))
    .toSorted((a, b) => b.occurredAt.localeCompare(a.occurredAt))
    .slice(0, REST)
    .map(({ id, content }) => lineOf('more', content, id))
}

const REST = 5

interface SaidBy {
  readonly memory: QuotedMemory
  readonly text: string
  readonly language: string
}

interface Known {
  readonly names: ReadonlySet<string>
  readonly own: ReadonlySet<string>
}

/** Under the topic of which it says most; one that is about somebody else is of people, whatever they do. */
function placed({ memory, text, language }: SaidBy, known: Known): Statement[] {
  const about = subjectOf({ text, language }, known)
  const scores = scoresOf(text, language)
  if (beginsWithOwnName(text, known.own)) scores.set('identity', (scores.get('identity') ?? 0) + 2)
  const at = Date.parse(memory.occurredAt)
  const when = saysWhen(text, memory.occurredAt, language)
  if (when > at + DAY_MS && scores.has('plan')) scores.set('plan', (scores.get('plan') ?? 0) + 1)
  const plans = scores.has('plan')
  if (about !== null) {
    const score = 2 + (scores.get('family') ?? 0)
    const topic = (scores.get('pets') ?? 0) > (scores.get('family') ?? 0) ? 'pets' : 'family'
    scores.clear()
    scores.set(topic, score)
  }
  const best = bestOf(scores)
  if (best === undefined) return []
  const [topic, score] = best
  const words = new Set([...keyTerms(text, language)].filter((term) => !/\p{N}/u.test(term)))
  const terms = new Set([...words].filter((term) => !isOfTopic(term, topic, language)))
  const times = [...text.matchAll(NUMBERS)].map(([number]) => number).join(' ')
  return [
    { id: memory.id, text, language, at, about, topic, score, terms, words, plans, when, times },
  ]
}

/** Who promises to write a mail today has no plan: it takes a time too. */
const LEAST_OF_PLAN = 3

/** What could do harm goes before all else. */
function bestOf(scores: ReadonlyMap<Topic, number>): [Topic, number] | undefined {
  const allergy = scores.get('allergy') ?? 0
  if (allergy >= LEAST_SCORE) return ['allergy', allergy]
  return [...scores]
    .filter(([topic, score]) => score >= (topic === 'plan' ? LEAST_OF_PLAN : LEAST_SCORE))
    .toSorted((a, b) => b[1] - a[1] || TOPICS.indexOf(a[0]) - TOPICS.indexOf(b[0]))[0]
}

/** Chinese writes days of the month in characters too. */
const NUMBERS = /\p{N}+|[一二三四五六七八九十]+(?=[月号日点岁])/gu

/** "Orla Penhallow, 37." */
function beginsWithOwnName(text: string, own: ReadonlySet<string>): boolean {
  const [, first = '', second = ''] =
    /^(?:Ich bin |I am |I'm |Soy |Je suis )?(\p{Lu}[\p{L}\p{M}-]+)([ ,]+(?:\p{Lu}|\d)|,)/u.exec(
      text,
    ) ?? []
  return second !== '' && own.has(folded(first))
}

/** Weaker statements than this share of the best are spoken in passing. */
const STRONG_SHARE = 0.5

function chosenOf(
  topic: Topic,
  all: readonly Statement[],
  names: ReadonlySet<string>,
): Statement[] {
  const { keeps, withinDays } = PLACES[topic]
  const ofPeople = topic === 'family' || topic === 'pets'
  const best = ofPeople ? 0 : Math.max(0, ...all.map(({ score }) => score))
  const strong = all
    .filter(({ score }) => score >= STRONG_SHARE * best)
    .toSorted((a, b) => b.at - a.at)
  const since = (strong[0]?.at ?? 0) - withinDays * DAY_MS
  const chosen: Statement[] = []
  for (const one of strong) {
    if (one.at < since) break
    const isKnown = ofPeople
      ? (other: Statement) =>
          peopleIn(one, names).some((who) => peopleIn(other, names).includes(who))
      : (other: Statement) => isOfSame(one, other)
    if (!chosen.some(isKnown)) chosen.push(one)
  }
  if (!ofPeople) return chosen.slice(0, keeps).toSorted((a, b) => b.score - a.score)
  // Whoever is spoken of most is closest.
  const closeness = (one: Statement) => {
    const who = peopleIn(one, names)
    return all.filter((other) => peopleIn(other, names).some((name) => who.includes(name))).length
  }
  return chosen.toSorted((a, b) => closeness(b) - closeness(a) || b.at - a.at).slice(0, keeps)
}

/** Who it is told of: whoever its subject is, and the first who is named; else the relatives that it speaks of. */
function peopleIn({ about, text, language }: Statement, names: ReadonlySet<string>): string[] {
  const [first] = placesOf(text, names)
  const of = [about, first?.name].filter((one) => typeof one === 'string').map(folded)
  return of.length > 0 ? of : [...relativesIn(text, language), folded(text)].slice(0, 1)
}

/** The latest moment that it names, or when it was said. */
function saysWhen(text: string, said: string, language: string): number {
  // The parser of dates tries some forty patterns: where there is neither a number nor a plan it finds none that matters.
  if (!/\p{N}/u.test(text) && !scoresOf(text, language).has('plan')) return Date.parse(said)
  const named = datesIn(text, said, language).map(({ at }) => Date.parse(at))
  return Math.max(Date.parse(said), ...named)
}

/** Names an employer: "at St Brannoc's", "am Gymnasium". */
const EMPLOYED =
  /(?<!\p{L})(?:at|for|bei|beim|am|an der|chez|en el|en la|en|au|à la) (?:the )?\p{Lu}/u

/** Who somebody is may name an employer they have left: where their work is told of anew, that goes. */
function withoutOldWork(chosen: readonly Statement[]): Statement[] {
  const work = Math.max(0, ...chosen.filter(({ topic }) => topic === 'job').map(({ at }) => at))
  return chosen.filter(
    ({ topic, at, text }) => topic !== 'identity' || at >= work || !EMPLOYED.test(text),
  )
}

/** What nobody reads to its end is no portrait. */
const MAX_WORDS = 280

/** Sections in their order; where there is too much, the longest section gives way. */
function fitting(all: readonly NarrativeLine[], maxChars: number): NarrativeLine[] {
  const bySection = NARRATIVE_SECTIONS.map((section) =>
    all.filter((line) => line.section === section),
  )
  for (;;) {
    const lines = bySection.flat()
    const words = lines.reduce((sum, { text }) => sum + wordsOf(text).length, 0)
    const chars = lines.reduce((sum, { text }) => sum + text.length, 0)
    if (lines.length === 0 || (words <= MAX_WORDS && chars <= maxChars)) return lines
    bySection.reduce((longest, one) => (one.length > longest.length ? one : longest)).pop()
  }
}
