import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import getPort from 'get-port'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import { readJson, writeAtomically } from './json-file.ts'
import { takeLock } from './lock.ts'
import { identify, isAlive } from './process-identity.ts'

/** Everything that `memoir up` keeps on this machine: databases, keys, ports, logs, and who runs here now. */
export interface DataFolder {
  readonly path: string
  readonly keys: Keys
  /** Where they are kept. */
  readonly keyFile: string
  /** False when the keys were there already. */
  readonly keysAreNew: boolean
  /** The folder of a part, closed to others, made when it is missing. */
  folder(name: string): string
  /** Lets other users pass through to a folder of theirs inside; they can list and read nothing else. */
  letOthersPass(): void
  /** A free port for that use: the same as last time when it is still free, at first the one that is liked best. */
  port(use: string, liked?: number): Promise<number>
  /** Says where the API is, for commands that look for it. */
  announce(url: string, announced: Announced): void
  release(): void
}

export interface Announced {
  readonly parts: unknown
  /** `sourceFingerprint` of what it was started with. */
  readonly source: string
}

const keysSchema = z.object({
  admin_key: z.string().min(1),
  encryption_key: z.string().min(1),
  postgres_password: z.string().min(1),
})
export type Keys = z.infer<typeof keysSchema>

const runningSchema = z.object({
  pid: z.number(),
  started: z.string().nullable(),
  url: z.string(),
  source: z.string().optional(),
})

const keyFileOf = (path: string) => join(path, 'keys.json')

const KEY_BYTES = 32
const PRIVATE_FOLDER = 0o700
const PASSABLE_FOLDER = 0o711

/**
 * Opens the folder for one `up`.
 * @throws MemoirError `conflict` when another `up` runs in it, `configuration_invalid` when its keys cannot be read
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  makePrivate(path)
  const release = await takeLock(path)
  try {
    const { keys, fresh } = readKeys(path)
    const keyFile = keyFileOf(path)
    return { ...contents(path, release), path, keys, keyFile, keysAreNew: fresh }
  } catch (error) {
    release()
    throw error
  }
}

function contents(
  path: string,
  release: () => void,
): Omit<DataFolder, 'path' | 'keys' | 'keyFile' | 'keysAreNew'> {
  const announcement = join(path, 'up.json')
  return {
    folder(name) {
      const folder = join(path, name)
      makePrivate(folder)
      return folder
    },
    letOthersPass: () => chmodSync(path, PASSABLE_FOLDER),
    port: async (use, liked) => await rememberedPort(path, { use, liked }),
    announce(url, announced) {
      const who = identify(process.pid)
      const said = { ...who, url, ...announced, admin_key_file: keyFileOf(path) }
      writeAtomically(announcement, JSON.stringify(said, null, 2))
    },
    release() {
      rmSync(announcement, { force: true })
      release()
    },
  }
}

/** Whatever the process's mask and whoever made the folder before: memories and keys are nobody else's. */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  chmodSync(folder, PRIVATE_FOLDER)
}

export interface Running {
  readonly url: string
  readonly adminKey: string
  readonly pid: number
  /** `sourceFingerprint` of what it was started with. */
  readonly source?: string | undefined
}

/** The `up` that runs in a folder, once it has said where its API is; null when none does. */
export function findRunning(path: string): Running | null {
  const running = readJson(join(path, 'up.json'), runningSchema)
  const keys = readJson(keyFileOf(path), keysSchema)
  if (!running || !keys || !isAlive(running)) return null
  const { url, pid, source } = running
  return { url, adminKey: keys.admin_key, pid, source }
}

function readKeys(path: string): { keys: Keys; fresh: boolean } {
  const file = keyFileOf(path)
  const kept = readJson(file, keysSchema)
  if (kept) return { keys: kept, fresh: false }
  if (existsSync(file)) {
    // Made anew, they would open neither the database nor what was encrypted.
    throw new MemoirError('configuration_invalid', `${file} cannot be read as Memoir's keys.`, {
      details: { next: 'Restore it, or choose another folder with MEMOIR_DATA_DIR.' },
    })
  }
  const secret = () => randomBytes(KEY_BYTES).toString('base64url')
  const keys = {
    admin_key: `mk_${secret()}`,
    encryption_key: secret(),
    postgres_password: secret(),
  }
  writeAtomically(file, JSON.stringify(keys, null, 2))
  return { keys, fresh: true }
}

async function rememberedPort(
  path: string,
  { use, liked }: { use: string; liked: number | undefined },
): Promise<number> {
  const file = join(path, 'ports.json')
  const ports = readJson(file, z.record(z.string(), z.number())) ?? {}
  const wanted = ports[use] ?? liked
  const others = Object.entries(ports).flatMap(([name, port]) => (name === use ? [] : [port]))
  const port = await getPort({ exclude: others, ...(wanted === undefined ? {} : { port: wanted }) })
  if (port !== ports[use]) writeAtomically(file, JSON.stringify({ ...ports, [use]: port }, null, 2))
  return port
}
