import { courtesiesOf } from './courtesies.ts'
import { showsAffect } from './extraction/salience.ts'
import { isMachine } from '../domain/roles.ts'

/**
 * How much a message or a note deserves remembering, 0..1, by what can be told of it when it is written. Facts have a measure of
 * their own (`extraction/salience.ts`), made for sentences that have been picked already; whoever rates a memory is believed instead.
 *
 * | sign        | weight | what it is                                                                          |
 * | ----------- | ------ | ----------------------------------------------------------------------------------- |
 * | specificity | 0.35   | distinct words that are no stop words, eight being enough to say who, what, when     |
 * | novelty     | 0.20   | the share of them that nothing just before said                                      |
 * | entities    | 0.20   | names and numbers, two being enough: what later questions ask by                     |
 * | affect      | 0.10   | words of joy, fear, love, loss                                                       |
 * | remember    | 0.40   | somebody asked for it to be remembered: it outweighs any two others                  |
 * | role        | × 0.7  | what an assistant or a tool said is about the user only now and then                 |
 *
 * Whatever has a word of its own, which is no courtesy and was not said just before, gets `TELLS_SOMETHING` at least: short answers
 * ("vegetarian", "peanuts") are what questions are asked about. Below it lie greetings, thanks, agreement, and short echoes.
 */
export interface Said {
  readonly content: string
  readonly role: string | null
  /** Its lexemes, and those of what was said just before. */
  readonly lexemes: ReadonlySet<string>
  /** ISO 639-1 */
  readonly language: string
  readonly before?: ReadonlySet<string>
  /** It was handed over to be remembered. */
  readonly asked?: boolean
}

/** The least that is worth a vector, by default. */
export const TELLS_SOMETHING = 0.35

/** The most that courtesies are worth, however many of them. */
const COURTESY = 0.3

const ENOUGH_TERMS = 8
const ENOUGH_ENTITIES = 2

export function salienceOfSaid({
  content,
  lexemes,
  language,
  role,
  before,
  asked = false,
}: Said): number {
  const fresh = before === undefined ? lexemes : lexemes.difference(before)
  const sum =
    0.35 * Math.min(1, lexemes.size / ENOUGH_TERMS) +
    0.2 * (fresh.size / Math.max(1, lexemes.size)) +
    0.2 * Math.min(1, entitiesIn(content) / ENOUGH_ENTITIES) +
    (showsAffect(content) ? 0.1 : 0) +
    (asked || asksToRemember(content) ? 0.4 : 0)
  const whose = isMachine(role) ? 0.7 : 1
  const salience = Math.round(Math.min(1, sum * whose) * 100) / 100
  const courtesies = courtesiesOf(language)
  if (!fresh.isSubsetOf(courtesies)) return Math.max(TELLS_SOMETHING, salience)
  const wished = asked || asksToRemember(content)
  return wished || !lexemes.isSubsetOf(courtesies) ? salience : Math.min(COURTESY, salience)
}

/** What is known of a memory some time after it was written. */
export interface KnownByNow {
  /** Its salience as it was written with it. */
  readonly written: number
  /** Occasions beyond the first on which it was said. */
  readonly confirmed: number
  /** Of its words, the largest share that one later memory says too. */
  readonly repeated: number
}

/** What somebody comes back to matters: each occasion adds so much, the second and third alike. */
const CONFIRMED = 0.1
const ENOUGH_OCCASIONS = 2
/** As much as novelty is worth when it is written; sharing half of the words is no repetition yet. */
const NOVELTY = 0.2

/** The salience of a fact or note, weighed again: confirmed it gains, said again by a later memory it loses what it was worth as news. */
export function salienceByNow({ written, confirmed, repeated }: KnownByNow): number {
  const gained = CONFIRMED * Math.min(ENOUGH_OCCASIONS, confirmed)
  const lost = NOVELTY * Math.max(0, 2 * repeated - 1)
  return Math.round(Math.min(1, Math.max(0, written + gained - lost)) * 100) / 100
}

const REMEMBER =
  /\b(?:remember (?:that|this|to|my|our|,)|don['’]t forget|do not forget|keep in mind|note (?:that|to self)|merk dir|vergiss nicht|denk daran|souviens-toi|n['’]oublie pas|recuerda que|no olvides|lembra que|ricorda(?:ti)? che|запомни|не забудь)|(?:记住|別忘|别忘|覚えて|忘れないで)/iu

export const asksToRemember = (text: string): boolean => REMEMBER.test(text)

/** Words that are written large where no sentence begins, and numbers. Cheap: a guess is enough to weigh by. */
function entitiesIn(content: string): number {
  const names = content.match(/(?<=[\p{Ll},;:] )\p{Lu}[\p{L}\p{N}]+/gu) ?? []
  const numbers = content.match(/\d+/gu) ?? []
  return new Set([...names, ...numbers]).size
}
