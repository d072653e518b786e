import { PassThrough } from 'node:stream'
import { run } from '../../src/cli.ts'
import type { Io, Output, Signal } from '../../src/cli/io.ts'
import type { Parts } from '../../src/cli/parts.ts'

/** A terminal that remembers what was written, and whose Ctrl-C a test presses. */
export interface Terminal extends Io {
  readonly stdin: PassThrough
  readonly out: () => string
  readonly err: () => string
  /** How often somebody listens for signals now. */
  readonly listeners: () => number
  readonly forced: () => number | undefined
  press(signal: Signal): void
}

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly isTTY?: boolean
  readonly columns?: number
}

export function createTerminal(options: TerminalOptions = {}): Terminal {
  const stdout = collector(options)
  const stderr = collector(options)
  const listeners = new Set<(signal: Signal) => void>()
  let forced: number | undefined
  return {
    stdin: new PassThrough(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    out: stdout.text,
    err: stderr.text,
    env: options.env ?? {},
    isTTY: options.isTTY ?? false,
    listeners: () => listeners.size,
    forced: () => forced,
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    forceExit(code) {
      forced = code
    },
    press(signal) {
      for (const listener of listeners) listener(signal)
    },
  }
}

function collector({ columns, isTTY = false }: TerminalOptions): {
  stream: Output
  text: () => string
} {
  let text = ''
  const stream = Object.assign(
    new PassThrough(),
    columns === undefined ? { isTTY } : { isTTY, columns },
  )
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
  })
  return { stream, text: () => text }
}

/** Parts of which none may be used: for commands that need but the API. */
export const noParts: Parts = {
  createServices: unexpected('createServices'),
  localApi: unexpected('localApi'),
  startApi: unexpected('startApi'),
  startWorker: unexpected('startWorker'),
  migrate: unexpected('migrate'),
  startStack: unexpected('startStack'),
  attach: async () => null,
  openBrowser: unexpected('openBrowser'),
  findModels: async () => [],
}

function unexpected(name: string) {
  return async (): Promise<never> => {
    throw new Error(`${name} was not to be used`)
  }
}

/** Runs a command line as typed after `memoir`, against an API at `url`. */
export async function memoir(
  argv: readonly string[],
  { url, parts = noParts, ...options }: TerminalOptions & { url?: string; parts?: Parts } = {},
): Promise<{ code: number; out: string; err: string }> {
  const terminal = createTerminal({
    ...options,
    env: {
      ...(url === undefined ? {} : { MEMOIR_URL: url, MEMOIR_KEY: 'test-key' }),
      ...options.env,
    },
  })
  const code = await run(argv, terminal, parts)
  return { code, out: terminal.out(), err: terminal.err() }
}
