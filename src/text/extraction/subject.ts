import type { Word } from './tagging.ts'
import { isFirstPerson, isSecondPerson } from './third-person.ts'

/** Who an English statement is about, said or left out. */

/** A pronoun needs the sentence before it. */
export type Subject = 'speaker' | 'unsaid' | 'addressed' | 'pronoun' | 'other'

/** A verb of liking without its "I" is still a statement: "Love hiking." */
const FELT = /^(?:love|like|enjoy|hate|miss|want|need|prefer|adore|dislike)$/u
/** So is a state of mind: "Excited to move to Rome." */
const IN_MIND =
  /^(?:excited|happy|glad|proud|thankful|grateful|thrilled|ready|determined|afraid|scared|nervous|worried|sad|obsessed|interested|allergic|vegetarian|vegan|married|single|retired|pregnant)$/u
const POINTING = /^(?:it|that|this|they|he|she|these|those|there|which|such|its|their|his|her)$/u

/** @returns undefined for what states nothing: fragments, requests, exclamations */
export function subjectOf(words: readonly Word[]): Subject | undefined {
  const at = firstWord(words)
  const first = words[at]
  if (first === undefined) return undefined
  if (first.norm === 'i' || first.norm === 'we') return 'speaker'
  if (isSecondPerson(first)) return 'addressed'
  if (POINTING.test(first.norm)) return words.some(isVerb) ? 'pronoun' : undefined
  const opening = words.slice(0, at)
  const rest = words.slice(at + 1)
  if (IN_MIND.test(first.norm)) return rest.some(isSecondPerson) ? undefined : 'unsaid'
  if (isVerb(first) && !opening.some(isFirstPerson)) return verbFirst(first, rest)
  return states(words) ? aboutWhom(words) : undefined
}

const firstWord = (words: readonly Word[]) =>
  words.findIndex(({ tags }) => !tags.has('Adverb') && !tags.has('Conjunction'))

const aboutWhom = (words: readonly Word[]): Subject =>
  words.some(isFirstPerson) ? 'speaker' : 'other'

/** "Lost my job", "Researching agencies", "Gonna move": the speaker left the "I" out, or asks for something. */
function verbFirst(first: Word, rest: readonly Word[]): Subject | undefined {
  const [next] = rest
  if (FELT.test(first.norm)) {
    const noun = next === undefined || next.tags.has('Conjunction') || next.tags.has('Copula')
    return noun || rest.some(isSecondPerson) ? undefined : 'unsaid'
  }
  if (first.tags.has('Gerund')) {
    // "Gonna be a great night" is of the night; "Painting helps me" is of painting.
    if (first.norm === 'going') return rest[1]?.norm === 'be' ? undefined : 'unsaid'
    return states(rest) ? aboutWhom(rest) : 'unsaid'
  }
  if (first.norm === 'been') return next?.tags.has('Determiner') === true ? undefined : 'unsaid'
  if (!first.tags.has('PastTense')) return undefined
  // "Really made me think": what did is in the sentence before.
  return next?.norm === 'me' || next?.norm === 'us' ? 'pronoun' : 'unsaid'
}

const isVerb = ({ tags }: Word) => tags.has('Verb')

/** Whether a verb says something of a subject: no infinitive after "to", no bare gerund, no request. */
const states = (words: readonly Word[]) =>
  words.some(
    ({ tags }, at) =>
      tags.has('Verb') &&
      words[at - 1]?.norm !== 'to' &&
      !(tags.has('Gerund') && !tags.has('Copula')) &&
      !tags.has('Imperative'),
  )

/** The "I" that was left out, put back: "Lost my job" → "I lost my job", "Researching …" → "I am researching …". */
export function withSubject(words: readonly Word[]): Word[] {
  const first = words[firstWord(words)]
  if (first === undefined) return [...words]
  const added = ['I']
  if (first.tags.has('Gerund') || IN_MIND.test(first.norm)) added.push('am')
  if (first.norm === 'been') added.push('have')
  const lowered = words.map((word, place) => (place === 0 ? lowerCased(word) : word))
  return [...added.map(plainWord), ...lowered]
}

const plainWord = (text: string): Word => ({
  text,
  norm: text.toLowerCase(),
  tags: new Set(text === 'I' ? ['Noun', 'Pronoun'] : ['Verb', 'Auxiliary', 'PresentTense']),
  before: '',
  after: ' ',
})

const lowerCased = (word: Word): Word =>
  word.tags.has('ProperNoun') || word.text === 'I' ? word : { ...word, text: word.norm }
