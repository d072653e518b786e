import type { Word } from './tagging.ts'

/** Turns what speakers say of themselves into sentences about them, by name. English only. */

export interface Voices {
  readonly speaker: string
  /** Who is meant by "you"; undefined leaves "you" as it is. */
  readonly addressed: string | undefined
}

const OWN: ReadonlySet<string> = new Set([
  'i',
  'me',
  'my',
  'mine',
  'myself',
  'we',
  'us',
  'our',
  'ours',
  'ourselves',
])

export const isFirstPerson = (word: Word) => OWN.has(word.norm)
const ADDRESSED: ReadonlySet<string> = new Set(['you', 'your', 'yours', 'yourself', "y'all", 'ya'])
export const isSecondPerson = (word: Word) => ADDRESSED.has(word.norm)

/**
 * "I lost my job" → "Jon lost their job". The name stands first and wherever a verb needs it; what belongs to the one already
 * named is "their", which fits everybody. "We" is told of the speaker: who else took part is not known.
 */
export function toThirdPerson(words: readonly Word[], voices: Voices): Word[] {
  const told: Word[] = []
  const named = new Set<string>()
  words.forEach((word, at) => {
    const before = subjectBefore(words, at)
    const third = before === undefined ? nounFor(word, voices, named) : verbFor(word, before)
    told.push(third === word.text ? word : { ...word, text: third, norm: third.toLowerCase() })
  })
  return told
}

const POSSESSIVE = /^(?:my|our|mine|ours|your|yours)$/u
const REFLEXIVE = /^(?:myself|ourselves|yourself)$/u
const OBJECT = /^(?:me|us)$/u

function nounFor(word: Word, { speaker, addressed }: Voices, named: Set<string>): string {
  const name = isFirstPerson(word) ? speaker : isSecondPerson(word) ? addressed : undefined
  if (name === undefined) return word.text
  if (REFLEXIVE.test(word.norm)) return 'themselves'
  // "Their" and "them" are the first one named: with two people in a sentence each is called by name.
  const again = named.has(name) && named.size === 1
  named.add(name)
  if (POSSESSIVE.test(word.norm)) return again ? 'their' : possessiveOf(name)
  return again && OBJECT.test(word.norm) ? 'them' : name
}

export const possessiveOf = (name: string) => (name.endsWith('s') ? `${name}'` : `${name}'s`)

const BETWEEN: ReadonlySet<string> = new Set(['all', 'both', 'not', 'never', 'always', 'also'])
const MAX_BETWEEN = 3

/** The pronoun whose first verb this word is: nothing but adverbs stands between. */
function subjectBefore(words: readonly Word[], at: number): Word | undefined {
  if (words[at]?.tags.has('Verb') !== true && words[at]?.tags.has('Noun') === true) return undefined
  for (let back = at - 1; back >= 0 && back >= at - 1 - MAX_BETWEEN; back -= 1) {
    const word = words[back]
    if (word === undefined || /[,;:.!?]/u.test(word.after)) return undefined
    if (/^(?:i|we|you)$/u.test(word.norm)) return word
    if (!word.tags.has('Adverb') && !BETWEEN.has(word.norm)) return undefined
  }
  return undefined
}

const IRREGULAR: Readonly<Record<string, string>> = {
  am: 'is',
  are: 'is',
  were: 'was',
  have: 'has',
  do: 'does',
  go: 'goes',
}
/** The same in the past and the present; English speakers mean the past more often. */
const UNCHANGED =
  /^(?:put|set|cut|hit|let|hurt|cost|quit|shut|spread|read|beat|bet|ca|wo|used|got|gotta)$/u

function verbFor(word: Word, subject: Word): string {
  if (subject.norm === 'you') return word.text
  const irregular = IRREGULAR[word.norm]
  if (irregular !== undefined) return irregular
  const base = word.tags.has('PresentTense') || word.tags.has('Infinitive')
  if (!base || word.tags.has('Modal') || word.tags.has('Gerund')) return word.text
  if (UNCHANGED.test(word.norm) || /(?:ing|ed)$/u.test(word.norm)) return word.text
  return withEnding(word.text)
}

function withEnding(verb: string): string {
  if (/(?:s|x|z|ch|sh|o)$/u.test(verb)) return `${verb}es`
  return /[^aeiou]y$/u.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`
}
