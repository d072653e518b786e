import { sentencesOf, withoutMarkup } from '../extraction/sentences.ts'
import { OTHERS_SIGN, onlyOwnWords } from '../own-words.ts'
import { findSensitive } from '../sensitive.ts'
import { ownStatements, type Statement } from '../statements.ts'
import { speaksOfUser } from './people.ts'
import { folded } from './topics.ts'

/** The statements of a text that may stand in a portrait: in the user's own words, without what is secret. */

/** Sentences that belong together are told together up to here. */
const STATEMENT_CHARS = 160
/** Less tells nothing by itself, unless the user tells it of themselves. */
const SHORTEST_WORDS = 4
const SHORTEST_UNSPACED = 5
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

export interface Written {
  /** What it is written in. */
  readonly language: string
  /** Noted down to be remembered, and so a statement as it stands; else said in a conversation. */
  readonly noted: boolean
}

export function statementsIn(content: string, { language, noted }: Written): string[] {
  const own = onlyOwnWords(content)
  // Looked for in the whole: what a secret is may stand in the sentence before it.
  const secrets = findSensitive(content)
  const isSecret = (start: number, end: number) =>
    secrets.some((one) => one.start < end && one.end > start) ||
    LONG_NUMBER.test(content.slice(start, end).replaceAll(DATE, ' '))
  const found: { from: number; to: number }[] = []
  let open = false
  const parts = noted
    ? notesIn(own, language)
    : withoutAnswers(ownStatements(content, { language }))
  for (const one of parts) {
    const { start, end } = one
    if (isSecret(start, end)) {
      open = false
      continue
    }
    const last = found.at(-1)
    const follows = last !== undefined && open && BETWEEN.test(own.slice(last.to, start))
    if (follows && end - last.from <= STATEMENT_CHARS) last.to = end
    else if (needsOneBefore(one)) open = false
    else {
      found.push({ from: start, to: end })
      open = true
    }
  }
  return found
    .map(({ from, to }) => withoutMarkup(content.slice(from, to)).replaceAll(/\s+/gu, ' ').trim())
    .filter((text) => isLongEnough(text, language))
}

/** Whoever wants to know a person reads no numbers of contracts, phones or meters, and no words that end as passwords do; a short one with a sign opens a door. */
const LONG_NUMBER =
  /\d(?:[ ./-]?\d){5,}|\d{5,}|\d{3,}[#*]|(?<![\p{L}\p{N}])(?=(?:[A-Z-]*\d){3})[A-Z\d-]{7,}|\p{Ll}\p{Lu}\p{L}+\d{2,}|\p{L}{4,}[!#$%&*+=?@_~]\d{2,}/u
const DATE = /\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}/gu

/** What may stand between two sentences that belong together. */
const BETWEEN = /^[\s,;:.!–—*•-]*$/u

/** "On the spot." answers a question that is not there, unless what follows is about it: "An exhibition. It opens in May." */
const withoutAnswers = (all: readonly Statement[]): Part[] =>
  all.filter(
    ({ short, adjacent, text, language }, at) =>
      !short ||
      adjacent ||
      speaksOfUser(folded(text), language) ||
      (all[at + 1]?.dependent === true && all[at + 1]?.adjacent === true),
  )

type Part = Pick<Statement, 'text' | 'start' | 'end' | 'dependent' | 'language'>

const notesIn = (own: string, language: string): Part[] =>
  sentencesOf(own, language)
    .filter(({ text }) => !text.includes(OTHERS_SIGN) && !/[?？؟]["'”’»)\]\s]*$/u.test(text))
    .map((sentence) => ({ ...sentence, dependent: false, language }))

/** "He did.", "Four.": as long as the user has no part in it, nobody knows of what it speaks. */
const needsOneBefore = ({ dependent, text, language }: Part) =>
  !speaksOfUser(folded(text), language) &&
  (dependent || !/\S\s+\S/u.test(text.trim())) &&
  !UNSPACED.test(text)

const isLongEnough = (text: string, language: string) =>
  UNSPACED.test(text)
    ? text.length >= SHORTEST_UNSPACED
    : speaksOfUser(folded(text), language) || text.split(' ').length >= SHORTEST_WORDS
