import { styleText } from 'node:util'
import type { Io } from './io.ts'

/** Colour says nothing that the words do not: it is for a person who looks, and never in a pipe or a file. */

const STYLES = {
  head: 'bold',
  quiet: 'dim',
  good: 'green',
  busy: 'cyan',
  warn: 'yellow',
  bad: 'red',
} as const

export type Style = keyof typeof STYLES

type Shown = Pick<Io, 'stdout' | 'stderr' | 'env'>

/** NO_COLOR set to anything turns it off (no-color.org); TERM=dumb is a terminal that cannot. */
export function hasColour(io: Shown, stream: 'stdout' | 'stderr'): boolean {
  const { NO_COLOR, TERM } = io.env
  return io[stream].isTTY === true && !NO_COLOR && TERM !== 'dumb'
}

/** The text in a colour, where a person looks. */
export function painted(
  io: Shown,
  stream: 'stdout' | 'stderr',
  style: Style,
  text: string,
): string {
  return hasColour(io, stream) ? styleText(STYLES[style], text, { validateStream: false }) : text
}

/** States of jobs, sessions and memories, and the results of checks. */
const BY_WORD: Readonly<Record<string, Style>> = {
  succeeded: 'good',
  processed: 'good',
  ok: 'good',
  active: 'good',
  fresh: 'good',
  queued: 'busy',
  running: 'busy',
  processing: 'busy',
  pending: 'busy',
  paused: 'warn',
  cancelled: 'warn',
  superseded: 'warn',
  stale: 'warn',
  warn: 'warn',
  deleted: 'bad',
  failed: 'bad',
  fail: 'bad',
  error: 'bad',
}

export const styleOfState = (word: string): Style | undefined => BY_WORD[word]
