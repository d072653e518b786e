import nlp from 'compromise/two'

/**
 * Says of somebody what they said of themselves: "I live in Graz." → "The user lives in Graz." English only, and only where every
 * pronoun and every verb is certain; else nothing, and the words stay as they were. Nothing but pronouns and their verbs is touched.
 */

export interface Named {
  /** "The user", or a name. */
  readonly subject: string
  readonly possessive: string
}

export const namedBy = (name: string | null): Named =>
  name === null
    ? { subject: 'The user', possessive: "The user's" }
    : { subject: name, possessive: name.endsWith('s') ? `${name}'` : `${name}'s` }

interface Term {
  readonly text: string
  readonly pre: string
  readonly post: string
  readonly tags?: ReadonlySet<string>
}

/** The tagger reads some 60 KB a second; nobody's sentence is longer. */
const TAGGED_CHARS = 400
/** Who else is meant by these is not known, or who is spoken to. */
const UNCERTAIN =
  /(?<![\p{L}\p{N}])(?:we|us|our|ours|ourselves|you|your|yours|y'all|u|ur|them|themselves|theirs?|they)(?![\p{L}\p{N}])/iu
const FIRST = /^(?:i|i'm|im|i've|ive|i'll|i'd|me|my|mine|myself)$/u
/** May stand between "I" and its verb. */
const BETWEEN =
  /^(?:also|still|just|always|never|often|usually|now|currently|already|only|even|sometimes|hardly|mostly|really|recently|finally|then|both|once|rarely|regularly|\p{L}{3,}ly)$/u
const WITH_NAME: Readonly<Record<string, string>> = {
  am: 'is',
  are: 'is',
  were: 'was',
  have: 'has',
  do: 'does',
  go: 'goes',
  "don't": "doesn't",
  "haven't": "hasn't",
  "aren't": "isn't",
  "weren't": "wasn't",
}
const CONTRACTED: Readonly<Record<string, string>> = {
  "i'm": 'is',
  im: 'is',
  "i've": 'has',
  ive: 'has',
  "i'll": 'will',
}
/** The same in the present and the past, or with whatever subject. */
const UNCHANGED =
  /^(?:is|was|has|had|did|does|can|could|will|would|shall|should|may|might|must|(?:ca|could|wo|would|did|was|had|must|should)n't|can't|cannot|put|set|cut|hit|let|hurt|cost|quit|shut|spread|read|beat|bet|used|got|gotta)$/u

/** @returns undefined where not all of it is certain */
export function toThirdPerson(sentence: string, named: Named): string | undefined {
  const kept: string[] = []
  const open = sentence.replaceAll(KEPT, (found) => `Qzx${kept.push(found) - 1}q`)
  const third = withoutFirstPerson(open, named)
  return third?.replaceAll(/Qzx(\d+)q/gu, (_, at: string) => kept[Number(at)] ?? '')
}

/** Nobody's words but the one's who is quoted; nor is code anybody's. */
const KEPT = /`[^`]*`|"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|(?<!\p{L})'[^']*'(?!\p{L})/gu

function withoutFirstPerson(sentence: string, named: Named): string | undefined {
  if (sentence.length > TAGGED_CHARS || UNCERTAIN.test(sentence)) return undefined
  const words = wordsOf(sentence)
  if (!words.some(({ said }) => FIRST.test(said)) || lacksSubject(words)) return undefined
  let third = ''
  for (const [at, { pre, post }] of words.entries()) {
    const form = formOf(words, at, named)
    if (form === undefined) return undefined
    third += pre + (at === 0 ? capital(form) : form) + post
  }
  return third.trim()
}

/** Contractions are tagged in parts, of which the first has the text; nothing if the parts are not the sentence any more. */
function wordsOf(sentence: string): Word[] {
  const terms: Term[] = nlp(sentence).docs.flat()
  const words: Word[] = []
  for (const term of terms) {
    const last = words.at(-1)
    if (term.text !== '' || last === undefined) words.push({ ...term, said: plain(term.text) })
    else words[words.length - 1] = { ...last, post: last.post + term.pre + term.post }
  }
  return words.map(({ pre, text, post }) => pre + text + post).join('') === sentence ? words : []
}

/** "Lost my job": whose verb it is is not said. */
const lacksSubject = ([first, ...rest]: readonly Word[]) =>
  first?.tags?.has('Verb') === true &&
  !FIRST.test(first.said) &&
  !rest.some(({ said }) => /^i(?:'|$)/u.test(said))

interface Word extends Term {
  readonly said: string
}

const plain = (text: string) => text.toLowerCase().replaceAll('’', "'")
const capital = (text: string) => (text[0]?.toUpperCase() ?? '') + text.slice(1)

function formOf(words: readonly Word[], at: number, named: Named): string | undefined {
  const { text, said } = words[at] ?? { text: '', said: '' }
  if (!FIRST.test(said)) return verbIn(words, at)
  const inside = (form: string) =>
    named.subject === 'The user' && at > 0 ? form.replace('The', 'the') : form
  if (said === 'my') return isOwnSentence(words) ? 'their' : inside(named.possessive)
  if (said === 'mine') return inside(named.possessive)
  if (said === 'me') return inside(named.subject)
  if (said === 'myself') return 'themselves'
  const subject = inside(named.subject)
  if (said === 'i') return isSubjectOf(words, at) ? subject : undefined
  const after = words[at + 1]
  if (said === "i'd") {
    if (after === undefined) return undefined
    return `${subject} ${/^(?:been|better|never|already)$/u.test(after.said) || after.tags?.has('PastTense') === true ? 'had' : 'would'}`
  }
  return text === '' ? undefined : `${subject} ${CONTRACTED[said] ?? ''}`
}

/** "Their" is the user's where nobody else is spoken of before. */
const isOwnSentence = ([first]: readonly Word[]) =>
  first !== undefined && first.said.startsWith('i') && FIRST.test(first.said)

/** "I" needs a verb that is known to be one. */
function isSubjectOf(words: readonly Word[], at: number): boolean {
  const place = verbPlace(words, at)
  return place !== undefined && verbIn(words, place) !== undefined
}

function verbPlace(words: readonly Word[], subject: number): number | undefined {
  for (let at = subject + 1; at < words.length && at <= subject + 3; at += 1) {
    if (/[,;:.!?]/u.test(words[at - 1]?.post ?? '')) return undefined
    if (!BETWEEN.test(words[at]?.said ?? '')) return at
  }
  return undefined
}

/** The word as it is, or its form with a name where "I" is its subject. Undefined where that is not certain. */
function verbIn(words: readonly Word[], at: number): string | undefined {
  const word = words[at]
  if (word === undefined) return undefined
  const subject = subjectOf(words, at)
  if (subject === undefined) return word.text
  if (subject === 'shared')
    return word.tags?.has('Infinitive') === true ? withEnding(word.text) : word.text
  return formWithName(word)
}

function formWithName({ text, said, tags }: Word): string | undefined {
  const known = WITH_NAME[said]
  if (known !== undefined) return known
  if (UNCHANGED.test(said)) return text
  if (!/^\p{L}+$/u.test(said)) return undefined
  if (tags?.has('PastTense') === true) return text
  // Nouns that are verbs as well: no noun follows "I" directly.
  const isNoun = tags?.has('Noun') === true && !tags.has('Pronoun') && !tags.has('ProperNoun')
  const isVerb =
    tags?.has('Verb') === true || (isNoun && !/^(?:and|or|but|too|who|as)$/u.test(said))
  return isVerb ? withEnding(text) : undefined
}

/** "live" → "lives" */
function withEnding(verb: string): string {
  if (/(?:s|x|z|ch|sh|o)$/iu.test(verb)) return `${verb}es`
  return /[^aeiou]y$/iu.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`
}

/** Whether "I" right before it is its subject, or it shares one with an earlier verb: "I live in Rome and work at Eni". */
function subjectOf(words: readonly Word[], at: number): 'own' | 'shared' | undefined {
  for (let back = at - 1; back >= 0 && back >= at - 3; back -= 1) {
    const { said = '', post = '' } = words[back] ?? {}
    if (said === 'i')
      return verbPlace(words, back) === at && !isPlural(words, back) ? 'own' : undefined
    if (/^(?:and|but)$/u.test(said)) return sharesSubject(words, back) ? 'shared' : undefined
    if (/[,;:.!?]/u.test(post) || !BETWEEN.test(said)) return undefined
  }
  return undefined
}

/** "My husband and I live …": nothing before it is a verb, so the two are one subject. */
const isPlural = (words: readonly Word[], at: number) =>
  words[at - 1]?.said === 'and' &&
  !words.slice(0, at - 1).some(({ tags }) => tags?.has('Verb') === true)

/** What hangs on a "to" or a "can" keeps its form. */
const HANGS =
  /^(?:to|do|don't|did|didn't|let|help|make|made|he|she|it|who|that|which|will|i'll|can|can't|could|would|i'd|must|should|may|might|won't|cannot)$/u

function sharesSubject(words: readonly Word[], and: number): boolean {
  for (let back = and - 1; back >= 0; back -= 1) {
    const { said = '', post = '', tags } = words[back] ?? {}
    if (HANGS.test(said) || tags?.has('Modal') === true) return false
    if (FIRST.test(said) && said.startsWith('i')) {
      const first = words[verbPlace(words, back) ?? back]
      return said !== 'i' || first?.tags?.has('PastTense') !== true
    }
    if (/[;:.!?]/u.test(post)) return false
  }
  return false
}
