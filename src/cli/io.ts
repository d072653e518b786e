import type { Readable, Writable } from 'node:stream'

/** Where a command writes and how it hears of Ctrl-C: the process's own streams and signals, or a test's. */

export type Signal = 'SIGINT' | 'SIGTERM'

export type Output = Writable & { readonly columns?: number; readonly isTTY?: boolean }

export interface Io {
  /** What somebody types or sends; only a command that talks over it reads it. */
  readonly stdin: Readable
  /** The answer, and nothing else when `--json` is given. */
  readonly stdout: Output
  /** Progress, notes and errors. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether a person is looking: bars and tables fitted to the width then, plain lines otherwise. */
  readonly isTTY: boolean
  /** Calls back at each Ctrl-C and SIGTERM, instead of their ending the process, until the returned function is called. */
  onInterrupt(listener: (signal: Signal) => void): () => void
  /** Ends the process at once: what a second Ctrl-C asks for. */
  forceExit(code: number): void
}

/** What a shell expects of a command that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130

export const DONE = 0
export const FAILED = 1
export const WRONG_USAGE = 2

export function line(output: Output, text: string): void {
  output.write(`${text}\n`)
}

/** Control characters of the C1 range mean something to terminals, and JSON leaves them as they are. */
const C1 = /[\u007f-\u009f]/g

/** Writes one JSON value, indented, that a terminal cannot take for commands. */
export function writeJson(output: Output, value: unknown): void {
  const text = JSON.stringify(value, null, 2).replaceAll(
    C1,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  line(output, text)
}

export interface Interruption extends Disposable {
  readonly signal: AbortSignal
  readonly first: Promise<Signal>
}

/** Hears of Ctrl-C and SIGTERM until it is disposed of; the second one ends the process at once. */
export function interruption(io: Io): Interruption {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<Signal>()
  let seen = false
  const stop = io.onInterrupt((signal) => {
    if (seen) io.forceExit(INTERRUPTED)
    seen = true
    controller.abort()
    resolve(signal)
  })
  return { signal: controller.signal, first: promise, [Symbol.dispose]: stop }
}
