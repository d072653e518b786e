import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Programs of this machine. The PATH comes from the process that was started; it is no configuration of Memoir. */
export interface Machine {
  readonly path: readonly string[]
  /** Where programs are kept that had to be fetched or built: outside any project, for all of them. */
  readonly cache: string
  /** What a program needs of the environment it is started in. */
  readonly environment: Readonly<Record<string, string>>
}

export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  return {
    path: (env['PATH'] ?? '').split(delimiter).filter(Boolean),
    environment: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    cache: join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memoir', 'bin'),
  }
}

export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Debian keeps the server's programs off the PATH, one folder a version. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql'

/** The folder of a Postgres server's programs that has pgvector, newest first; undefined when there is none. */
export function findPostgres(machine: Machine): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES)
    ? readdirSync(DEBIAN_POSTGRES).toSorted((a, b) => Number(b) - Number(a))
    : []
  const folders = [
    ...machine.path,
    ...versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin')),
  ]
  return folders.find(
    (folder) =>
      existsSync(join(folder, 'initdb')) &&
      existsSync(join(folder, 'postgres')) &&
      hasVector(folder, machine),
  )
}

function hasVector(folder: string, machine: Machine): boolean {
  const config = findProgram('pg_config', [folder, ...machine.path])
  if (config === undefined) return false
  try {
    const share = execFileSync(config, ['--sharedir'], { encoding: 'utf8' }).trim()
    return existsSync(join(share, 'extension', 'vector.control'))
  } catch {
    return false
  }
}
