import type { Turn } from '../../domain/transcript.ts'

/** A turn as models see it. */
export function shownTurn({ position, role, name, at, content }: Turn) {
  return {
    position,
    speaker: name ?? role,
    ...(name === null ? {} : { role }),
    ...(at === null ? {} : { at }),
    said: content.toWellFormed(),
  }
}

/** How a prompt names a language. */
export function languageRule(language: string): string {
  return language === 'und'
    ? 'Write in the language of the data.'
    : `Write in the language of the data (BCP 47: ${language}).`
}

/** What came before is shown for names and pronouns: the end of a long turn will do. */
const BEFORE_CHARS = 2_000

export function shownBefore(turn: Turn) {
  return shownTurn({ ...turn, content: turn.content.slice(-BEFORE_CHARS) })
}

/** Less of a turn says nothing. */
const SHORTEST_SHARE = 200

/**
 * Turns cut to a number of characters together: long ones lose their ends, and when that is not enough the middle of the
 * conversation is left out, since it is its beginning and its end that say what it was about.
 */
export function shownWithin(turns: readonly Turn[], maxChars: number) {
  const kept: Turn[] = []
  const last: Turn[] = []
  let left = maxChars
  const share = Math.max(SHORTEST_SHARE, Math.floor(maxChars / Math.max(1, turns.length)))
  for (let at = 0; at < turns.length && left > 0; at += 1) {
    const early = at % 2 === 0
    const turn = turns[early ? at / 2 : turns.length - (at + 1) / 2]
    if (!turn) break
    const content = turn.content.slice(0, share)
    left -= content.length
    if (early) kept.push({ ...turn, content })
    else last.unshift({ ...turn, content })
  }
  return [...kept, ...last].map(shownTurn)
}
