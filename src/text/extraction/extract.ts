import type { Turn } from '../../domain/transcript.ts'
import type { EntityMention, EntityType } from '../../domain/entity.ts'
import type {
  Evidence,
  ExtractedFact,
  ExtractRequest,
  FactRelation,
} from '../../providers/language-model.ts'
import { findEntities, normalizeEntity, personNamed } from '../entities.ts'
import { detectLanguage } from '../language.ts'
import { CORRECTS } from '../cues.ts'
import { ownStatements, type Statement } from '../statements.ts'
import { datesIn, withDates } from './dates.ts'
import { playedUntil } from './own-turns.ts'
import { relationsIn } from './relations.ts'
import { salienceOf } from './salience.ts'
import { roleOf } from '../../domain/roles.ts'
import { sentencesOf } from './sentences.ts'
import { createSpeakers, type Speaker } from './speakers.ts'
import { keyTerms, shareIn } from './terms.ts'
import { namedBy, toThirdPerson } from './third-person.ts'

/**
 * What was said into what is remembered: the users' own statements, each a fact. English ones are told in the third person where that
 * is certain ("The user lives in Graz."), all others are kept as they were said, after who said them ("User: Ich wohne in Graz.").
 */
export function extractFacts(request: ExtractRequest): ExtractedFact[] {
  const facts: Fact[] = []
  for (const fact of factsIn(request)) {
    if (fact.corrects) takeBack(facts, fact)
    if (!facts.some((known) => saysTheSame(known, fact))) facts.push(fact)
  }
  return facts.map(({ terms: _terms, corrects: _corrects, ...fact }) => fact)
}

interface Fact extends ExtractedFact {
  readonly terms: ReadonlySet<string>
  /** Takes back something said before: "Sorry, I was wrong, it is the 21st." */
  readonly corrects: boolean
}

/** What was corrected in the same conversation is not remembered: of what came before, the one that shares most words. */
function takeBack(facts: Fact[], correction: Fact): void {
  const shares = facts.map(({ terms }) => shareIn(correction.terms, terms))
  const most = Math.max(0, ...shares)
  if (most > 0) facts.splice(shares.lastIndexOf(most), 1)
}

/** Said twice in one conversation. */
const saysTheSame = (one: Fact, other: Fact) =>
  shareIn(one.terms, other.terms) === 1 && shareIn(other.terms, one.terms) === 1

function* factsIn({ turns, before, referenceTime, language }: ExtractRequest): Generator<Fact> {
  const all = [...before, ...turns]
  const speakerOf = createSpeakers(all)
  const spoken = languageOf(all, language)
  const played = playedUntil(all)
  for (const [at, turn] of all.entries()) {
    const speaker = speakerOf(turn)
    const from = played[at] ?? 0
    if (at < before.length || !speaker.remembered || from === Number.POSITIVE_INFINITY) continue
    const statements = ownStatements(turn.content, { language: spoken })
    const asked = questionBefore(all[at - 1], turn, { speakerOf, turns })
    const groups = grouped(
      statements.filter(({ start }) => start >= from),
      asked !== undefined,
    )
    for (const group of groups) {
      yield factOf(group, { turn, speaker, asked, said: turn.at ?? referenceTime })
    }
  }
}

/** A conversation tells its language where one sentence cannot; what is told of no language is taken for English. */
function languageOf(turns: readonly Turn[], language: string): string {
  if (language !== 'und') return language
  const own = turns.filter(({ role }) => roleOf(role) === 'user')
  const sample = (own.length > 0 ? own : turns)
    .slice(0, SAMPLED_TURNS)
    .map(({ content }) => content.slice(0, SAMPLED_CHARS))
  return detectLanguage(sample.join('\n'), 'en')
}

const SAMPLED_TURNS = 20
const SAMPLED_CHARS = 200

/** Statements that are one fact. */
interface Group {
  readonly statements: readonly Statement[]
  /** Means nothing without the question that it answers. */
  readonly answer: boolean
}

const MAX_CHARS = 300
/** Room for who said it, and for dates. */
const ROOM_CHARS = 40

/** What begins with a pronoun, or is only a few words, goes with the statement right before it; without one it is left out. */
function grouped(statements: readonly Statement[], asked: boolean): Group[] {
  const groups: Group[] = []
  for (const [at, one] of statements.entries()) {
    const last = groups.at(-1)
    const leans = one.dependent || one.short
    const first = last?.statements[0]
    // Who is meant was named before; after a sentence of the user alone it would be read as the user's.
    if (one.subjectless && !NAMES_SOMEBODY.test(last?.statements.at(-1)?.text ?? '')) continue
    if (leans && one.adjacent && last !== undefined && first !== undefined) {
      if (!SEVERAL_WORDS.test(one.text)) continue
      const fits = one.end - first.start <= MAX_CHARS - ROOM_CHARS
      if (fits) groups[groups.length - 1] = { ...last, statements: [...last.statements, one] }
    } else if (!leans || isItem(one)) groups.push({ statements: [one], answer: false })
    else if (at === 0 && asked) groups.push({ statements: [one], answer: true })
  }
  return groups
}

const NAMES_SOMEBODY = /(?<=\S\s+)\p{Lu}\p{L}+|(?<!\p{L})(?:[Mm]is?|[Nn]uestr[oa]s?)\s/u
const SEVERAL_WORDS = /\S\s+\S|[^\p{ASCII}]{3}|\p{N}/u

/** A few words that name or count something stand for themselves: "two lads, Reece (19) and Kai (12)". */
const isItem = ({ dependent, text }: Statement) => !dependent && /\p{N}/u.test(text)

interface Context {
  readonly turn: Turn
  readonly speaker: Speaker
  readonly asked: { readonly text: string; readonly evidence: Evidence | undefined } | undefined
  /** ISO 8601 */
  readonly said: string
}

function factOf({ statements, answer }: Group, { turn, speaker, asked, said }: Context): Fact {
  const [first] = statements
  const last = statements.at(-1)
  const language = first?.language ?? 'en'
  const quote = turn.content.slice(first?.start, last?.end)
  const written = contentOf(quote, { speaker, language, asked: answer ? asked?.text : undefined })
  const dates = datesIn(written, said, language)
  const dated = withDates(written, dates)
  const content = dated.length <= MAX_CHARS ? dated : written
  const relations = relationsIn(content, speaker.name ?? THE_USER)
  const entities = withRelated(entitiesOf(content, { speaker, language }), relations)
  return {
    content: /[.!?。！？…]["”']?$/u.test(content) ? content : `${content}.`,
    evidence: [
      ...(answer && asked?.evidence !== undefined ? [asked.evidence] : []),
      { position: turn.position, quote },
    ],
    occurredAt: dates[0]?.at ?? null,
    entities,
    relations,
    salience: salienceOf(content, {
      language,
      asked: statements.some((one) => one.asked),
      own: statements.some(({ own }) => own),
      names: entities.length,
    }),
    terms: keyTerms(quote, language),
    corrects: CORRECTS.test(sentenceAround(turn.content, first?.start ?? 0, last?.end ?? 0)),
  }
}

/** Those who talk need no finding. */
function entitiesOf(
  content: string,
  { speaker, language }: { readonly speaker: Speaker; readonly language: string },
): EntityMention[] {
  const found = findEntities(
    content.replace(/^(?:User|The user)(?:'s)?(?: \(asked "[^"]*"\))?:?/u, ''),
    language,
  )
  if (speaker.name === null) return found
  const own = personNamed(speaker.name)
  return [own, ...found.filter(({ normalized }) => normalized !== own.normalized)]
}

const THE_USER = 'The user'
const TYPES: Readonly<Record<string, EntityType>> = { lives_in: 'place', works_at: 'organization' }

/** Whom and what a fact relates has to be among what it names, the user too: so the graph shows how they belong together. */
function withRelated(
  entities: readonly EntityMention[],
  relations: readonly FactRelation[],
): EntityMention[] {
  const all = [...entities]
  const add = (value: string, type: EntityType) => {
    if (all.some((one) => one.value === value)) return
    const normalized = normalizeEntity(type, value)
    all.push({ type, value, normalized, confidence: 0.8, source: 'rules' })
  }
  for (const { subject, predicate, object } of relations) {
    add(subject, 'person')
    add(object, TYPES[predicate] ?? 'person')
  }
  return all
}

/** A statement with what opens it, which says how it is meant. */
const sentenceAround = (text: string, start: number, end: number) =>
  text.slice(Math.max(0, text.lastIndexOf('\n', start - 1) + 1, start - OPENING_CHARS), end)

const OPENING_CHARS = 60

function contentOf(
  quote: string,
  { speaker, language, asked }: { speaker: Speaker; language: string; asked: string | undefined },
): string {
  const words = quote.replaceAll(MARKUP, '').replaceAll(/\s+/gu, ' ').trim()
  const third = language === 'en' ? toThirdPerson(words, namedBy(speaker.name)) : undefined
  if (third !== undefined) return third
  const who = speaker.name ?? 'User'
  const content = asked === undefined ? `${who}: ${words}` : `${who} (asked "${asked}"): ${words}`
  return content.slice(0, MAX_CHARS - 1).toWellFormed()
}

/** What only sets off words. */
const MARKUP = /<\/?(?:b|i|u|s|em|strong|span|mark|small)>|\*\*|__(?=\S)|(?<=\S)__/giu
const QUESTION_CHARS = 120

/** The last question of the one who spoke before. */
function questionBefore(
  before: Turn | undefined,
  turn: Turn,
  { speakerOf, turns }: { speakerOf: (turn: Turn) => Speaker; turns: readonly Turn[] },
): Context['asked'] {
  if (before === undefined || before.role === turn.role) return undefined
  const text = sentencesOf(before.content.slice(-QUESTION_CHARS * 2), 'und').at(-1)?.text
  if (text === undefined || !/[?？؟]$/u.test(text) || text.length > QUESTION_CHARS) return undefined
  if (speakerOf(before).name === speakerOf(turn).name && speakerOf(turn).name !== null)
    return undefined
  const quoted = turns.includes(before) && before.content.includes(text)
  return { text, evidence: quoted ? { position: before.position, quote: text } : undefined }
}
