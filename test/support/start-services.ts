import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  chmodSync,
  chownSync,
  readdirSync,
  rmSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import getPort from 'get-port'
import { Connection } from '@temporalio/client'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/stores/migrate.ts'

/**
 * Starts the real parts once for the whole run: Postgres with pgvector and a Temporal dev server. What the machine lacks is left
 * out and said; MEMOIR_TEST_REQUIRE=postgres,temporal,redis makes that an error.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the server's `postgres` database, or '' when this machine has none. */
    postgresUrl: string
    temporalAddress: string
    redisUrl: string
    /** How to run Postgres tools and servers by hand: folder of binaries, and the user to run as. */
    postgresBin: string
  }
}

export const TEMPLATE = 'memoir_template'

export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const root = mkdtempSync(join(tmpdir(), 'memoir-test-'))
  chmodSync(root, 0o755)
  const stops: (() => Promise<void>)[] = []
  const missing: string[] = []

  const postgres = await startPostgres(root, stops)
  const temporal = await startTemporal(root, stops)
  const redis = await startRedis(root, stops)
  if (!postgres) missing.push('postgres')
  if (!temporal) missing.push('temporal')
  if (!redis) missing.push('redis')
  project.provide('postgresUrl', postgres?.url ?? '')
  project.provide('postgresBin', postgres?.bin ?? '')
  project.provide('temporalAddress', temporal ?? '')
  project.provide('redisUrl', redis ?? '')

  const stop = async () => {
    for (const each of stops.toReversed()) await each()
    rmSync(root, { recursive: true, force: true })
  }
  const required = (process.env['MEMOIR_TEST_REQUIRE'] ?? '').split(',').filter(Boolean)
  const absent = required.filter((part) => missing.includes(part))
  if (absent.length > 0) {
    await stop()
    throw new Error(`MEMOIR_TEST_REQUIRE names ${absent.join(', ')}, which this machine lacks`)
  }
  for (const part of missing) {
    process.stderr.write(`left out: tests that need ${part} (not found on this machine)\n`)
  }
  return stop
}

/** Debian keeps the server's programs off the PATH, one folder a version. */
export function findPostgresBin(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((v) => join(debian, v, 'bin'))
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
export function postgresIdentity(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function startPostgres(root: string, stops: (() => Promise<void>)[]) {
  const bin = findPostgresBin()
  if (!bin) return undefined
  const data = join(root, 'pg')
  const identity = postgresIdentity()
  mkdirSync(data)
  if (identity) chownSync(data, identity.uid, identity.gid)
  const run = { ...identity, stdio: 'ignore' as const }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'memoir', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C.UTF-8'],
    run,
  )
  const port = await getPort()
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    [
      'shared_buffers = 256MB',
      'max_connections = 300',
      'fsync = off',
      `port = ${port}`,
      `unix_socket_directories = ''`,
      `listen_addresses = '127.0.0.1'`,
      'max_wal_size = 2GB',
      '',
    ].join('\n'),
  )
  const child = spawn(join(bin, 'postgres'), ['-D', data], { ...run, detached: true })
  stops.push(async () => await stopChild(child, 'SIGINT'))
  const url = `postgres://memoir@127.0.0.1:${port}/postgres`
  await until('Postgres', async () => {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query(`create database ${TEMPLATE}`).catch((error: unknown) => {
      if (!String(error).includes('already exists')) throw error
    })
    await client.end()
  })
  await migrate(url.replace('/postgres', `/${TEMPLATE}`))
  return { url, bin }
}

/** The Temporal CLI: on the PATH, or where `memoir up` keeps the one it built. */
export function findTemporal(): string | undefined {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memoir', 'bin')
  return [...(process.env['PATH'] ?? '').split(delimiter), cache]
    .map((folder) => join(folder, 'temporal'))
    .find((path) => existsSync(path))
}

/** Flags that keep the dev server from throttling itself after a short burst of steps. */
export const TEMPORAL_FLAGS = [
  '--dynamic-config-value',
  'history.transferProcessorMaxPollRPS=2000',
  '--dynamic-config-value',
  'history.timerProcessorMaxPollRPS=2000',
  '--sqlite-pragma',
  'journal_mode=WAL',
  '--sqlite-pragma',
  'synchronous=NORMAL',
]

async function startTemporal(root: string, stops: (() => Promise<void>)[]) {
  const program = findTemporal()
  if (!program) return undefined
  const port = await getPort()
  const args = [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'error',
    ...TEMPORAL_FLAGS,
  ]
  const child = spawn(program, args, { stdio: 'ignore', detached: true, cwd: root })
  stops.push(async () => await stopChild(child, 'SIGTERM'))
  const address = `127.0.0.1:${port}`
  await until('Temporal', async () => {
    const connection = await Connection.connect({ address, connectTimeout: 2_000 })
    await connection.workflowService.describeNamespace({ namespace: 'default' })
    await connection.close()
  })
  return address
}

async function startRedis(root: string, stops: (() => Promise<void>)[]) {
  const program = [
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
  ].find((path) => existsSync(path))
  if (!program) return undefined
  const port = await getPort()
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', root],
    { stdio: 'ignore', detached: true },
  )
  stops.push(async () => await stopChild(child, 'SIGTERM'))
  return `redis://127.0.0.1:${port}`
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill(signal)
  const hard = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(hard)
}

const READY_TRIES = 150

async function until(what: string, ready: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ready()
    } catch (error) {
      if (attempt >= READY_TRIES) throw new Error(`${what} did not start`, { cause: error })
      await new Promise((resolve) => {
        setTimeout(resolve, 200)
      })
    }
  }
}
