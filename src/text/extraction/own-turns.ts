import type { Turn } from '../../domain/transcript.ts'
import { changesRolePlay, onlyOwnWords, withoutWords } from '../own-words.ts'
import { MESSAGE_CHARS } from '../statements.ts'
import { createSpeakers } from './speakers.ts'

/** Whose words the turns of a conversation are, over all of them: a part that is played goes on from one turn to the next. */

/** Where each turn begins to be no part that is played: 0 for all of it, infinity for nothing of it. */
export function playedUntil(turns: readonly Turn[]): readonly number[] {
  let playing = false
  return turns.map(({ content }) => {
    const change = changesRolePlay(content.slice(0, MESSAGE_CHARS))
    const wasPlaying = playing
    playing = change === undefined ? playing : change.to === 'begins'
    if (!wasPlaying) return 0
    return playing ? Number.POSITIVE_INFINITY : (change?.at ?? 0)
  })
}

/** A turn with what its speaker says in their own words. */
export interface OwnTurn extends Turn {
  /** The content, with an `OTHERS_SIGN` for every sign of somebody else's words; of a program's turn all of them. */
  readonly own: string
}

/** What is longer was pasted. */
const OWN_CHARS = 100_000

/** @param before turns before these */
export function withOwnWords(turns: readonly Turn[], before: readonly Turn[] = []): OwnTurn[] {
  const all = [...before, ...turns]
  const speakerOf = createSpeakers(all)
  const from = playedUntil(all)
  return turns.map((turn, at) => {
    const { content } = turn
    if (!speakerOf(turn).remembered) return { ...turn, own: withoutWords(content) }
    const own = onlyOwnWords(content.slice(0, OWN_CHARS)) + withoutWords(content.slice(OWN_CHARS))
    const start = from[before.length + at] ?? 0
    return { ...turn, own: withoutWords(own.slice(0, start)) + own.slice(start) }
  })
}
