import type { Turn } from '../../domain/transcript.ts'
import type { Evidence } from '../../providers/language-model.ts'
import { detectLanguage } from '../language.ts'
import { findEntities } from '../entities.ts'
import { factOf } from './answers.ts'
import { clausesOf, wordCount } from './clauses.ts'
import { englishStatement } from './english.ts'
import { otherStatements } from './other-languages.ts'
import { sentencesOf, type Sentence } from './sentences.ts'
import type { Speaker } from './speakers.ts'
import { isQuestion } from './statement.ts'
import type { Told } from './told.ts'

/** All statements of one turn. */

/** Leaves room for a name in place of "I" and for a date in brackets. */
const CLAUSE_WORDS = 21
/** Two statements together are still one memory up to here, with room for a date. */
const JOINED_WORDS = 22
/** Nobody says more in one turn; what is pasted in is read as far as this. It bounds the time a turn can take. */
const SENTENCES_READ = 400

export interface TurnContext {
  readonly speaker: Speaker
  /** Everybody who talks. */
  readonly names: readonly string[]
  /** The other one's last words, when they were a question. */
  readonly question: { readonly text: string; readonly evidence: Evidence | undefined } | undefined
  readonly language: string
}

export function statementsOf(turn: Turn, context: TurnContext): Told[] {
  const language = languageOf(turn.content, context.language)
  const sentences = sentencesOf(turn.content, language).slice(0, SENTENCES_READ)
  if (language !== 'en') {
    return sentences.flatMap((sentence) => otherStatements(sentence, context.speaker, language))
  }
  const called = context.names.filter((name) => name !== context.speaker.name)
  const answer = answerOf(sentences[0], context)
  const statements = sentences
    .slice(answer === undefined ? 0 : 1)
    .flatMap((sentence) => clausesOf(sentence, CLAUSE_WORDS))
    .map((from) => englishStatement(from, context.speaker, called))
  return [...(answer === undefined ? [] : [answer]), ...joined(statements)]
}

function answerOf(
  first: Sentence | undefined,
  { question, speaker }: TurnContext,
): Told | undefined {
  if (question === undefined || first === undefined) return undefined
  const told = factOf(question.text, first.text, speaker.name)
  if (told === undefined) return undefined
  return {
    told,
    leans: false,
    own: true,
    toOther: false,
    asked: false,
    answers: true,
    start: first.start,
    end: first.end,
    ...(question.evidence === undefined ? {} : { alsoFrom: question.evidence }),
    entities: findEntities(told, 'en'),
    relations: [],
    language: 'en',
  }
}

/** "It was inspiring" goes with what "it" is; without that it says nothing. */
function joined(statements: readonly (Told | undefined)[]): Told[] {
  const found: Told[] = []
  let before: Told | undefined
  for (const one of statements) {
    if (one === undefined) before = undefined
    else if (!one.leans) found.push((before = one))
    else if (before !== undefined && wordCount(`${before.told} ${one.told}`) <= JOINED_WORDS) {
      before = together(before, one)
      found.splice(-1, 1, before)
    } else before = undefined
  }
  return found
}

const together = (first: Told, second: Told): Told => ({
  ...first,
  told: `${first.told}; ${second.told[0]?.toLowerCase() ?? ''}${second.told.slice(1)}`,
  end: second.end,
  entities: [...first.entities, ...second.entities],
})

/** Names make a short sentence look like any language; in its own script it is none but its own. */
const TELLING_CHARS = 100
const FOREIGN_SCRIPT = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u

function languageOf(text: string, conversation: string): string {
  if (conversation !== 'und' && text.length < TELLING_CHARS && !FOREIGN_SCRIPT.test(text)) {
    return conversation
  }
  return detectLanguage(text, conversation)
}

/** The last sentence of a turn, where it asks something. */
export function questionOf(turn: Turn, language: string): string | undefined {
  const tail = turn.content.slice(-QUESTION_TAIL_CHARS)
  const last = sentencesOf(tail, language).at(-1)?.text
  return last !== undefined && isQuestion(last) ? last : undefined
}

const QUESTION_TAIL_CHARS = 300
