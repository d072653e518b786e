import type { Word } from './tagging.ts'
import { withName } from './verbs.ts'

/** Turns what speakers say of themselves into sentences about them, by name. English only. */

export interface Voices {
  readonly speaker: string
  /** Who is meant by "you"; undefined leaves "you" as it is. */
  readonly addressed: string | undefined
}

const OWN = /^(?:i|me|my|mine|myself|we|us|our|ours|ourselves)$/u
const ADDRESSED = /^(?:you|your|yours|yourself|y'all|ya)$/u
const OTHERS = /^(?:they|them|their|theirs|themselves|'em)$/u

export const isFirstPerson = ({ norm }: Word) => OWN.test(norm)
export const isSecondPerson = ({ norm }: Word) => ADDRESSED.test(norm)

/**
 * "I lost my job" → "Jon lost their job". The name stands first and wherever a verb needs it; what belongs to the one already
 * named is "their", which fits everybody. Where "they" are others, or two people are spoken of, each is called by name instead.
 * "We" is told of the speaker: who else took part is not known.
 */
export function toThirdPerson(words: readonly Word[], voices: Voices): Word[] {
  const kept = words.filter((word, at) => !isWeAll(word, words[at - 1]))
  const others = kept.some(({ norm }) => OTHERS.test(norm))
  const two = kept.some(isSecondPerson)
  let named = false
  return kept.map((word, at) => {
    const subject = subjectBefore(kept, at)
    const isNamed =
      subject !== undefined && (subject.norm !== 'you' || voices.addressed !== undefined)
    if (isNamed) return respelled(word, verbFor(word))
    const third = nounFor(word, voices, { again: named && !others && !two, after: kept[at - 1] })
    named ||= third !== undefined
    return third === undefined ? word : respelled(word, third)
  })
}

/** "We all", "you both": of those only the speaker is known. */
const isWeAll = (word: Word, before: Word | undefined) =>
  (word.norm === 'all' || word.norm === 'both') && (before?.norm === 'we' || before?.norm === 'you')

const respelled = (word: Word, text: string): Word => ({ ...word, text, norm: text.toLowerCase() })

const POSSESSIVE = /^(?:my|our|mine|ours|your|yours)$/u
const REFLEXIVE = /^(?:myself|ourselves|yourself)$/u
const OBJECT = /^(?:me|us)$/u
const BE = /^(?:be|being|been|is|was|am)$/u

function nounFor(
  word: Word,
  { speaker, addressed }: Voices,
  { again, after }: { again: boolean; after: Word | undefined },
): string | undefined {
  const name = isFirstPerson(word) ? speaker : isSecondPerson(word) ? addressed : undefined
  if (name === undefined) return undefined
  const isObject = OBJECT.test(word.norm)
  if (REFLEXIVE.test(word.norm) || (isObject && BE.test(after?.norm ?? ''))) return 'themselves'
  if (POSSESSIVE.test(word.norm)) return again ? 'their' : possessiveOf(name)
  return again && isObject ? 'them' : name
}

export const possessiveOf = (name: string) => (name.endsWith('s') ? `${name}'` : `${name}'s`)

const BETWEEN = /^(?:not|never|always|also|just|only)$/u
const MAX_BETWEEN = 3

/** The pronoun whose first verb this word is: nothing but adverbs stands between. */
function subjectBefore(words: readonly Word[], at: number): Word | undefined {
  if (!isVerbHere(words, at)) return undefined
  for (let back = at - 1; back >= 0 && back >= at - 1 - MAX_BETWEEN; back -= 1) {
    const word = words[back]
    if (word === undefined) return undefined
    if (/^(?:and|but)$/u.test(word.norm)) return sharedSubject(words, back, words[at])
    if (/[,;:.!?]/u.test(word.after)) return undefined
    if (SUBJECT.test(word.norm)) return word
    if (!word.tags.has('Adverb') && !BETWEEN.test(word.norm)) return undefined
  }
  return undefined
}

const SUBJECT = /^(?:i|we|you)$/u

/** "I live in Berlin and work at Siemens": the second verb has the subject of the first, unless both hang on a "to" or a "can". */
function sharedSubject(words: readonly Word[], and: number, verb?: Word): Word | undefined {
  if (verb?.tags.has('Infinitive') !== true) return undefined
  for (let back = and - 1; back >= 0; back -= 1) {
    const word = words[back]
    if (word === undefined || HANGS.test(word.norm) || word.tags.has('Modal')) return undefined
    if (SUBJECT.test(word.norm)) return isPresent(words, back, and) ? word : undefined
    if (/[,;:.!?]/u.test(word.after)) return undefined
  }
  return undefined
}

const HANGS = /^(?:to|do|did|does|let|help|make|made|they|he|she|it|who|that)$/u

const isPresent = (words: readonly Word[], from: number, to: number) =>
  words.slice(from, to).some(({ tags }) => tags.has('Infinitive')) &&
  !words.slice(from, to).some(({ tags }) => tags.has('PastTense'))

/** The tagger takes some verbs for nouns ("I mentor a teen", "I need them"); no noun stands right after "I". */
function isVerbHere(words: readonly Word[], at: number): boolean {
  const word = words[at]
  if (word === undefined || word.norm === 'last') return false
  if (word.tags.has('Verb')) return true
  const noun =
    word.tags.has('Singular') && !word.tags.has('Pronoun') && !word.tags.has('ProperNoun')
  return noun && words[at - 1]?.norm === 'i' && words[at - 1]?.after.trim() === ''
}

function verbFor(word: Word): string {
  const past = word.tags.has('PastTense') || word.tags.has('Participle')
  const fixed = past || word.tags.has('Modal') || word.tags.has('Gerund')
  // "were" is a past, and still another word with a name.
  return fixed && word.norm !== 'were' ? word.text : withName(word.text)
}
