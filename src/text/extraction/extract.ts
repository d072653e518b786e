import type { Turn } from '../../domain/transcript.ts'
import type { ExtractedFact, ExtractRequest } from '../../providers/language-model.ts'
import { clausesOf, wordCount } from './clauses.ts'
import { datesIn, withDates } from './dates.ts'
import { statementOf, type Statement } from './english.ts'
import { isTelling, salienceOf, showsAffect } from './salience.ts'
import { selected } from './select.ts'
import { sentencesOf, type Sentence } from './sentences.ts'
import { createSpeakers, type Speaker } from './speakers.ts'
import { keyTerms } from './terms.ts'

/** What was said into what is remembered: every statement is rated, the best of a stretch are kept. */

const MAX_WORDS = 25
const MAX_CHARS = 300
/** Leaves room for a name in place of "I" and for a date in brackets. */
const CLAUSE_WORDS = 21

interface Told extends Statement {
  readonly from: Sentence
}

interface Draft {
  readonly fact: ExtractedFact
  readonly terms: ReadonlySet<string>
  readonly salience: number
}

export function extractFacts(request: ExtractRequest): ExtractedFact[] {
  const speakerOf = createSpeakers([...request.before, ...request.turns])
  const names = new Set([...request.before, ...request.turns].map((turn) => speakerOf(turn).name))
  const drafts = request.turns.flatMap((turn) => {
    const speaker = speakerOf(turn)
    if (!speaker.remembered) return []
    return draftsOf(turn, { speaker, names: [...names], request })
  })
  return selected(drafts, request.turns.length).map(({ fact }) => fact)
}

function draftsOf(
  turn: Turn,
  context: { speaker: Speaker; names: readonly string[]; request: ExtractRequest },
): Draft[] {
  const { speaker, names, request } = context
  const called = names.filter((name) => name !== speaker.name)
  const statements = sentencesOf(turn.content, request.language)
    .flatMap((sentence) => clausesOf(sentence, CLAUSE_WORDS))
    .map((from): Told | Sentence => {
      const statement = statementOf(from, speaker, called)
      return statement === undefined ? from : { ...statement, from }
    })
  return joined(statements)
    .map((told) => draftOf(told, turn, context))
    .filter((draft) => draft !== undefined)
}

/** "It was inspiring" goes with what "it" is; without that it says nothing. */
function joined(statements: readonly (Told | Sentence)[]): Told[] {
  const found: Told[] = []
  let before: Told | undefined
  for (const one of statements) {
    if (!('told' in one)) before = undefined
    else if (one.subject !== 'pronoun') found.push((before = one))
    else if (before !== undefined && wordCount(`${before.told} ${one.told}`) <= MAX_WORDS - 3) {
      const both = { ...before, ...together(before, one) }
      found.splice(-1, 1, both)
      before = both
    } else before = undefined
  }
  return found
}

const together = (first: Told, second: Told) => ({
  told: `${first.told}; ${second.told[0]?.toLowerCase() ?? ''}${second.told.slice(1)}`,
  words: [...first.words, ...second.words],
  from: { ...first.from, end: second.from.end },
})

function draftOf(
  told: Told,
  turn: Turn,
  {
    speaker,
    names,
    request,
  }: { speaker: Speaker; names: readonly string[]; request: ExtractRequest },
): Draft | undefined {
  const said = turn.at ?? request.referenceTime
  const plain = told.own ? told.told : `${speaker.name} says that ${told.told}`
  const dates = datesIn(plain, said, request.language)
  const dated = withDates(plain, dates)
  const content = wordCount(dated) <= MAX_WORDS ? dated : plain
  if (wordCount(content) > MAX_WORDS || content.length > MAX_CHARS) return undefined
  const terms = keyTerms(content, request.language)
  const nameTerms = keyTerms(names.join(' '), request.language)
  const salience = salienceOf({
    terms: [...keyTerms(plain, request.language)].filter((term) => !nameTerms.has(term)).length,
    names: 0,
    numbers: dates.length + (/\d/u.test(plain) ? 1 : 0),
    affect: showsAffect(plain),
    asked: told.asked,
    own: told.own,
    telling: isTelling(plain),
    toOther: told.toOther,
    answers: false,
  })
  return {
    fact: {
      content: `${content}.`,
      evidence: [
        { position: turn.position, quote: turn.content.slice(told.from.start, told.from.end) },
      ],
      occurredAt: dates[0]?.at ?? null,
      entities: [],
      relations: [],
      salience,
    },
    terms,
    salience,
  }
}
