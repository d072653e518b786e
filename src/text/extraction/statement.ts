import { isFirstPerson, isSecondPerson } from './third-person.ts'
import { written, type Word } from './tagging.ts'

/** Tells statements about somebody's life from questions, courtesies, requests and filler. English only. */

/** Who a statement is about. A pronoun needs the sentence before it. */
export type Subject = 'speaker' | 'unsaid' | 'addressed' | 'pronoun' | 'other'

const QUESTION = /\?["'”’)\]\s]*$/u
/** "Did you …", "Are you …" without their mark. */
const INVERTED =
  /^(?:do|does|did|are|is|was|were|can|could|would|will|have|has|should|may|might|am)(?:n't| not)? (?:i|you|we|they|he|she|it|there|that|this|your|the|any)\b/iu
const ASKING = /^(?:what|who|whose|where|why|how|which|any|wanna|got any|care to)\b/iu
/** "What I love is …", "How I feel …": no questions. */
const CLEFT = /^(?:what|where|how|which) (?:i|we|really|makes?|made|matters?|keeps?|helps?)\b/iu

const COURTESY =
  /^(?:(?:many )?thanks?|thank you|good (?:to|luck|for|job|morning|night|evening|afternoon|day|call|point)|(?:so )?(?:nice|great|good|lovely) (?:to|hearing|seeing|talking|job|work|one)|talk (?:to you )?(?:soon|later)|see (?:you|ya)|take (?:care|it easy)|good?bye|congrat|welcome|(?:that |it )?(?:sounds?|looks?)|no (?:worries|problem|prob|doubts?|way)|way to go|keep (?:it|up|going|pushing|me|in|on)|(?:so )?(?:glad|happy|sorry) (?:to hear|you|it|that|for you)|hope (?:you|it|that)|same (?:here|to)|me (?:too|neither)|cheers|happy (?:birthday|new|holiday)|enjoy|have (?:a|fun)|you(?:'re| are) welcome|i(?:'m| am) (?:good|fine|ok|okay|well|great)\b.{0,12}$|(?:i |just )?(?:wanted|want) to (?:say|ask|check|catch)|i (?:totally |completely |really )?agree|(?:i )?(?:can't|can not|cannot) wait|i (?:appreciate|see|guess|bet|know|hope|wish)\b|let(?:'s| us| me)\b|i(?:'m| am) (?:here|glad|sorry|so glad|happy) (?:for|to hear|you|it|that)|i(?:'ll| will) (?:let|talk|see|keep you|check)|long time|it's been|here(?:'s| is| are)|check |take a look|look at|this is (?:a|the|my) (?:pic|photo))/iu
const COURTESY_CHARS = 80

/** A verb of liking without its "I" is still a statement: "Love hiking." */
const FELT = /^(?:love|like|enjoy|hate|miss|want|need|prefer|adore|dislike)$/u
const POINTING = /^(?:it|that|this|they|he|she|these|those|there|which|such|its|their|his|her)$/u

export const isQuestion = (text: string) =>
  QUESTION.test(text) || INVERTED.test(text) || (ASKING.test(text) && !CLEFT.test(text))

export const isCourtesy = (text: string) => COURTESY.test(text.slice(0, COURTESY_CHARS))

/** @returns undefined for what states nothing: fragments, requests, exclamations */
export function subjectOf(words: readonly Word[]): Subject | undefined {
  const first = words.find(({ tags }) => !tags.has('Adverb') && !tags.has('Conjunction'))
  if (first === undefined) return undefined
  if (first.norm === 'i' || first.norm === 'we') return 'speaker'
  if (isSecondPerson(first)) return 'addressed'
  if (POINTING.test(first.norm)) return words.some(isVerb) ? 'pronoun' : undefined
  if (isVerb(first) && !words.slice(0, words.indexOf(first)).some(isFirstPerson)) {
    return verbFirst(first, words)
  }
  if (!words.some(isFiniteVerb)) return undefined
  return words.some(isFirstPerson) ? 'speaker' : 'other'
}

/** "Lost my job", "Researching agencies", "Gonna move": the speaker left the "I" out, or asks for something. */
function verbFirst(first: Word, words: readonly Word[]): Subject | undefined {
  if (FELT.test(first.norm)) return words.some(isSecondPerson) ? undefined : 'unsaid'
  const rest = words.slice(words.indexOf(first) + 1)
  if (first.tags.has('Gerund')) {
    if (first.norm === 'going' || !rest.some(isFiniteVerb)) return 'unsaid'
    return words.some(isFirstPerson) ? 'speaker' : 'other'
  }
  if (first.norm === 'been') return rest[0]?.tags.has('Determiner') === true ? undefined : 'unsaid'
  // "Really made me think": what did is in the sentence before.
  if (first.tags.has('PastTense')) return isObject(rest[0]) ? 'pronoun' : 'unsaid'
  return undefined
}

const isObject = (word: Word | undefined) => word?.norm === 'me' || word?.norm === 'us'

const isVerb = ({ tags }: Word) => tags.has('Verb')

const isFiniteVerb = ({ tags }: Word) =>
  tags.has('Verb') && !(tags.has('Gerund') && !tags.has('Copula')) && !tags.has('Imperative')

/** The "I" that was left out, put back: "Lost my job" → "I lost my job", "Researching …" → "I am researching …". */
export function withSubject(words: readonly Word[]): Word[] {
  const at = words.findIndex(({ tags }) => !tags.has('Adverb') && !tags.has('Conjunction'))
  const first = words[at]
  if (first === undefined) return [...words]
  const added = ['I']
  if (first.tags.has('Gerund')) added.push('am')
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

export const textOf = (words: readonly Word[]) => written(words)
