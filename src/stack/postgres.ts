import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MemoirError } from '../errors.ts'
import { ensureOwnDatabase } from '../stores/own-database.ts'
import { endProcess, startChild, type ChildGround } from './child.ts'
import {
  createCluster,
  findCluster,
  identityForPostgres,
  majorOfCluster,
  openWay,
} from './postgres-cluster.ts'
import { identify, isAlive } from './process-identity.ts'
import type { PostgresPrograms } from './programs.ts'

/** A Postgres of this machine, run by `up` with its own cluster, on loopback, with a password. */

export interface StartedPostgres {
  readonly url: string
  readonly detail: string
  stop(): Promise<void>
}

/** Durable, as Postgres is by default. Statements and rows stay out of its log: what was forgotten must not live on there. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
} as const

/**
 * @param programs the servers of this machine, newest first; a new cluster is made by the first
 * @throws MemoirError `configuration_invalid` when the folder's cluster needs a version that is not there, or does not start
 */
export async function startPostgres(
  programs: readonly PostgresPrograms[],
  ground: ChildGround,
): Promise<StartedPostgres> {
  const { folder, machine } = ground
  const identity = identityForPostgres() ?? undefined
  const kept = findCluster(folder)
  const bin = binFor(programs, kept)
  const data = kept ?? (await createCluster(bin, { folder, machine, identity }))
  openWay(folder, data, identity)
  await clearStaleLock(data)
  const port = await folder.port('postgres')
  const at = `postgres://memoir:${folder.keys.postgres_password}@127.0.0.1:${port}`
  const settings = Object.entries({ ...SETTINGS, port: String(port) })
  const child = await startChild(
    {
      name: 'postgres',
      program: join(bin, 'postgres'),
      args: ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      ...(identity ? { spawn: identity } : {}),
      // Fast shutdown: ends sessions, writes a checkpoint.
      stopSignal: 'SIGINT',
      ready: async () => await ensureOwnDatabase(`${at}/postgres`),
    },
    ground,
  )
  return { url: `${at}/memoir`, detail: `${bin}, data in ${data}`, stop: child.stop }
}

function binFor(programs: readonly PostgresPrograms[], cluster: string | undefined): string {
  const major = cluster === undefined ? programs[0]?.major : majorOfCluster(cluster)
  const fitting = programs.find((each) => each.major === major)
  if (fitting) return fitting.bin
  throw new MemoirError(
    'configuration_invalid',
    `The data folder holds a database of Postgres ${major}, which this machine does not have with pgvector.`,
    {
      details: {
        next: `Install Postgres ${major} with pgvector, or choose another folder with MEMOIR_DATA_DIR.`,
      },
    },
  )
}

/**
 * `postmaster.pid` outlives a kill. When its number meanwhile belongs to another process of the same user, Postgres would refuse
 * to start for ever; when it is a server of this very cluster that escaped, it is ended.
 */
async function clearStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  const holder = identify(pid)
  if (isAlive(holder) && servesCluster(pid, data)) await endProcess(holder, 'SIGINT')
  else rmSync(file, { force: true })
}

/** Where the system does not tell, the process is taken for the server, as Postgres itself would. */
function servesCluster(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data)
  } catch {
    return !existsSync('/proc/self/cmdline')
  }
}
