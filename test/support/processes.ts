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
    ['--max-semi-space-size=8', fileURLToPath(new URL(`../../src/${entry}.ts`, import.meta.url))],
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
