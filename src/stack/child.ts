import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Logger } from '../logger.ts'
import { readJson, writeAtomically, type DataFolder } from './data-folder.ts'
import { identify, isAlive } from './process-identity.ts'

/** A server that belongs to this `up`: started, watched, started again when it dies, and stopped with it. */
export interface ChildOptions {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly spawn?: Pick<SpawnOptions, 'uid' | 'gid' | 'cwd' | 'env'>
  /** Asks it to end: what makes this kind of server stop soon and cleanly. */
  readonly stopSignal: NodeJS.Signals
  /** Throws until it answers. */
  readonly ready: () => Promise<void>
}

const READY_WITHIN_MS = 60_000
const READY_EVERY_MS = 100
const STOP_WITHIN_MS = 20_000
/** Between a death and the next start, doubled each time up to the limit. */
const RESTART_AFTER_MS = 250
const RESTART_AT_MOST_MS = 30_000

const pidSchema = z.object({ pid: z.number(), started: z.string().nullable() })

/**
 * Starts a server in its own process group, so that Ctrl-C does not take it away before those who use it, and waits until it
 * answers. One left behind by a killed `up` is ended first: two servers must never share one folder.
 * @throws Error with the place of its log when it does not answer in time
 */
export async function startChild(
  options: ChildOptions,
  { folder, log }: { folder: DataFolder; log: Logger },
): Promise<{ stop(): Promise<void> }> {
  const pidFile = join(folder.folder('run'), `${options.name}.json`)
  const logFile = join(folder.folder('logs'), `${options.name}.log`)
  await endLeftover(pidFile, options.stopSignal)
  let stopping = false
  let child = launch(options, { pidFile, logFile })
  const watch = (watched: ChildProcess, delay: number) => {
    watched.once('exit', (code, signal) => {
      if (stopping) return
      log.warn({ part: options.name, code, signal }, 'a server died and is started again')
      setTimeout(() => {
        if (stopping) return
        child = launch(options, { pidFile, logFile })
        watch(child, Math.min(delay * 2, RESTART_AT_MOST_MS))
      }, delay).unref()
    })
  }
  watch(child, RESTART_AFTER_MS)
  const stop = async () => {
    stopping = true
    await end(child, options.stopSignal)
    rmSync(pidFile, { force: true })
  }
  try {
    await waitUntilReady(options.ready)
  } catch (error) {
    await stop()
    throw new Error(`${options.name} did not start; its log is ${logFile}`, { cause: error })
  }
  return { stop }
}

function launch(
  { program, args, spawn: how }: ChildOptions,
  { pidFile, logFile }: { pidFile: string; logFile: string },
): ChildProcess {
  const output = openSync(logFile, 'a', 0o600)
  const child = spawn(program, args, { ...how, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  // A program that cannot be started at all shows as an exit that `ready` never survives.
  child.on('error', () => child.emit('exit', null, null))
  if (child.pid !== undefined) writeAtomically(pidFile, JSON.stringify(identify(child.pid)))
  return child
}

async function waitUntilReady(ready: () => Promise<void>): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS
  for (;;) {
    try {
      return await ready()
    } catch (error) {
      if (performance.now() > until) throw error
      await pause(READY_EVERY_MS)
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill(signal)
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(hard)
}

async function endLeftover(pidFile: string, signal: NodeJS.Signals): Promise<void> {
  const left = readJson(pidFile, pidSchema)
  if (!left || !isAlive(left)) return
  process.kill(left.pid, signal)
  const until = performance.now() + STOP_WITHIN_MS
  while (isAlive(left)) {
    if (performance.now() > until) process.kill(left.pid, 'SIGKILL')
    await pause(READY_EVERY_MS)
  }
}
