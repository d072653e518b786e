import { withoutMarkup } from '../extraction/sentences.ts'
import { OTHERS_SIGN, onlyOwnWords } from '../own-words.ts'
import { findSensitive } from '../sensitive.ts'
import { ownStatements, type Statement } from '../statements.ts'
import { speaksOfUser } from './people.ts'
import { folded } from './topics.ts'

/** The statements of a text that may stand in a portrait: in the user's own words, without what is secret. */

/** Sentences that belong together are told together up to here. */
const STATEMENT_CHARS = 200
/** Less tells nothing by itself. */
const SHORTEST = 12
const SHORTEST_UNSPACED = 5
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

/** @param language what it is written in */
export function statementsIn(content: string, language: string): string[] {
  const own = onlyOwnWords(content)
  const found: { from: number; to: number }[] = []
  let open = false
  for (const one of ownStatements(content, { language })) {
    const { start, end } = one
    // A secret is looked for with what stands around it, which says what it is.
    if (isSecret(one.text) || own.slice(start, end).includes(OTHERS_SIGN)) {
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
    .filter((text) => isLongEnough(text) && !isSecret(text))
}

/** Whoever wants to know a person reads no numbers of contracts, phones or meters; a short one with a sign opens a door. */
const LONG_NUMBER =
  /\d(?:[ ./-]?\d){5,}|\d{5,}|\d{3,}[#*]|(?<![\p{L}\p{N}])(?=(?:[A-Z-]*\d){3})[A-Z\d-]{7,}/u
const DATE = /\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}/gu

const isSecret = (text: string) =>
  findSensitive(text).length > 0 || LONG_NUMBER.test(text.replaceAll(DATE, ' '))

/** What may stand between two sentences that belong together. */
const BETWEEN = /^[\s,;:.!–—*•-]*$/u

/** "He did.", "Four.": as long as the user has no part in it, nobody knows of what it speaks. */
const needsOneBefore = ({ dependent, text, language }: Statement) =>
  !speaksOfUser(folded(text), language) &&
  (dependent || !/\S\s+\S/u.test(text.trim())) &&
  !UNSPACED.test(text)

const isLongEnough = (text: string) =>
  text.length >= (UNSPACED.test(text) ? SHORTEST_UNSPACED : SHORTEST)
