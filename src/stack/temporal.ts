import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Connection } from '@temporalio/client'
import { MemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { startChild } from './child.ts'
import type { DataFolder } from './data-folder.ts'
import { findProgram, type Machine } from './programs.ts'

/** A Temporal dev server of this data folder, with its UI. */

/** The newest release that can be built from the module cache alone: later ones carry replace directives. */
const GO_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1'
const BUILD_WITHIN_MS = 20 * 60_000
const DOWNLOAD_WITHIN_MS = 60_000

/**
 * The defaults poll each queue some twenty times a second and sync every commit to the disk, so that every step waits 90 ms after
 * a short burst. With these, 100 steps in a row took 1.7 s instead of 9.2 s.
 */
const FLAGS = [
  '--dynamic-config-value',
  'history.transferProcessorMaxPollRPS=2000',
  '--dynamic-config-value',
  'history.timerProcessorMaxPollRPS=2000',
  '--sqlite-pragma',
  'journal_mode=WAL',
  '--sqlite-pragma',
  'synchronous=NORMAL',
]

export async function startTemporal(
  program: string,
  { folder, log, namespace }: { folder: DataFolder; log: Logger; namespace: string },
): Promise<{ address: string; ui: string; stop(): Promise<void> }> {
  const port = await folder.port('temporal')
  const uiPort = await folder.port('temporal-ui')
  const address = `127.0.0.1:${port}`
  const child = await startChild(
    {
      name: 'temporal',
      program,
      args: [
        'server',
        'start-dev',
        ...pairs({
          ip: '127.0.0.1',
          port: String(port),
          'ui-port': String(uiPort),
          'log-level': 'error',
          namespace,
          'db-filename': join(folder.folder('temporal'), 'temporal.db'),
        }),
        ...FLAGS,
      ],
      stopSignal: 'SIGTERM',
      ready: async () => {
        const connection = await Connection.connect({ address, connectTimeout: 2_000 })
        try {
          await connection.workflowService.describeNamespace({ namespace })
        } finally {
          await connection.close()
        }
      },
    },
    { folder, log },
  )
  return { address, ui: `http://127.0.0.1:${uiPort}`, stop: child.stop }
}

const pairs = (options: Readonly<Record<string, string>>) =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])

/** The Temporal CLI: on the PATH, in the cache, or brought into the cache now. */
export async function provideTemporal(
  machine: Machine,
  say: (line: string) => void,
): Promise<{ program: string; how: 'found' | 'embedded' }> {
  const found = findProgram('temporal', [...machine.path, machine.cache])
  if (found !== undefined) return { program: found, how: 'found' }
  mkdirSync(machine.cache, { recursive: true })
  const program = join(machine.cache, 'temporal')
  if (await download(machine, { program, say })) return { program, how: 'embedded' }
  if (await build(machine, say)) return { program, how: 'embedded' }
  throw new MemoirError(
    'configuration_invalid',
    'No Temporal server is here, and none could be fetched or built.',
    {
      details: {
        next: 'Install the Temporal CLI, or Go, or set TEMPORAL_ADDRESS to a server that runs.',
      },
    },
  )
}

/** The SDK fetches the CLI that fits it; started once and stopped, it leaves the program behind. */
async function download(
  machine: Machine,
  { program, say }: { program: string; say: (line: string) => void },
): Promise<boolean> {
  say('temporal  is fetched once …')
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing')
    const fetched = TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: machine.cache } },
    })
    const environment = await Promise.race([
      fetched,
      new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error('too slow')), DOWNLOAD_WITHIN_MS).unref()
      }),
    ])
    await environment.teardown()
    const name = readdirSync(machine.cache).find((file) => file.startsWith('temporal-sdk-typescript'))
    if (name === undefined) return false
    renameSync(join(machine.cache, name), program)
    chmodSync(program, 0o755)
    return true
  } catch {
    // No network, or none that reaches the release: Go may still have it.
    return false
  }
}

async function build(machine: Machine, say: (line: string) => void): Promise<boolean> {
  const go = findProgram('go', [...machine.path, '/usr/local/go/bin', '/usr/lib/go/bin'])
  if (go === undefined) return false
  say('temporal  is built with Go, once; that takes some three minutes …')
  const began = performance.now()
  const minutes = setInterval(() => {
    say(`temporal  still building, ${Math.round((performance.now() - began) / 1000)} s …`)
  }, 30_000)
  try {
    await promisify(execFile)(go, ['install', GO_MODULE], {
      timeout: BUILD_WITHIN_MS,
      maxBuffer: 64 * 1024 * 1024,
      env: environmentFor(machine),
    })
    return true
  } catch (error) {
    say(
      `temporal  could not be built: ${error instanceof Error ? error.message.split('\n')[0] : ''}`,
    )
    return false
  } finally {
    clearInterval(minutes)
  }
}

function environmentFor(machine: Machine): Record<string, string> {
  return { ...machine.environment, GOBIN: machine.cache, GOFLAGS: '-mod=mod' }
}
