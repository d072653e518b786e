import { entitiesAmong } from '../entities.ts'
import { withoutOpeners } from './openers.ts'
import type { Sentence } from './sentences.ts'
import type { Speaker } from './speakers.ts'
import { isCourtesy, isFragment, isQuestion } from './statement.ts'
import { subjectOf, withSubject } from './subject.ts'
import { wordsTagged, written, type Word } from './tagging.ts'
import { isFirstPerson, isSecondPerson, toThirdPerson } from './third-person.ts'
import type { Told } from './told.ts'

/** An English sentence as a statement about its speaker, or nothing. */

/** "I am vegetarian." */
const FEWEST_WORDS = 3
/** No word of the sentence says what is meant: who reads it alone cannot know. */
const POINTS_AWAY = /^(?:it|them|that|this|there|these|those|him|her|one|ones)$/u

/** @param called the names of those who are spoken to */
export function englishStatement(
  { text, start, end }: Sentence,
  speaker: Speaker,
  called: readonly string[],
): Told | undefined {
  if (isQuestion(text)) return undefined
  const { text: rest, remember } = withoutOpeners(text, called)
  if (isQuestion(rest) || isFragment(rest) || (isCourtesy(rest) && !remember)) return undefined
  const words = wordsTagged(rest)
  if (words.length < FEWEST_WORDS) return undefined
  const subject = subjectOf(words)
  if (subject === undefined) return undefined
  const whole = subject === 'unsaid' ? withSubject(words) : words
  const toOther = whole.some(isSecondPerson)
  if (toOther && speaker.addressed === undefined) return undefined
  const own = whole.some(isFirstPerson)
  const third = toThirdPerson(whole, { speaker: speaker.name, addressed: speaker.addressed })
  const plain = written(third).replace(/[.!…,;:\s-]+$/u, '')
  return {
    told: own || subject === 'pronoun' ? capitalised(plain) : reported(plain, third, speaker),
    leans: subject === 'pronoun',
    own,
    toOther,
    asked: remember,
    answers: false,
    start,
    end,
    entities: entitiesAmong(third),
    relations: [],
    language: 'en',
  }
}

/** What is said of the world is a memory of who says so, and no truth of its own. */
function reported(plain: string, [first]: readonly Word[], speaker: Speaker): string {
  const named = speaker.addressed !== undefined && plain.startsWith(speaker.addressed)
  const keeps = named || first?.tags.has('ProperNoun') === true || /^\p{Lu}{2}/u.test(plain)
  const lowered = keeps ? plain : (plain[0]?.toLowerCase() ?? '') + plain.slice(1)
  return `${speaker.name} says that ${lowered}`
}

export const pointsAway = (told: string) =>
  told
    .toLowerCase()
    .split(/[^\p{L}']+/u)
    .some((word) => POINTS_AWAY.test(word))

export const capitalised = (text: string) => (text[0]?.toUpperCase() ?? '') + text.slice(1)
