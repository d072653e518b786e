import type { Sentence } from './sentences.ts'
import type { Speaker } from './speakers.ts'
import { withoutOpeners } from './openers.ts'
import { isCourtesy, isQuestion, subjectOf, withSubject, type Subject } from './statement.ts'
import { wordsTagged, written, type Word } from './tagging.ts'
import { isFirstPerson, isSecondPerson, toThirdPerson } from './third-person.ts'

/** An English sentence as a statement about its speaker, or nothing. */

export interface Statement {
  /** The third person, without a full stop. */
  readonly told: string
  readonly words: readonly Word[]
  readonly subject: Subject
  readonly own: boolean
  readonly toOther: boolean
  readonly asked: boolean
}

const FEWEST_WORDS = 4

export function statementOf(
  { text }: Sentence,
  speaker: Speaker,
  called: readonly string[],
): Statement | undefined {
  if (isQuestion(text)) return undefined
  const { text: rest, remember } = withoutOpeners(text, called)
  if (isQuestion(rest) || (isCourtesy(rest) && !remember)) return undefined
  const words = wordsTagged(rest)
  if (words.length < FEWEST_WORDS) return undefined
  const subject = subjectOf(words)
  if (subject === undefined) return undefined
  const whole = subject === 'unsaid' ? withSubject(words) : words
  const toOther = whole.some(isSecondPerson)
  if (toOther && speaker.addressed === undefined) return undefined
  const voices = { speaker: speaker.name, addressed: speaker.addressed }
  const told = toThirdPerson(whole, voices)
  return {
    told: capitalised(written(told).replace(/[.!…,;:\s-]+$/u, '')),
    words: told,
    subject,
    own: whole.some(isFirstPerson),
    toOther,
    asked: remember,
  }
}

export const capitalised = (text: string) => (text[0]?.toUpperCase() ?? '') + text.slice(1)
