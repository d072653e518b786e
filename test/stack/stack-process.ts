import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { thisMachine, type Machine } from '../../src/stack/programs.ts'
import { isAlive } from '../../src/stack/process-identity.ts'
import { bareEnvironment } from '../support/bare-environment.ts'

/** The stack in a process of its own, so that it can be killed as a person's `memoir up` can. */

const lineSchema = z.union([
  z.object({ said: z.string() }),
  z.object({
    stack: z.object({
      parts: z.record(z.string(), z.object({ how: z.string(), detail: z.string() })),
      env: z.record(z.string(), z.string()),
      adminKey: z.string(),
      temporalUi: z.string().default(''),
    }),
  }),
])

export interface StackProcess {
  readonly parts: Readonly<Record<string, { readonly how: string; readonly detail: string }>>
  readonly databaseUrl: string
  readonly env: Readonly<Record<string, string>>
  readonly adminKey: string
  readonly temporalUi: string
  readonly pid: number
  /** What it told the person who waits, so far. */
  readonly said: readonly string[]
  /** Ctrl-C's way out: everything in order. */
  close(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
}

export const machine: Machine = thisMachine(bareEnvironment())

/** A data folder; at the end whatever still runs in it is killed, and it is removed. */
export function createDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'memoir-stack-'))
  onTestFinished(async () => {
    for (const { pid } of childrenOf(dir).filter(isAlive)) process.kill(pid, 'SIGKILL')
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 })
  })
  return dir
}

const pidSchema = z.object({ pid: z.number(), started: z.string().nullable() })

/** The servers that the data folder knows of. */
export function childrenOf(dir: string): { name: string; pid: number; started: string | null }[] {
  const run = join(dir, 'run')
  if (!existsSync(run)) return []
  return readdirSync(run).map((file) => ({
    name: file.replace('.json', ''),
    ...pidSchema.parse(JSON.parse(readFileSync(join(run, file), 'utf8'))),
  }))
}

export function pidOf(dir: string, name: string): number {
  const child = childrenOf(dir).find((each) => each.name === name)
  if (!child) throw new Error(`no ${name} runs in ${dir}`)
  return child.pid
}

const AWAY = { TEMPORAL_ADDRESS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' }

/** Starts it and waits until all parts answer. Temporal and Redis are configured addresses unless `env` says otherwise. */
export async function startStackProcess(
  dir: string,
  { env = AWAY, on = machine }: StartOptions = {},
): Promise<StackProcess> {
  const script = fileURLToPath(new URL('run-stack.ts', import.meta.url))
  const always = { MEMOIR_DATA_DIR: dir, EMBEDDING_MODEL: 'hashing' }
  const given = JSON.stringify({ machine: on, env: { ...always, ...env } })
  const child = spawn(process.execPath, [script, given], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: bareEnvironment(),
  })
  const said: string[] = []
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await end('SIGKILL')
  })
  return await new Promise((resolve, reject) => {
    void ended.then(() => reject(new Error(`the stack ended before it was there: ${said.join()}`)))
    createInterface(child.stdout).on('line', (text) => {
      const line = lineSchema.parse(JSON.parse(text))
      if ('said' in line) return void said.push(line.said)
      resolve({
        ...line.stack,
        databaseUrl: line.stack.env['DATABASE_URL'] ?? '',
        pid: child.pid ?? 0,
        said,
        close: async () => await end('SIGTERM'),
        kill: async () => await end('SIGKILL'),
      })
    })
  })
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly on?: Machine
}
