import type { Turn } from '../domain/transcript.ts'
import type { Evidence } from '../providers/language-model.ts'
import { clausesIn, clauseWords } from '../text/clauses.ts'
import type { OwnTurn } from '../text/extraction/own-turns.ts'
import { OTHERS_SIGN } from '../text/own-words.ts'

/** What facts rest on: words that were said. What a model says of them is checked against the turns, whichever model it is. */

/**
 * Evidence whose quote is in its turn, word for word; marks, case and spaces may differ. At least one has to be what its speaker says in
 * their own words: nothing that is quoted, pasted, handed over or played, and nothing that a program says, except for the question that
 * is answered. A fact without any rests on nothing.
 */
export function quotedIn(evidence: readonly Evidence[], turns: readonly OwnTurn[]): Evidence[] {
  const isOwn = (one: Evidence) => isQuoted(one, turns, isOwnQuote)
  if (!evidence.some(isOwn)) return []
  const asked = turns.filter(({ own }) => own.replaceAll(OTHERS_SIGN, '').trim() === '')
  return evidence.filter((one) => isOwn(one) || isQuoted(one, asked, () => true))
}

/** A long turn comes in pieces of one position. */
function isQuoted(
  { position, quote }: Evidence,
  turns: readonly OwnTurn[],
  isGood: (found: readonly OwnedWord[]) => boolean,
): boolean {
  const words = clauseWords(quote)
  return (
    words.length > 0 &&
    turns.some(
      (turn) => turn.position === position && placesOf(words, ownedWords(turn)).some(isGood),
    )
  )
}

interface OwnedWord {
  readonly word: string
  readonly isOwn: boolean
}

/** Words of a turn in order, of which those between others' signs are its speaker's own. */
function ownedWords({ content, own }: OwnTurn): OwnedWord[] {
  const words: OwnedWord[] = []
  let start = 0
  for (const part of own.match(PARTS) ?? []) {
    const isOwn = !part.startsWith(OTHERS_SIGN)
    const text = content.slice(start, start + part.length)
    words.push(...clauseWords(text).map((word) => ({ word, isOwn })))
    start += part.length
  }
  return words
}

const PARTS = new RegExp(`${OTHERS_SIGN}[${OTHERS_SIGN}\\n]*|[^${OTHERS_SIGN}]+`, 'gu')

/** A name or a title in quotation marks is part of one's own sentence; more is the point of it. */
const MOST_OF_OTHERS = 6
/** Fewer words of one's own only introduce what somebody else says. */
const LEAST_OWN = 2
const FIRST_PERSON =
  /^(?:i|me|my|mine|myself|we|us|our|ich|mich|mir|mein\p{L}*|wir|uns|yo|mi|mis|je|j|moi|mon|ma|mes|nous|eu|meu|minha|io|mio|mia|我|我们|أنا|я|мой|моя)$/u

function isOwnQuote(found: readonly OwnedWord[]): boolean {
  const others = found.filter(({ isOwn }) => !isOwn)
  if (others.length === 0) return true
  const isNamed = others.length <= MOST_OF_OTHERS && found.length - others.length >= LEAST_OWN
  return isNamed && !others.some(({ word }) => FIRST_PERSON.test(word))
}

/** Where words follow one another among others. */
function placesOf(words: readonly string[], all: readonly OwnedWord[]): (readonly OwnedWord[])[] {
  return all.flatMap(({ word }, at) => {
    if (word !== words[0]) return []
    const found = all.slice(at, at + words.length)
    return found.length === words.length && found.every((one, index) => one.word === words[index])
      ? [found]
      : []
  })
}

/** Where words follow each other in others; -1 where they do not. */
function placeOf(words: readonly string[], all: readonly string[]): number {
  const first = words[0]
  for (let at = 0; at + words.length <= all.length; at += 1) {
    if (all[at] === first && words.every((word, index) => all[at + index] === word)) return at
  }
  return -1
}

interface Said {
  readonly turns: readonly Turn[]
  readonly before?: readonly Turn[]
}

/** Fewer words answer something: "In Linz." */
const SHORT_ANSWER = 5

/** The clauses that evidence is quoted from; of a short answer, the question before it too. */
export function saidFor(evidence: readonly Evidence[], { turns, before = [] }: Said): string {
  const all = [...before, ...turns]
  return evidence
    .flatMap(({ position, quote }) => {
      const words = clauseWords(quote)
      const at = all.findIndex(
        (turn) => turn.position === position && placeOf(words, clauseWords(turn.content)) !== -1,
      )
      const turn = all[at]
      if (turn === undefined) return []
      const around = clausesAround(turn.content, words)
      const isShort = clauseWords(around).length < SHORT_ANSWER
      return isShort ? [questionIn(all[at - 1]?.content ?? ''), around] : [around]
    })
    .join('\n')
}

function clausesAround(content: string, words: readonly string[]): string {
  const clauses = clausesIn(content)
  const from = placeOf(
    words,
    clauses.flatMap((clause) => clause.words),
  )
  let end = 0
  return clauses
    .filter((clause) => {
      const start = end
      end += clause.words.length
      return end > from && start < from + words.length
    })
    .map(({ text }) => text)
    .join('')
}

/** The last sentence, when it asks. */
const questionIn = (content: string) => /[^.!?\n]*[?？]\s*$/u.exec(content.slice(-500))?.[0] ?? ''
