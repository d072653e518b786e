import type { Turn } from '../domain/transcript.ts'
import { chunkText } from '../text/chunks.ts'
import { withOwnWords, type OwnTurn } from '../text/extraction/own-turns.ts'

/** Turns that a model reads at once, and the last ones before them for what they refer to. */
export interface Passage {
  readonly index: number
  readonly turns: readonly OwnTurn[]
  readonly before: readonly Turn[]
}

/** About 2,000 tokens: well inside any model's window with its instructions, and few enough facts that none is left out. */
const PASSAGE_CHARS = 8_000
const PASSAGE_TURNS = 40
/** Enough to know who "she" is. */
const BEFORE_TURNS = 4
const BEFORE_CHARS = 2_000
/** Nobody's memories are made of what a program was told or answered. */
const SILENT_ROLES = new Set(['system', 'developer', 'tool', 'function'])

/**
 * Cuts turns into passages, in order. A turn that is too long for one is cut too; its pieces keep its position.
 * @param earlier turns before the first one: never part of a passage
 */
export function passagesOf(turns: readonly Turn[], earlier: readonly Turn[] = []): Passage[] {
  const spoken = turns.filter(({ role }) => !SILENT_ROLES.has(role))
  const pieces = withOwnWords(spoken, earlier).flatMap(piecesOf)
  const passages: Passage[] = []
  let before: readonly Turn[] = earlier
  for (const some of grouped(pieces)) {
    passages.push({ index: passages.length, turns: some, before: lastOf(before) })
    before = some
  }
  return passages
}

function piecesOf(turn: OwnTurn): OwnTurn[] {
  if (turn.content.length <= PASSAGE_CHARS) return turn.content.trim() === '' ? [] : [turn]
  let start = 0
  return chunkText(turn.content, PASSAGE_CHARS)
    .map((content) => {
      const own = turn.own.slice(start, start + content.length)
      start += content.length
      return { ...turn, content, own }
    })
    .filter(({ content }) => content.trim() !== '')
}

function* grouped(pieces: readonly OwnTurn[]): Generator<OwnTurn[]> {
  let group: OwnTurn[] = []
  let chars = 0
  for (const piece of pieces) {
    const full = group.length === PASSAGE_TURNS || chars + piece.content.length > PASSAGE_CHARS
    if (group.length > 0 && full) {
      yield group
      group = []
      chars = 0
    }
    group.push(piece)
    chars += piece.content.length
  }
  if (group.length > 0) yield group
}

function lastOf(turns: readonly Turn[]): Turn[] {
  const last: Turn[] = []
  let chars = 0
  for (const turn of turns.slice(-BEFORE_TURNS).toReversed()) {
    chars += turn.content.length
    if (chars > BEFORE_CHARS) break
    last.unshift(turn)
  }
  return last
}
