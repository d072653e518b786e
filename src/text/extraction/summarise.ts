import type { SummariseRequest } from '../../providers/language-model.ts'
import { chunkText } from '../chunks.ts'
import { extractFacts } from './extract.ts'
import { bestFitting, MAX_RANKED } from './rank.ts'
import { sentencesOf } from './sentences.ts'
import { createSpeakers } from './speakers.ts'
import { keyTerms } from './terms.ts'

/** A summary out of what was found in a session, or else is to be found in it: the best vouched for, in their order. */
export function summaryOf({ turns, facts, maxChars, language }: SummariseRequest): string {
  const sentences = facts.length > 0 ? facts.map(oneLine) : statementsIn(turns, language)
  const ranked = spread(sentences).map((text) => ({ text, terms: keyTerms(text, language) }))
  const best = bestFitting(ranked, { maxChars, separator: 1 })
  if (best.length > 0) return best.map(({ text }) => text).join(' ')
  return chunkText(ranked[0]?.text ?? '', Math.max(1, maxChars))[0]?.trim() ?? ''
}

function statementsIn(turns: SummariseRequest['turns'], language: string): string[] {
  const read = spread(turns)
  const told = extractFacts({ turns: read, before: [], referenceTime: '', language })
  if (told.length > 0) return told.map(({ content }) => content)
  // Not one statement: what was said, and by whom, is all there is.
  const speakerOf = createSpeakers(turns)
  return read.flatMap((turn) =>
    sentencesOf(turn.content, language).map(
      ({ text }) => `${speakerOf(turn).name ?? 'User'}: ${oneLine(text)}`,
    ),
  )
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
