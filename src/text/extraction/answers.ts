import { isCourtesy, isQuestion } from './statement.ts'
import { possessiveOf } from './third-person.ts'
import { withName } from './verbs.ts'
import { wordCount } from './clauses.ts'
import { withoutOpeners } from './openers.ts'

/** Short answers mean nothing without their question: "What's your dog's name?" "Toby!" is a fact of both. English only. */

const ANSWER_WORDS = 7
const QUESTION_CHARS = 200

/** "It's Toby", "Her name is Toby", "He's called Toby": what is asked for comes last. */
const PREFIX =
  /^(?:it(?:'s| is| was)|that(?:'s| is|'d be| would be)|they(?:'re| are)|(?:his|her|its|their|my) names?(?:'s| is| are)|(?:he|she|it)(?:'s| is) called|called|named|mine is|just|only|about|probably|definitely)\s+/iu
const FULL = /\b(?:i|i'm|i've|we|my|me|you|your|he|she|they)\b/iu
const YES =
  /^(?:yes|yeah|yep|yup|sure|absolutely|definitely|indeed|of course|i do|i am|i have|i did)\b/iu
const NO = /^(?:no|nope|nah|never|not (?:really|yet|at all))\b/iu
const BARE =
  /^[\p{L}' ]+?(?:,? (?:i|we) (?:do|am|are|have|did|can|will|would)(?:n't| not)?)?[.!…]*$/iu
const BARE_WORDS = 4

interface Asked {
  readonly pattern: RegExp
  /** `parts` are the groups of the pattern, "your" already told of the one who answers. */
  readonly told: (name: string, answer: string, parts: readonly string[]) => string
}

const ASKED: readonly Asked[] = [
  {
    pattern: /^what(?:'s| is) the names? of your (.{2,40})\?/iu,
    told: (name, answer, [thing = '']) => `${possessiveOf(name)} ${thing}'s name is ${answer}`,
  },
  {
    pattern:
      /^(?:what|who|when|which|where)(?:'s|'re| is| are| was) your (.{2,50}?)(?: called)?\?/iu,
    told: (name, answer, [thing = '']) => `${possessiveOf(name)} ${thing} is ${answer}`,
  },
  {
    pattern: /^what do you do(?: for (?:a living|work))?\?/iu,
    told: (name, answer) => `${name} works as ${answer}`,
  },
  {
    pattern: /^where (?:do|did) you (live|work|study|go to school|grow up)\b.{0,20}\?/iu,
    told: (name, answer, [verb = '']) =>
      `${name} ${verb === 'grow up' ? 'grew up' : withName(verb)} ${placed(answer, verb === 'work' ? 'at' : 'in')}`,
  },
  {
    pattern: /^where (?:are|were) you (from|born|living|working|studying)\b.{0,12}\?/iu,
    told: (name, answer, [what = '']) =>
      what === 'from'
        ? `${name} is from ${answer.replace(/^from /iu, '')}`
        : `${name} ${what === 'born' ? 'was' : 'is'} ${what} ${placed(answer, 'in')}`,
  },
  {
    pattern: /^how old are you\b.{0,12}\?/iu,
    told: (name, answer) => `${name} is ${answer.replace(/ years old$/iu, '')} years old`,
  },
  {
    pattern: /^how old(?:'s| is) your (.{2,40})\?/iu,
    told: (name, answer, [thing = '']) =>
      `${possessiveOf(name)} ${thing} is ${answer.replace(/ years old$/iu, '')} years old`,
  },
  {
    pattern: /^how many (.{2,40}) do you have\b.{0,12}\?/iu,
    told: (name, answer, [things = '']) => `${name} has ${answer} ${things}`,
  },
]

const placed = (answer: string, preposition: string) =>
  /^(?:in|at|on|near|for|from|by)\b/iu.test(answer) ? answer : `${preposition} ${answer}`

const YES_OR_NO =
  /^(do|are|have|can|were|will) you (?:guys )?(?:ever |already |still )?(.{3,80})\?/iu

/**
 * @param question the other one's last sentence before the answer
 * @returns the third person, without a full stop; undefined where the two make no safe fact
 */
export function factOf(question: string, answer: string, name: string): string | undefined {
  const asked = withoutOpeners(question.slice(0, QUESTION_CHARS), []).text
  if (isQuestion(answer) || wordCount(answer) > ANSWER_WORDS) return undefined
  return yesOrNo(asked, answer, name) ?? open(asked, answer, name)
}

function open(asked: string, answer: string, name: string): string | undefined {
  const short = withoutOpeners(answer, [])
    .text.replace(/[\s.!,…]+$/u, '')
    .replace(PREFIX, '')
  if (short === '' || FULL.test(short) || isCourtesy(short)) return undefined
  for (const { pattern, told } of ASKED) {
    const found = pattern.exec(asked)
    if (found !== null) return told(name, short, found.slice(1).map(ofSpeaker))
  }
  return undefined
}

/** "Are you married?" "Yes." A yes with more behind it says itself what is so. */
function yesOrNo(asked: string, answer: string, name: string): string | undefined {
  const no = NO.test(answer)
  if ((!no && !YES.test(answer)) || !BARE.test(answer)) return undefined
  if (wordCount(answer) > BARE_WORDS) return undefined
  const [, auxiliary = '', rest = ''] = YES_OR_NO.exec(asked) ?? []
  if (rest === '' || /\b(?:me|i|we|us|this|that|it|or)\b/iu.test(rest)) return undefined
  const told = ofSpeaker(rest)
  if (auxiliary.toLowerCase() !== 'do') {
    return `${name} ${withName(auxiliary.toLowerCase())}${no ? ' not' : ''} ${told}`
  }
  if (no) return `${name} does not ${told}`
  const [verb = '', ...others] = told.split(' ')
  return [name, withName(verb), ...others].join(' ')
}

const ofSpeaker = (words: string) =>
  words.replaceAll(/\byour\b/giu, 'their').replaceAll(/\byou\b/giu, 'them')
