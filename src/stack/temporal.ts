import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { startChild, type ChildGround } from './child.ts'

/** A Temporal dev server of this data folder, with its UI. */

/**
 * The defaults poll each queue some twenty times a second and sync every commit to the disk, so that every step waits 90 ms after
 * a short burst. With these, 100 steps in a row took 1.7 s instead of 9.2 s.
 */
const SPEED_FLAGS = [
  '--dynamic-config-value',
  'history.transferProcessorMaxPollRPS=2000',
  '--dynamic-config-value',
  'history.timerProcessorMaxPollRPS=2000',
  '--sqlite-pragma',
  'journal_mode=WAL',
  '--sqlite-pragma',
  'synchronous=NORMAL',
]

/** Namespaces take turns: a run's fairness key is its namespace, and the server heeds it only with this setting. */
const FAIRNESS_FLAGS = ['--dynamic-config-value', 'matching.enableFairness=true']

export const DEV_SERVER_FLAGS = [...SPEED_FLAGS, ...FAIRNESS_FLAGS]

const ASK_WITHIN_MS = 2_000

export interface StartedTemporal {
  readonly address: string
  readonly ui: string
  stop(): Promise<void>
}

export async function startTemporal(
  program: string,
  { namespace, ...ground }: ChildGround & { readonly namespace: string },
): Promise<StartedTemporal> {
  const { folder } = ground
  const port = await folder.port('temporal')
  const uiPort = await folder.port('temporal-ui')
  const address = `127.0.0.1:${port}`
  const home = folder.folder('temporal')
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
          'db-filename': join(home, DATABASE),
        }),
        ...SPEED_FLAGS,
        ...(isFair(home) ? FAIRNESS_FLAGS : []),
      ],
      stopSignal: 'SIGTERM',
      ready: async () => await describeNamespace(address, namespace),
    },
    ground,
  )
  return { address, ui: `http://127.0.0.1:${uiPort}`, stop: child.stop }
}

const DATABASE = 'temporal.db'

/**
 * Fair queues are kept in tables of their own, and what waits in the others is not looked at any more: so a database that was begun
 * without stays without.
 */
function isFair(home: string): boolean {
  const mark = join(home, 'fair')
  if (existsSync(mark)) return true
  if (existsSync(join(home, DATABASE))) return false
  writeFileSync(mark, '')
  return true
}

async function describeNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: ASK_WITHIN_MS })
  try {
    await connection.withDeadline(
      Date.now() + ASK_WITHIN_MS,
      async () => await connection.workflowService.describeNamespace({ namespace }),
    )
  } finally {
    await connection.close()
  }
}

const pairs = (options: Readonly<Record<string, string>>) =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
