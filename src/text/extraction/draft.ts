import type { EntityMention } from '../../domain/entity.ts'
import type { Turn } from '../../domain/transcript.ts'
import type { ExtractedFact } from '../../providers/language-model.ts'
import { personNamed } from '../entities.ts'
import { wordCount } from './clauses.ts'
import { datesIn, withDates, type SaidDate } from './dates.ts'
import { pointsAway } from './english.ts'
import { relationsIn } from './relations.ts'
import { isTelling, salienceOf, showsAffect, tellsOfHealth } from './salience.ts'
import type { Rated } from './select.ts'
import { keyTerms } from './terms.ts'
import type { Told } from './told.ts'
import type { TurnContext } from './turn-statements.ts'

/** A statement as a fact: dated, with who and what it names, its evidence, and how much it deserves remembering. */

const MAX_WORDS = 25
const MAX_CHARS = 300

export interface Draft extends Rated {
  readonly fact: ExtractedFact
}

/** @param said ISO 8601: when the turn was said */
export function draftOf(
  told: Told,
  turn: Turn,
  { speaker, names, said }: Pick<TurnContext, 'speaker' | 'names'> & { readonly said: string },
): Draft | undefined {
  const dates = datesIn(told.told, said, told.language)
  const dated = withDates(told.told, dates)
  const content = wordCount(dated) <= MAX_WORDS ? dated : told.told
  if (wordCount(content) > MAX_WORDS || content.length >= MAX_CHARS) return undefined
  const entities = named(content, told, names)
  const quote = turn.content.slice(told.start, told.end)
  const salience = saliencyOf(told, { dates, entities, names })
  return {
    fact: {
      content: ended(content),
      evidence: [
        ...(told.alsoFrom === undefined ? [] : [told.alsoFrom]),
        { position: turn.position, quote },
      ],
      occurredAt: dates[0]?.at ?? null,
      entities,
      relations: told.language === 'en' ? relationsIn(content, speaker.name) : told.relations,
      salience,
    },
    terms: keyTerms(content, told.language),
    salience,
    vital: tellsOfHealth(told.told),
  }
}

const ended = (content: string) => (/[.!。！…]["”']?$/u.test(content) ? content : `${content}.`)

/** The people who talk, where they are named, and whom else the tagger found. */
function named(content: string, { entities }: Told, names: readonly string[]): EntityMention[] {
  const talking = names
    .filter((name) => name !== 'User' && content.includes(name))
    .map((name) => personNamed(name))
  const known = new Set(talking.map(({ normalized }) => normalized))
  const others = new Map(
    entities
      .filter(({ normalized }) => normalized !== '' && !known.has(normalized))
      .map((entity) => [`${entity.type}:${entity.normalized}`, entity]),
  )
  return [...talking, ...others.values()]
}

function saliencyOf(
  told: Told,
  context: {
    dates: readonly SaidDate[]
    entities: readonly EntityMention[]
    names: readonly string[]
  },
): number {
  const talking = keyTerms(context.names.join(' '), told.language)
  const terms = [...keyTerms(told.told, told.language)].filter((term) => !talking.has(term))
  const others = context.entities.filter(({ value }) => !context.names.includes(value))
  return salienceOf({
    terms: terms.length,
    names: others.length,
    numbers: context.dates.length + (/\d/u.test(told.told) ? 1 : 0),
    affect: showsAffect(told.told),
    asked: told.asked,
    own: told.own,
    telling: isTelling(told.told),
    toOther: told.toOther,
    answers: told.answers,
    health: tellsOfHealth(told.told),
    pointsAway: told.language === 'en' && pointsAway(told.told),
  })
}
