import type { Turn } from '../../domain/transcript.ts'
import { ownStatements } from '../statements.ts'
import { playedUntil } from './own-turns.ts'
import { withoutMarkup } from './sentences.ts'
import { createSpeakers, type Speaker } from './speakers.ts'

/** What people state in a conversation, in their own words; nothing that an assistant says. */

export interface OwnSentence {
  readonly speaker: Speaker
  /** One line, as it was said. */
  readonly text: string
}

export function ownSentences(turns: readonly Turn[], language: string): OwnSentence[] {
  const speakerOf = createSpeakers(turns)
  const played = playedUntil(turns)
  return turns.flatMap((turn, at) => {
    const speaker = speakerOf(turn)
    if (!speaker.remembered) return []
    return ownStatements(turn.content, { language })
      .filter(({ start }) => start >= (played[at] ?? 0))
      .map(({ text }) => withoutMarkup(text).replaceAll(/\s+/gu, ' ').trim())
      .filter((text) => text !== '')
      .map((text) => ({ speaker, text }))
  })
}
