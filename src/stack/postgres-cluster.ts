import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import type { DataFolder } from './data-folder.ts'
import { readJson, writeAtomically } from './json-file.ts'
import { environmentOf, type Machine } from './programs.ts'

/** Where the cluster of a data folder lives, and how it comes to be. */

/** The user that a server runs as. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** Postgres refuses to run as root; then it runs as the machine's own user for it. `undefined`: as whoever we are; null: it cannot. */
export function identityForPostgres(): Identity | undefined | null {
  if (process.getuid?.() !== 0) return undefined
  try {
    const ask = (flag: string) =>
      execFileSync('id', [flag, 'postgres'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    return { uid: Number(ask('-u')), gid: Number(ask('-g')) }
  } catch {
    return null
  }
}

/** Where clusters go whose data folder another user cannot reach. */
const SHARED_CLUSTERS = '/var/lib/memoir'

const placeSchema = z.object({ home: z.string() })
const ownerSchema = z.object({ folder: z.string() })

/**
 * The cluster that this data folder has already, if any.
 * @throws MemoirError `configuration_invalid` when it had one elsewhere that is gone, or that belongs to the folder this one was
 * copied from
 */
export function findCluster(folder: DataFolder): string | undefined {
  const inside = join(folder.path, 'postgres')
  return existsSync(inside) ? inside : findShared(folder)
}

function findShared(folder: DataFolder): string | undefined {
  const file = join(folder.path, 'postgres.json')
  const place = readJson(file, placeSchema)
  if (!place) return undefined
  const data = join(place.home, 'postgres')
  const owner = readJson(join(place.home, 'owner.json'), ownerSchema)
  if (!existsSync(data) || !owner) {
    throw new MemoirError('configuration_invalid', `The database in ${data} is gone.`, {
      details: { next: `Restore it, or remove ${file} to begin with an empty one.` },
    })
  }
  if (owner.folder === folder.path) return data
  if (existsSync(join(owner.folder, 'postgres.json'))) {
    throw new MemoirError(
      'configuration_invalid',
      `The database in ${data} belongs to ${owner.folder}, of which this folder is a copy.`,
      { details: { next: `Remove ${file} to begin with an empty one.` } },
    )
  }
  // The data folder was moved.
  writeOwner(place.home, folder)
  return data
}

const writeOwner = (home: string, folder: DataFolder) =>
  writeAtomically(join(home, 'owner.json'), JSON.stringify({ folder: folder.path }))

/** The major version that made a cluster; another one cannot read it. */
export function majorOfCluster(data: string): number {
  return Number(readFileSync(join(data, 'PG_VERSION'), 'utf8').trim())
}

/** Opens the way through the data folder for the server's user, and no more than that. */
export function openWay(folder: DataFolder, data: string, identity: Identity | undefined): void {
  if (identity && dirname(data) === folder.path) folder.letOthersPass()
}

/** Inside the data folder, unless the server's user may not pass a folder above it. */
function homeFor(folder: DataFolder, identity: Identity | undefined): string {
  if (identity === undefined || canPass(dirname(folder.path), identity)) return folder.path
  mkdirSync(SHARED_CLUSTERS, { recursive: true })
  chmodSync(SHARED_CLUSTERS, 0o711)
  const home = join(SHARED_CLUSTERS, randomBytes(8).toString('hex'))
  mkdirSync(home)
  chmodSync(home, 0o711)
  return home
}

/** Whether every folder on the way lets others through. */
function canPass(path: string, { uid }: Identity): boolean {
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid: owner } = statSync(at)
    if (owner !== uid && (mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

interface Making {
  readonly folder: DataFolder
  readonly machine: Machine
  readonly identity: Identity | undefined
}

/**
 * Makes a cluster whose one superuser, `memoir`, has a password. It gets its name when it is complete: a kill in between leaves
 * a draft that the next one throws away.
 */
export async function createCluster(bin: string, making: Making): Promise<string> {
  const { folder, identity } = making
  const home = homeFor(folder, identity)
  const data = join(home, 'postgres')
  openWay(folder, data, identity)
  const draft = `${data}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (identity) chownSync(draft, identity.uid, identity.gid)
  await initialise(bin, draft, making)
  renameSync(draft, data)
  if (home !== folder.path) {
    writeOwner(home, folder)
    writeAtomically(join(folder.path, 'postgres.json'), JSON.stringify({ home }))
  }
  return data
}

async function initialise(
  bin: string,
  data: string,
  { folder, machine, identity }: Making,
): Promise<void> {
  const password = `${data}.password`
  rmSync(password, { force: true })
  writeFileSync(password, folder.keys.postgres_password, { mode: 0o600 })
  if (identity) chownSync(password, identity.uid, identity.gid)
  // Bytewise order with the letters of Unicode; macOS has it under another name.
  const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
  const options = ['-D', data, '-U', 'memoir', '-A', 'scram-sha-256', '-E', 'UTF8']
  try {
    await promisify(execFile)(
      join(bin, 'initdb'),
      [...options, `--locale=${locale}`, `--pwfile=${password}`],
      { ...identity, env: environmentOf(machine) },
    )
  } finally {
    rmSync(password, { force: true })
  }
}
