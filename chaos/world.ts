import { chmodSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'
import {
  startNeo4j,
  startPostgres,
  startRedis,
  startTemporal,
  type Part,
} from '../test/support/parts.ts'
import { startCommand, startProcess, type RunningProcess } from '../test/support/processes.ts'
import { openProxy, type Proxy } from './proxy.ts'

/** Real servers, and Memoir's own processes behind lines that can be cut. */

export const SERVERS = ['postgres', 'redis', 'neo4j', 'temporal'] as const
export const PROCESSES = ['api', 'worker'] as const
export type Target = ServerName | ProcessName

/** What can be done to one of them. */
export interface Victim {
  kill(): Promise<void>
  restart(): Promise<void>
  freeze(): void
  thaw(): void
  cut(): void
  mend(): void
}

export interface Addresses {
  /** Past every line that may be cut: for whoever looks, not for the load. */
  readonly postgres: string
  readonly redis: string
  readonly neo4j: string
  readonly temporal: string
}

export interface World extends AsyncDisposable {
  readonly api: string
  readonly direct: Addresses
  readonly victims: Readonly<Record<Target, Victim>>
}

const LIVE_WITHIN_MS = 120_000

type ServerName = (typeof SERVERS)[number]
type ProcessName = (typeof PROCESSES)[number]

export async function openWorld(): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'memoir-chaos-'))
  // Postgres may run as another user.
  chmodSync(root, 0o755)
  const parts = await startParts(root)
  const port = await getPort()
  const { lines, environments } = await openLines(parts, port)
  if ((await startCommand(['migrate'], environments.api).ended) !== 0) {
    throw new Error('the database could not be migrated')
  }
  const processes = {
    api: processOf('server', { ...environments.api, PORT: String(port) }),
    worker: processOf('worker', environments.worker),
  }
  const victims = victimsOf({ ...parts, ...processes }, lines)
  await processes.api.restart()
  const api = `http://127.0.0.1:${lines.api[0]?.port}`
  await untilReady(api)
  await processes.worker.restart()
  const { postgres, redis, neo4j, temporal } = parts
  return {
    api,
    victims,
    direct: {
      postgres: postgres.url,
      redis: redis.url,
      neo4j: neo4j.url,
      temporal: temporal.url,
    },
    async [Symbol.asyncDispose]() {
      for (const victim of Object.values(victims)) victim.thaw()
      await Promise.all(Object.values(victims).map(async (victim) => await victim.kill()))
      const all = [...new Set(Object.values(lines).flat())]
      await Promise.all(all.map(async (line) => await line.close()))
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Each process has a line of its own to each server; the API has one in front of it, too. */
async function openLines(parts: Readonly<Record<ServerName, Part>>, apiPort: number) {
  const environments: Record<ProcessName, Record<string, string>> = { api: {}, worker: {} }
  const lines: Record<Target, Proxy[]> = {
    postgres: [],
    redis: [],
    neo4j: [],
    temporal: [],
    api: [await openProxy(apiPort)],
    worker: [],
  }
  for (const name of PROCESSES) {
    const ports: Record<ServerName, number> = { postgres: 0, redis: 0, neo4j: 0, temporal: 0 }
    for (const server of SERVERS) {
      const line = await openProxy(parts[server].port)
      lines[server].push(line)
      if (name === 'worker') lines.worker.push(line)
      ports[server] = line.port
    }
    environments[name] = environmentOf(ports)
  }
  return { lines, environments }
}

type Controls = Pick<Victim, 'kill' | 'restart' | 'freeze' | 'thaw'>

function victimsOf(
  controls: Readonly<Record<Target, Controls>>,
  lines: Readonly<Record<Target, readonly Proxy[]>>,
): Record<Target, Victim> {
  const victimOf = (target: Target): Victim => ({
    ...controls[target],
    cut: () => lines[target].forEach((line) => line.cut()),
    mend: () => lines[target].forEach((line) => line.mend()),
  })
  return {
    postgres: victimOf('postgres'),
    redis: victimOf('redis'),
    neo4j: victimOf('neo4j'),
    temporal: victimOf('temporal'),
    api: victimOf('api'),
    worker: victimOf('worker'),
  }
}

async function startParts(root: string): Promise<Record<ServerName, Part>> {
  const started = await Promise.all([
    startPostgres({ root, durable: false }),
    startRedis({ root }),
    startNeo4j({ root }),
    startTemporal({ root, file: 'temporal.db' }),
  ])
  const [postgres, redis, neo4j, temporal] = started
  if (!postgres || !redis || !neo4j || !temporal) {
    await Promise.all(started.map(async (part) => await part?.kill()))
    const lacking = SERVERS.filter((_, index) => started[index] === undefined)
    throw new Error(`this machine has no ${lacking.join(', no ')}: see scripts/install-*.sh`)
  }
  return { postgres, redis, neo4j, temporal }
}

const environmentOf = (ports: Record<ServerName, number>) => ({
  DATABASE_URL: `postgres://memoir@127.0.0.1:${ports.postgres}/postgres`,
  REDIS_URL: `redis://127.0.0.1:${ports.redis}`,
  GRAPH_BACKEND: 'neo4j',
  NEO4J_URI: `bolt://127.0.0.1:${ports.neo4j}`,
  TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
  TEMPORAL_TASK_QUEUE: 'chaos',
  MEMOIR_AUTH: 'off',
  BACKFILL_HEARTBEAT_SECONDS: '5',
  BACKFILL_PAGE_SIZE: '20',
  EMBEDDING_DIM: '64',
  NARRATIVE_MIN_MEMORIES: '1',
  ERASE_WAIT_SECONDS: '15',
  LOG_LEVEL: 'fatal',
})

function processOf(entry: 'server' | 'worker', env: Readonly<Record<string, string>>) {
  let running: RunningProcess | undefined
  return {
    kill: async () => await running?.kill(),
    restart: async () => {
      running = startProcess(entry, env)
      await Promise.resolve()
    },
    freeze: () => void running?.child.kill('SIGSTOP'),
    thaw: () => void running?.child.kill('SIGCONT'),
  }
}

async function untilReady(api: string): Promise<void> {
  const until = Date.now() + LIVE_WITHIN_MS
  for (;;) {
    const answer = await fetch(`${api}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    )
    if (answer?.ok) return
    if (Date.now() > until) throw new Error('the API did not start')
    await sleep(300)
  }
}
