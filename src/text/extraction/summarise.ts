import type { SummariseRequest } from '../../providers/language-model.ts'
import { chunkText } from '../chunks.ts'
import { ownSentences, type OwnSentence } from './own-words.ts'
import { bestFitting, MAX_RANKED } from './rank.ts'
import { SENTENCE_END, sentencesOf } from './sentences.ts'
import { createSpeakers } from './speakers.ts'
import { keyTerms } from './terms.ts'

/**
 * A summary out of what was found in a session, or else of what people stated in it: the sentences that say most of it, in their
 * order and word for word, so that nothing stands in it which nobody said.
 */
export function summaryOf({ turns, facts, maxChars, language }: SummariseRequest): string {
  const said =
    facts.length > 0
      ? facts.flatMap((fact) => partsOf(fact, language)).map((text) => ({ text, by: undefined }))
      : statementsIn(turns, language)
  const ranked = spread(said).map(({ text, by }) => ({
    by,
    text: by === undefined ? closed(text) : `${by}: ${closed(text)}`,
    terms: keyTerms(text, language),
  }))
  const best = bestFitting(ranked, { maxChars, separator: 1 })
  if (best.length > 0) return best.map((one, at) => withoutName(one, best[at - 1]?.by)).join(' ')
  const [first] = ranked
  return first === undefined ? '' : cut(first.text, maxChars)
}

interface Said {
  readonly text: string
  /** Who said it, where that has to be told. */
  readonly by: string | undefined
}

/** Whoever goes on is not named again. */
const withoutName = ({ text, by }: Said, before: string | undefined) =>
  by !== undefined && by === before ? text.slice(by.length + 2) : text

/** A fact is a sentence or two that belong together; a longer text is a note of many. */
const FACT_CHARS = 300

function partsOf(fact: string, language: string): string[] {
  const sentences = sentencesOf(fact, language).map(({ text }) => oneLine(text))
  return fact.length <= FACT_CHARS ? [sentences.join(' ')].filter(Boolean) : sentences
}

/** What a long session's parts were summed up to says by itself who said what. */
const SUMMARY = 'summary'

/** Where several people talk, each sentence says whose it is. */
function statementsIn(turns: SummariseRequest['turns'], language: string): Said[] {
  const own = ownSentences(turns, language)
  const nameOf = ({ speaker }: OwnSentence) => speaker.name ?? 'User'
  const people = new Set(own.map(nameOf))
  if (own.length > 0) {
    return own.map((one) => ({ text: one.text, by: people.size > 1 ? nameOf(one) : undefined }))
  }
  // Not one statement: what was said, and by whom, is all there is.
  const speakerOf = createSpeakers(turns)
  return turns.flatMap((turn) =>
    sentencesOf(turn.content, language).map(({ text }) => ({
      text: oneLine(text),
      by: turn.role === SUMMARY ? undefined : (speakerOf(turn).name ?? 'User'),
    })),
  )
}

/** A heading or a line of a list ends without a mark; put before another sentence it would read as its beginning. */
function closed(text: string): string {
  if (SENTENCE_END.test(text)) return text
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(text)
    ? `${text}。`
    : `${text}.`
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  return `${(chunkText(text, Math.max(1, maxChars - 1))[0] ?? '').trim()}…`.slice(0, maxChars)
}

/** A long session is read evenly rather than by its beginning. */
function spread<T>(all: readonly T[]): T[] {
  const step = Math.max(1, all.length / MAX_RANKED)
  const picked: T[] = []
  for (let at = 0; Math.floor(at) < all.length; at += step) {
    picked.push(...all.slice(Math.floor(at), Math.floor(at) + 1))
  }
  return picked
}

export const oneLine = (text: string) => text.replaceAll(/\s+/gu, ' ').trim()
