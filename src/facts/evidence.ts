import type { Turn } from '../domain/transcript.ts'
import type { Evidence } from '../providers/language-model.ts'
import { clausesIn, clauseWords } from '../text/clauses.ts'

/** What facts rest on: words that were said. What a model says of them is checked against the turns, whichever model it is. */

/** Evidence whose quote is in its turn, word for word; marks, case and spaces may differ. A fact without any rests on nothing. */
export function quotedIn(evidence: readonly Evidence[], turns: readonly Turn[]): Evidence[] {
  return evidence.filter(({ position, quote }) => {
    const words = clauseWords(quote)
    // A long turn comes in pieces of one position.
    return (
      words.length > 0 &&
      turns.some(
        (turn) => turn.position === position && placeOf(words, clauseWords(turn.content)) !== -1,
      )
    )
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
