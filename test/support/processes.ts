import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Memoir's own processes, to be killed. */

export type Entry = 'worker' | 'server'

export interface RunningProcess {
  readonly child: ChildProcess
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Starts an entry of src/ with that environment and nothing else of ours. */
export function startProcess(entry: Entry, env: Readonly<Record<string, string>>): RunningProcess {
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=8',
      '--heap-growing-percent=30',
      fileURLToPath(new URL(`../../src/${entry}.ts`, import.meta.url)),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env['PATH'], ...env } },
  )
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
    })
    child.kill(signal)
    await ended
  }
  return { child, kill: async () => await end('SIGKILL'), stop: async () => await end('SIGTERM') }
}

export interface RunningCommand {
  readonly child: ChildProcess
  /** The exit code, null after a signal. */
  readonly ended: Promise<number | null>
  readonly out: () => string
  readonly err: () => string
}

/** Starts a command line as typed after `memoir`. */
export function startCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): RunningCommand {
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
  const child = spawn(process.execPath, [...nodeOptions, cli, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    texts.out += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    texts.err += chunk.toString('utf8')
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return { child, ended, out: () => texts.out, err: () => texts.err }
}
