import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'

/** Programs of this machine. The PATH comes from the process that was started; it is no configuration of Memoir. */
export interface Machine {
  readonly path: readonly string[]
  /** Where Debian keeps Postgres servers off the PATH, one folder a version. */
  readonly postgresVersions: string
  /** Where programs are kept that had to be fetched or built: outside any project, for all of them. */
  readonly cache: string
  /** The same for models. */
  readonly models: string
  /** The environment that the process was started in. */
  readonly environment: Readonly<Record<string, string>>
}

export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'memoir')
  return {
    path: (env['PATH'] ?? '').split(delimiter).filter(Boolean),
    postgresVersions: '/usr/lib/postgresql',
    environment: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    cache: join(cache, 'bin'),
    models: join(cache, 'models'),
  }
}

/** What any program needs; the rest may hold keys, or settings meant for something else. */
const NEEDED =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|SystemRoot|APPDATA|LOCALAPPDATA|USERPROFILE|XDG_CACHE_HOME)$/

/** The environment for a program that `up` starts: what every program needs, and what this one does. */
export function environmentOf(
  { environment }: Machine,
  also: (name: string) => boolean = () => false,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => NEEDED.test(name) || also(name)),
  )
}

export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The programs of a Postgres server that has pgvector. */
export interface PostgresPrograms {
  readonly bin: string
  readonly major: number
}

const OLDEST_MAJOR = 15

/** Every Postgres server of this machine that can be used, newest first. */
export function findPostgres(machine: Machine): PostgresPrograms[] {
  const { postgresVersions } = machine
  const versions = existsSync(postgresVersions) ? readdirSync(postgresVersions) : []
  const config = findProgram('pg_config', machine.path)
  const folders = [
    ...machine.path,
    ...(config === undefined ? [] : [ask(config, '--bindir')]),
    ...versions.map((version) => join(postgresVersions, version, 'bin')),
  ]
  const bins = new Set(folders.flatMap(serverFolder))
  return [...bins]
    .map((bin) => ({ bin, major: majorOf(bin) }))
    .filter(({ bin, major }) => major >= OLDEST_MAJOR && hasVector(bin, config))
    .toSorted((a, b) => b.major - a.major)
}

/** The folder that really holds both programs: links to them may stand anywhere. */
function serverFolder(folder: string): string[] {
  const programs = ['initdb', 'postgres'].map((name) => findProgram(name, [folder]))
  const places = programs.flatMap((path) => (path === undefined ? [] : [realpathSync(path)]))
  return places.length < 2 ? [] : places.slice(1).map((path) => dirname(path))
}

function majorOf(bin: string): number {
  const version = /\(PostgreSQL\) (\d+)/.exec(ask(join(bin, 'postgres'), '--version'))
  return Number(version?.[1] ?? 0)
}

function hasVector(bin: string, config: string | undefined): boolean {
  const own = findProgram('pg_config', [bin]) ?? config
  const told =
    own !== undefined && realFolder(ask(own, '--bindir')) === realFolder(bin)
      ? [ask(own, '--sharedir')]
      : []
  // Without pg_config, which is a package for developers: where servers look, from their own place or Debian's.
  const usual = [
    join(bin, '../share/postgresql'),
    join(bin, '../share'),
    join('/usr/share/postgresql', basename(dirname(bin))),
  ]
  return [...told, ...usual].some((share) => existsSync(join(share, 'extension', 'vector.control')))
}

function realFolder(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/** What a program answers to a flag; '' when it fails. */
function ask(program: string, flag: string): string {
  try {
    return execFileSync(program, [flag], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return ''
  }
}
