import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import getPort from 'get-port'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import { identify, isAlive } from './process-identity.ts'

/** Everything that `memoir up` keeps on this machine: databases, keys, ports, logs, and who runs here now. */
export interface DataFolder {
  readonly path: string
  readonly keys: Keys
  /** False when the keys were there already. */
  readonly keysAreNew: boolean
  /** The folder of a part, made when it is missing. */
  folder(name: string): string
  /** A free port for that use: the same as last time when it is still free. */
  port(use: string): Promise<number>
  /** Says where the API is, for commands that look for it. */
  announce(url: string): void
  release(): void
}

const keysSchema = z.object({
  admin_key: z.string(),
  encryption_key: z.string(),
  postgres_password: z.string(),
})
export type Keys = z.infer<typeof keysSchema>

const runningSchema = z.object({
  pid: z.number(),
  started: z.string().nullable(),
  url: z.string().optional(),
})

const KEY_BYTES = 32

/**
 * Opens the folder for one `up`.
 * @throws MemoirError `conflict` when another `up` runs in it
 */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true })
  // The server of a database may run as another user: it may pass through, and read nothing.
  chmodSync(path, 0o711)
  const release = lock(path)
  const { keys, fresh } = readKeys(path)
  return {
    path,
    keys,
    keysAreNew: fresh,
    folder(name) {
      const folder = join(path, name)
      mkdirSync(folder, { recursive: true })
      return folder
    },
    port: async (use) => await rememberedPort(path, use),
    announce(url) {
      writeAtomically(join(path, 'up.json'), JSON.stringify({ ...identify(process.pid), url }))
    },
    release() {
      rmSync(join(path, 'up.json'), { force: true })
      release()
    },
  }
}

/** The `up` that runs in a folder, once it has said where its API is; null when none does. */
export function findRunning(path: string): { url: string; adminKey: string; pid: number } | null {
  const running = readJson(join(path, 'up.json'), runningSchema)
  const keys = readJson(join(path, 'keys.json'), keysSchema)
  if (!running?.url || !keys || !isAlive(running)) return null
  return { url: running.url, adminKey: keys.admin_key, pid: running.pid }
}

function lock(path: string): () => void {
  const file = join(path, 'lock.json')
  for (let attempt = 0; ; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeFileSync(handle, JSON.stringify(identify(process.pid)))
      closeSync(handle)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (!existsSync(file)) throw error
      const holder = readJson(file, runningSchema)
      if ((holder && isAlive(holder)) || attempt > 2) {
        throw new MemoirError(
          'conflict',
          `Memoir already runs in ${path}${holder ? ` (process ${holder.pid})` : ''}.`,
        )
      }
      // Left behind by a process that was killed.
      rmSync(file, { force: true })
    }
  }
}

function readKeys(path: string): { keys: Keys; fresh: boolean } {
  const file = join(path, 'keys.json')
  const kept = readJson(file, keysSchema)
  if (kept) return { keys: kept, fresh: false }
  const secret = () => randomBytes(KEY_BYTES).toString('base64url')
  const keys = {
    admin_key: `mk_${secret()}`,
    encryption_key: secret(),
    postgres_password: secret(),
  }
  writeAtomically(file, JSON.stringify(keys, null, 2))
  return { keys, fresh: true }
}

async function rememberedPort(path: string, use: string): Promise<number> {
  const file = join(path, 'ports.json')
  const ports = readJson(file, z.record(z.string(), z.number())) ?? {}
  const wanted = ports[use]
  const others = Object.entries(ports).flatMap(([name, port]) => (name === use ? [] : [port]))
  const port = await getPort({ exclude: others, ...(wanted === undefined ? {} : { port: wanted }) })
  if (port !== wanted) writeAtomically(file, JSON.stringify({ ...ports, [use]: port }, null, 2))
  return port
}

/** A reader sees the old file or the new one, never half; only the owner may read it. */
export function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}

export function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Missing, or cut short by a kill: the same as not written.
    return undefined
  }
}
