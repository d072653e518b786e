import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { z } from 'zod'
import type { Logger } from '../logger.ts'
import { startChild } from './child.ts'
import { readJson, writeAtomically, type DataFolder } from './data-folder.ts'

/** A Postgres of this machine, run by `up` with its own cluster, on loopback, with a password. */

export interface StartedPostgres {
  readonly url: string
  readonly detail: string
  stop(): Promise<void>
}

interface Identity {
  readonly uid: number
  readonly gid: number
}

export async function startPostgres(
  bin: string,
  { folder, log }: { folder: DataFolder; log: Logger },
): Promise<StartedPostgres> {
  const identity = identityForPostgres()
  const data = clusterFolder(folder, identity)
  const port = await folder.port('postgres')
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(bin, { data, folder, identity })
  writeFileSync(join(data, 'postgresql.auto.conf'), settings(port))
  if (identity) chownSync(join(data, 'postgresql.auto.conf'), identity.uid, identity.gid)
  const at = `postgres://memoir:${folder.keys.postgres_password}@127.0.0.1:${port}`
  const child = await startChild(
    {
      name: 'postgres',
      program: join(bin, 'postgres'),
      args: ['-D', data],
      ...(identity ? { spawn: identity } : {}),
      // Fast shutdown: ends sessions, writes a checkpoint.
      stopSignal: 'SIGINT',
      ready: async () => await ensureDatabase(`${at}/postgres`),
    },
    { folder, log },
  )
  return { url: `${at}/memoir`, detail: `${bin}, data in ${data}`, stop: child.stop }
}

const settings = (port: number) =>
  [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = ''`,
    'max_connections = 100',
    'shared_buffers = 256MB',
    'max_wal_size = 2GB',
    '',
  ].join('\n')

/** Postgres refuses to run as root; then it runs as the machine's own user for it. */
function identityForPostgres(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

const placeSchema = z.object({ data: z.string() })
const ownerSchema = z.object({ folder: z.string() })

/** Where clusters go whose data folder another user cannot reach. */
const SHARED_CLUSTERS = '/var/lib/memoir'

/**
 * Inside the data folder where that can be. When Postgres runs as another user who may not pass a folder above, the cluster gets
 * a folder of its own, whose place the data folder remembers; those whose data folder is gone are cleared away.
 */
function clusterFolder(folder: DataFolder, identity: Identity | undefined): string {
  const kept = readJson(join(folder.path, 'postgres.json'), placeSchema)
  if (kept && existsSync(kept.data)) return kept.data
  const data =
    identity === undefined || canPass(folder.path, identity)
      ? join(folder.path, 'postgres')
      : sharedCluster(folder)
  mkdirSync(data, { recursive: true, mode: 0o700 })
  if (identity) chownSync(data, identity.uid, identity.gid)
  writeAtomically(join(folder.path, 'postgres.json'), JSON.stringify({ data }))
  return data
}

/** Whether every folder on the way lets others through. */
function canPass(path: string, { uid }: Identity): boolean {
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid: owner } = statSync(at)
    if (owner !== uid && (mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

function sharedCluster(folder: DataFolder): string {
  mkdirSync(SHARED_CLUSTERS, { recursive: true, mode: 0o711 })
  chmodSync(SHARED_CLUSTERS, 0o711)
  for (const name of readdirSync(SHARED_CLUSTERS)) {
    const owner = readJson(join(SHARED_CLUSTERS, name, 'owner.json'), ownerSchema)
    if (owner && !existsSync(owner.folder)) {
      rmSync(join(SHARED_CLUSTERS, name), { recursive: true, force: true })
    }
  }
  const home = join(SHARED_CLUSTERS, randomBytes(8).toString('hex'))
  mkdirSync(home, { mode: 0o711 })
  writeFileSync(join(home, 'owner.json'), JSON.stringify({ folder: folder.path }))
  accessSync(home, constants.R_OK)
  return join(home, 'postgres')
}

function initialise(
  bin: string,
  { data, folder, identity }: { data: string; folder: DataFolder; identity: Identity | undefined },
): void {
  // What an interrupted initdb left would make it refuse.
  for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true, force: true })
  const password = join(dirname(data), `password-${process.pid}`)
  writeFileSync(password, folder.keys.postgres_password, { mode: 0o600 })
  if (identity) chownSync(password, identity.uid, identity.gid)
  try {
    execFileSync(
      join(bin, 'initdb'),
      [
        '-D',
        data,
        '-U',
        'memoir',
        '-A',
        'scram-sha-256',
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
        `--pwfile=${password}`,
      ],
      { ...identity, stdio: ['ignore', 'ignore', 'pipe'] },
    )
  } finally {
    rmSync(password, { force: true })
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // A server that is still starting may cut the connection after it was made.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rowCount } = await client.query(`select from pg_database where datname = 'memoir'`)
    if (rowCount === 0) await client.query('create database memoir')
  } finally {
    await client.end()
  }
}
