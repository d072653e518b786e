import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Connection } from '@temporalio/client'
import getPort from 'get-port'
import neo4j from 'neo4j-driver'
import { Client } from 'pg'
import { DEV_SERVER_FLAGS } from '../../src/stack/temporal.ts'
import { pingRedis } from '../../src/stores/redis.ts'

/** Real servers for tests and benches: each on a port of its own, in a folder of its own, stopped (or killed) by whoever started it. */
export interface Part {
  /** Postgres: superuser URL of the `postgres` database; Temporal: host:port; Redis, Neo4j: URL. */
  readonly url: string
  readonly port: number
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Starts again on the same port and data. */
  restart(): Promise<void>
  /** Leaves its connections open and answers nothing, until `thaw`. */
  freeze(): void
  thaw(): void
}

export interface PartOptions {
  /** An existing folder, readable for other users. */
  readonly root: string
}

interface Server {
  readonly spawn: () => ChildProcess
  readonly signal: NodeJS.Signals
  readonly ready: () => Promise<void>
}

async function run(server: Server): Promise<Omit<Part, 'url' | 'port'>> {
  let child = server.spawn()
  await until(server.ready)
  return {
    stop: async () => await end(child, server.signal),
    kill: async () => await end(child, 'SIGKILL'),
    freeze: () => signalFamily(child, 'SIGSTOP'),
    thaw: () => signalFamily(child, 'SIGCONT'),
    async restart() {
      child = server.spawn()
      await until(async () => {
        // What the killed one left behind may stop the first try: another follows.
        if (child.exitCode !== null) child = server.spawn()
        await server.ready()
      })
    },
  }
}

/** Postgres has a process a connection, each in a group of its own. */
function signalFamily({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  const tell = (one: number) => {
    try {
      process.kill(one, signal)
    } catch {
      // It ended by itself meanwhile.
    }
  }
  // The parent first: a frozen one makes no more.
  tell(pid)
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
  for (const child of stdout.split('\n').filter(Boolean)) tell(Number(child))
}

/** Postgres with pgvector, trusting everybody on loopback; undefined when this machine has none. */
export async function startPostgres({
  root,
  durable,
}: PartOptions & { readonly durable: boolean }): Promise<Part | undefined> {
  const bin = findPostgresBin()
  if (!bin) return undefined
  const data = join(root, 'postgres')
  const identity = postgresIdentity()
  mkdirSync(data)
  if (identity) chownSync(data, identity.uid, identity.gid)
  const as = { ...identity, stdio: 'ignore' as const }
  const init = [
    '-D',
    data,
    '-U',
    'memoir',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-sync',
    '--locale=C.UTF-8',
  ]
  execFileSync(join(bin, 'initdb'), init, as)
  const port = await getPort()
  const settings = [
    'shared_buffers = 512MB',
    'maintenance_work_mem = 512MB',
    'max_connections = 300',
    'max_wal_size = 4GB',
    `fsync = ${durable ? 'on' : 'off'}`,
    `port = ${port}`,
    `unix_socket_directories = ''`,
    `listen_addresses = '127.0.0.1'`,
  ]
  writeFileSync(join(data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`)
  const url = `postgres://memoir@127.0.0.1:${port}/postgres`
  const controls = await run({
    spawn: () => spawn(join(bin, 'postgres'), ['-D', data], { ...as, detached: true }),
    signal: 'SIGINT',
    ready: async () => {
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.end()
    },
  })
  return { url, port, ...controls }
}

/** A Temporal dev server; with `file` its state outlives a kill. */
export async function startTemporal({
  root,
  file,
}: PartOptions & { readonly file?: string }): Promise<Part | undefined> {
  const program = findTemporal()
  if (!program) return undefined
  const port = await getPort()
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)]
  args.push('--log-level', 'error', ...DEV_SERVER_FLAGS)
  if (file !== undefined) args.push('--db-filename', join(root, file))
  const url = `127.0.0.1:${port}`
  const controls = await run({
    spawn: () => spawn(program, args, { stdio: 'ignore', detached: true, cwd: root }),
    signal: 'SIGTERM',
    ready: async () => {
      const connection = await Connection.connect({ address: url, connectTimeout: 2_000 })
      await connection.workflowService.describeNamespace({ namespace: 'default' })
      await connection.close()
    },
  })
  return { url, port, ...controls }
}

const REDIS_PLACES = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']

export async function startRedis({ root }: PartOptions): Promise<Part | undefined> {
  const program = REDIS_PLACES.map((folder) => join(folder, 'redis-server')).find(existsSync)
  if (!program) return undefined
  const port = await getPort()
  const url = `redis://127.0.0.1:${port}`
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', root]
  const controls = await run({
    spawn: () => spawn(program, args, { stdio: 'ignore', detached: true }),
    signal: 'SIGTERM',
    ready: async () => await pingRedis(url),
  })
  return { url, port, ...controls }
}

/** Neo4j without passwords, in half a gigabyte. Its disk outlives a kill; undefined when scripts/install-neo4j.sh never ran here. */
export async function startNeo4j({ root }: PartOptions): Promise<Part | undefined> {
  const home = findNeo4j()
  if (home === undefined) return undefined
  const port = await getPort()
  const url = `bolt://127.0.0.1:${port}`
  const args = [
    '-Xmx384m',
    '-XX:+UseSerialGC',
    '-cp',
    [home, join(home, 'lib', '*')].join(delimiter),
  ]
  args.push('Neo4jServer', join(root, `neo4j-${port}`), String(port))
  const controls = await run({
    spawn: () => spawn('java', args, { stdio: 'ignore', detached: true, cwd: root }),
    signal: 'SIGTERM',
    ready: async () => {
      const driver = neo4j.driver(url, undefined, { connectionTimeout: 2_000 })
      try {
        await driver.executeQuery('return 1')
      } finally {
        await driver.close()
      }
    },
  })
  return { url, port, ...controls }
}

/** Where scripts/install-neo4j.sh put it. */
export function findNeo4j(): string | undefined {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memoir')
  const home = (existsSync(cache) ? readdirSync(cache) : [])
    .filter((name) => /^neo4j-[\d.]+$/.test(name))
    .map((name) => join(cache, name))
    .find((folder) => existsSync(join(folder, 'Neo4jServer.class')))
  const java = (process.env['PATH'] ?? '').split(delimiter).some((f) => existsSync(join(f, 'java')))
  return java ? home : undefined
}

/** Debian keeps the server's programs off the PATH, one folder a version. */
export function findPostgresBin(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(debian, version, 'bin'))
    : []
  const folders = [...versions, ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.find((bin) => {
    if (!existsSync(join(bin, 'initdb')) || !existsSync(join(bin, 'postgres'))) return false
    const config = [join(bin, 'pg_config'), '/usr/bin/pg_config'].find((path) => existsSync(path))
    if (!config) return false
    const share = execFileSync(config, ['--sharedir'], { encoding: 'utf8' }).trim()
    return existsSync(join(share, 'extension', 'vector.control'))
  })
}

/** Postgres refuses to run as root: another user's ids then, undefined when we are not root. */
function postgresIdentity(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A Chromium as distributions name it. */
export function findChromium(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) =>
      ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)),
    )
    .find((path) => existsSync(path))
}

/** The least that the Python client asks for, and what makes environments. */
const PYTHON_IS_ENOUGH = 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))'

/** The program, or undefined when this machine has no Python that is new enough and can make environments. */
export function findPython(): string | undefined {
  return ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'].find(
    (program) => spawnSync(program, ['-c', PYTHON_IS_ENOUGH]).status === 0,
  )
}

/** The Temporal CLI: on the PATH, or where `memoir up` keeps the one it built. */
function findTemporal(): string | undefined {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memoir', 'bin')
  return [...(process.env['PATH'] ?? '').split(delimiter), cache]
    .map((folder) => join(folder, 'temporal'))
    .find((path) => existsSync(path))
}

const END_WITHIN_MS = 10_000

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill(signal)
  const hard = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS)
  await ended
  clearTimeout(hard)
}

/** A minute: a Java server on a busy machine takes half of it. */
const READY_TRIES = 300
const READY_EVERY_MS = 200

async function until(ready: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ready()
    } catch (error) {
      if (attempt >= READY_TRIES) throw new Error('a server did not start', { cause: error })
      await new Promise((resolve) => {
        setTimeout(resolve, READY_EVERY_MS)
      })
    }
  }
}
