import { keyedHash } from '../ingest/conversation.ts'
import type { ForgottenClause } from '../stores/forget/forgotten-clauses.ts'
import {
  clausesIn,
  clauseWords,
  isTelling,
  unitsOf,
  withoutConjunction,
  type Clause,
} from '../text/clauses.ts'

/** Clauses as they are remembered, and finding them again inside other texts. */

/** So much of a hash tells a word from any other of a text. */
const ANCHOR_BYTES = 6

const hashOfWords = (key: string, userId: string, words: readonly string[]): Buffer =>
  keyedHash(key, ['clause', userId, words.join(' ')])

const anchorOf = (key: string, userId: string, word: string): Buffer =>
  keyedHash(key, ['word', userId, word]).subarray(0, ANCHOR_BYTES)

export interface Saying {
  readonly userId: string
  readonly content: string
  readonly origin: Buffer
  readonly deletedOnly: boolean
}

/** What is remembered of a text that is forgotten. */
export function clausesToForget(
  key: string,
  { userId, content, origin, deletedOnly }: Saying,
): ForgottenClause[] {
  return unitsOf(content).map((words) => {
    const anchorAt = longestOf(words)
    return {
      hash: hashOfWords(key, userId, words),
      anchor: anchorOf(key, userId, words[anchorAt] ?? ''),
      anchorAt,
      words: words.length,
      origin,
      deletedOnly,
    }
  })
}

/** Where the first of the longest words is: the rarest, as a rule. */
const longestOf = (words: readonly string[]): number =>
  words.reduce((best, word, at) => (word.length > (words[best]?.length ?? 0) ? at : best), 0)

export interface Known {
  readonly userId: string
  readonly keys: readonly string[]
  readonly clauses: readonly ForgottenClause[]
}

export interface Found {
  readonly clause: Clause
  /** Hashes of forgotten clauses that this one is a part of, or holds. */
  readonly hashes: readonly Buffer[]
}

interface Shape {
  readonly anchorAt: number
  readonly words: number
}

/** Looks for forgotten clauses in texts: by their longest word, then by all of their words. */
export function createFinder({ userId, keys, clauses }: Known): (text: string) => Found[] {
  const hashes = new Set(clauses.map(({ hash }) => hash.toString('hex')))
  const shapes = new Map<string, Map<string, Shape>>()
  for (const { anchor, anchorAt, words } of clauses) {
    const name = anchor.toString('hex')
    const own = shapes.get(name) ?? new Map<string, Shape>()
    shapes.set(name, own.set(`${anchorAt} ${words}`, { anchorAt, words }))
  }
  const byWord = new Map<string, readonly Shape[]>()
  const shapesAt = (word: string): readonly Shape[] => {
    const known = byWord.get(word)
    if (known !== undefined) return known
    const found = keys.flatMap((key) => [
      ...(shapes.get(anchorOf(key, userId, word).toString('hex'))?.values() ?? []),
    ])
    byWord.set(word, found)
    return found
  }
  const matches = (words: readonly string[]) =>
    keys
      .map((key) => hashOfWords(key, userId, words))
      .filter((hash) => hashes.has(hash.toString('hex')))
  return (text) => {
    const parts = clausesIn(text)
    const words = parts.flatMap((part, at) => part.words.map((word) => ({ word, at })))
    const found = parts.map((): Buffer[] => [])
    for (const [place, { word }] of words.entries()) {
      for (const { anchorAt, words: length } of shapesAt(word)) {
        const from = place - anchorAt
        const window = from < 0 ? [] : words.slice(from, from + length)
        if (window.length < length) continue
        const said = window.map((one) => one.word)
        const first = window[0]?.at ?? 0
        const last = window.at(-1)?.at ?? first
        if (!isTelling(said) && !isWhole(parts.slice(first, last + 1), said)) continue
        const own = matches(said)
        for (let at = first; at <= last; at += 1) found[at]?.push(...own)
      }
    }
    return parts.map((clause, at) => ({ clause, hashes: found[at] ?? [] }))
  }
}

/** "I smoke" is looked for where nothing else is said. */
function isWhole(parts: readonly Clause[], said: readonly string[]): boolean {
  const all = parts.flatMap(({ words }) => words)
  return all.length === said.length || withoutConjunction(all).length === said.length
}

/** What is left of a text without the clauses that were found in it. A single word that is left says nothing. */
export function withoutFound(text: string, found: readonly Found[]): string {
  if (found.every(({ hashes }) => hashes.length === 0)) return text
  const left = found
    .filter(({ hashes }) => hashes.length === 0)
    .map(({ clause }) => clause.text)
    .join('')
    .trim()
  return clauseWords(left).length > 1 ? left : ''
}
