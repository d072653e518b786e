import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { DataFolder } from './data-folder.ts'
import { readJson, writeAtomically } from './json-file.ts'
import { identify, isAlive, signal, type ProcessIdentity } from './process-identity.ts'
import { environmentOf, type Machine } from './programs.ts'

/** A server that belongs to this `up`: started, watched, started again when it dies, and stopped with it. */
export interface ChildOptions {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly spawn?: Pick<SpawnOptions, 'uid' | 'gid' | 'cwd'>
  /** Asks it to end: what makes this kind of server stop soon and cleanly. */
  readonly stopSignal: NodeJS.Signals
  /** Throws until it answers. */
  readonly ready: () => Promise<void>
}

/** Where children live. */
export interface ChildGround {
  readonly folder: DataFolder
  readonly machine: Machine
  readonly log: Logger
  readonly say: (line: string) => void
}

export interface Child {
  stop(): Promise<void>
}

/** A database that was killed under load replays its log first. */
const READY_WITHIN_MS = 180_000
const SAY_WAITING_EVERY_MS = 15_000
const READY_EVERY_MS = 100
/** The first try may meet what a killed one left behind; one that dies that often will not come up. */
const DEATHS_AT_START = 3
const STOP_WITHIN_MS = 20_000
/** Between a death and the next start, doubled each time up to the limit, and as at first after a while of good service. */
const RESTART_AFTER_MS = 250
const RESTART_AT_MOST_MS = 30_000
const STEADY_AFTER_MS = 60_000
/** A log that has grown larger is set aside at the next start; one older log is kept. */
const LOG_AT_MOST_BYTES = 8 * 1024 * 1024

/**
 * Starts a server in its own process group, so that Ctrl-C does not take it away before those who use it, and waits until it
 * answers.
 * @throws MemoirError `configuration_invalid` with the place of its log when it dies at once again and again, or does not answer in time
 */
export async function startChild(options: ChildOptions, ground: ChildGround): Promise<Child> {
  const { name } = options
  const keeper = keep(options, ground)
  const waiting = setInterval(() => {
    ground.say(`${name.padEnd(9)} is still starting …`)
  }, SAY_WAITING_EVERY_MS)
  const until = performance.now() + READY_WITHIN_MS
  const hopeless = () => keeper.deaths() >= DEATHS_AT_START || performance.now() > until
  try {
    await answers(options.ready, hopeless)
    return { stop: keeper.stop }
  } catch (error) {
    await keeper.stop()
    const logFile = join(ground.folder.path, 'logs', `${name}.log`)
    throw new MemoirError('configuration_invalid', `${name} did not start.`, {
      cause: error,
      details: { next: `Its log says why: ${logFile}` },
    })
  } finally {
    clearInterval(waiting)
  }
}

async function answers(ready: () => Promise<void>, hopeless: () => boolean): Promise<void> {
  for (;;) {
    try {
      return await ready()
    } catch (error) {
      if (hopeless()) throw error
      await pause(READY_EVERY_MS)
    }
  }
}

/** Runs it for as long as `stop` was not called. */
function keep(options: ChildOptions, ground: ChildGround): Child & { deaths(): number } {
  const { log, say } = ground
  const { name } = options
  let deaths = 0
  let stopped = false
  let child: ChildProcess | undefined
  const start = (delayMs: number) => {
    const began = performance.now()
    child = launch(options, ground)
    let over = false
    const onEnd = (code: number | null, signalName: NodeJS.Signals | null) => {
      if (over || stopped) return
      over = true
      deaths += 1
      const waitMs = performance.now() - began > STEADY_AFTER_MS ? RESTART_AFTER_MS : delayMs
      say(`${name.padEnd(9)} died (${signalName ?? `code ${code}`}) and is started again …`)
      log.info({ part: name, code, signal: signalName }, 'a server died and is started again')
      setTimeout(() => {
        if (!stopped) start(Math.min(waitMs * 2, RESTART_AT_MOST_MS))
      }, waitMs).unref()
    }
    child.once('exit', onEnd)
    // A program that cannot be started at all has no number and never exits.
    child.once('error', () => onEnd(null, null))
  }
  start(RESTART_AFTER_MS)
  return {
    deaths: () => deaths,
    async stop() {
      stopped = true
      if (child) await end(child, options.stopSignal)
      rmSync(pidFileOf(ground.folder, name), { force: true })
    },
  }
}

function launch(options: ChildOptions, { folder, machine }: ChildGround): ChildProcess {
  const { name, program, args, stopSignal } = options
  const logFile = join(folder.folder('logs'), `${name}.log`)
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_AT_MOST_BYTES) {
    renameSync(logFile, `${logFile}.1`)
  }
  const output = openSync(logFile, 'a', 0o600)
  try {
    const child = spawn(program, args, {
      ...options.spawn,
      env: environmentOf(machine),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output, output],
    })
    if (child.pid !== undefined) {
      const mark: Mark = { ...identify(child.pid), signal: stopSignal }
      writeAtomically(pidFileOf(folder, name), JSON.stringify(mark))
    }
    return child
  } finally {
    closeSync(output)
  }
}

async function end(child: ChildProcess, stopSignal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill(stopSignal)
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(hard)
}

const markSchema = z.object({
  pid: z.number(),
  started: z.string().nullable(),
  signal: z.enum(['SIGTERM', 'SIGINT']).default('SIGTERM'),
})
type Mark = ProcessIdentity & { readonly signal: NodeJS.Signals }

const pidFileOf = (folder: DataFolder, name: string) => join(folder.folder('run'), `${name}.json`)

/**
 * Ends the servers that an `up` killed with -9 left running in this folder: two must never share one database. Call it under the
 * folder's lock and before ports are chosen, so that the same ones are free again.
 */
export async function endLeftovers({
  folder,
  say,
}: Pick<ChildGround, 'folder' | 'say'>): Promise<void> {
  const run = folder.folder('run')
  const names = readdirSync(run).filter((name) => name.endsWith('.json'))
  await Promise.all(
    names.map(async (name) => {
      const left = readJson(join(run, name), markSchema)
      if (left && isAlive(left)) {
        say(`${name.slice(0, -'.json'.length).padEnd(9)} was left running; it is ended first …`)
        await endProcess(left, left.signal)
      }
      rmSync(join(run, name), { force: true })
    }),
  )
}

/** Ends a process that is no child of this one. */
export async function endProcess(
  identity: ProcessIdentity,
  stopSignal: NodeJS.Signals,
): Promise<void> {
  signal(identity.pid, stopSignal)
  const until = performance.now() + STOP_WITHIN_MS
  while (isAlive(identity)) {
    if (performance.now() > until) signal(identity.pid, 'SIGKILL')
    await pause(READY_EVERY_MS)
  }
}
