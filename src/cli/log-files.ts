import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The logs that `memoir up` and what it starts write into the data folder. */
export interface LogFile {
  readonly part: string
  readonly file: string
}

const SUFFIX = '.log'
/** A log line is short; this holds more of them than anybody asks for. */
const TAIL_BYTES = 4 * 1024 * 1024
const LOOK_EVERY_MS = 300

export function findLogs(dataDir: string): LogFile[] {
  const folder = join(dataDir, 'logs')
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted()
    .map((name) => ({ part: name.slice(0, -SUFFIX.length), file: join(folder, name) }))
}

export function lastLines(file: string, count: number): string[] {
  const { text } = readFrom(file, Math.max(0, sizeOf(file) - TAIL_BYTES))
  return text
    .split('\n')
    .filter((each) => each !== '')
    .slice(-count)
}

/** Hands on each line that is written from now on, also after a log was set aside and begun again. */
export async function followLogs(
  logs: readonly LogFile[],
  show: (part: string, text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const read = new Map(logs.map(({ file }) => [file, { at: sizeOf(file), rest: '' }]))
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    for (const { part, file } of logs) {
      const { at, rest } = read.get(file) ?? { at: 0, rest: '' }
      const from = sizeOf(file) < at ? 0 : at
      const { text, end } = readFrom(file, from)
      const lines = `${from === at ? rest : ''}${text}`.split('\n')
      read.set(file, { at: end, rest: lines.pop() ?? '' })
      lines.filter((each) => each !== '').forEach((each) => show(part, each))
    }
  }
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** At most `TAIL_BYTES`; what follows is read next time. */
function readFrom(file: string, from: number): { text: string; end: number } {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch {
    // Set aside a moment ago, and not yet begun again.
    return { text: '', end: from }
  }
  try {
    const length = Math.min(TAIL_BYTES, Math.max(0, fstatSync(handle).size - from))
    const bytes = Buffer.alloc(length)
    const taken = readSync(handle, bytes, 0, length, from)
    return { text: bytes.toString('utf8', 0, taken), end: from + taken }
  } finally {
    closeSync(handle)
  }
}
