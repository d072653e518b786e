import { mkdtempSync, chmodSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Client } from 'pg'
import { loadConfig } from '../src/config.ts'
import { startApi } from '../src/server.ts'
import { createServices, type Services, type ServicesOptions } from '../src/services.ts'
import { migrate } from '../src/stores/migrate.ts'
import { startWorker } from '../src/worker.ts'
import { startPostgres, startTemporal, type Part } from '../test/support/parts.ts'

/** Real servers for a bench, and everything on top of them in this process. */
export interface BenchServers extends AsyncDisposable {
  readonly postgres: Part
  readonly temporal: Part
}

export async function startServers(): Promise<BenchServers> {
  const root = mkdtempSync(join(tmpdir(), 'memoir-bench-'))
  chmodSync(root, 0o755)
  const [postgres, temporal] = await Promise.all([
    startPostgres({ root, durable: true }),
    startTemporal({ root, file: 'temporal.db' }),
  ])
  if (!postgres || !temporal)
    throw new Error('the benches need Postgres with pgvector, and Temporal')
  return {
    postgres,
    temporal,
    async [Symbol.asyncDispose]() {
      await temporal.kill()
      await postgres.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export const ADMIN_KEY = 'bench-admin-key-0123456789abcdef'

export interface BenchMemoir extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly services: Services
  readonly namespaceId: string
  readonly url: string
}

export interface MemoirOptions {
  readonly name: string
  readonly models?: Pick<ServicesOptions, 'embedder' | 'languageModel'>
  readonly worker?: boolean
  readonly temporalAddress?: string
  /** Variables besides. */
  readonly more?: Readonly<Record<string, string>>
}

/** A database of its own with services, API and (unless told otherwise) a worker over it. */
export async function startMemoir(
  servers: BenchServers,
  {
    name,
    models = {},
    worker = true,
    temporalAddress = servers.temporal.url,
    more = {},
  }: MemoirOptions,
): Promise<BenchMemoir> {
  const admin = new Client({ connectionString: servers.postgres.url })
  await admin.connect()
  await admin.query(`create database ${name}`)
  await admin.end()
  const url = servers.postgres.url.replace(/\/postgres$/, `/${name}`)
  await migrate(url)
  const env = {
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_TASK_QUEUE: `bench-${name.replaceAll('_', '-')}`,
    MEMOIR_ADMIN_KEY: ADMIN_KEY,
    LOG_LEVEL: 'fatal',
    ...more,
  }
  const services = await createServices(loadConfig(env), pino({ level: 'silent' }), models)
  const running = worker ? await startWorker(services) : undefined
  await running?.ready
  const api = await startApi(services, { host: '127.0.0.1', port: 0 })
  const { rows } = await services.db.query<{ id: string }>(
    `select id from memoir.namespace where name = 'default'`,
  )
  return {
    env,
    services,
    url: api.url,
    namespaceId: rows[0]?.id ?? '',
    async [Symbol.asyncDispose]() {
      await api.close()
      await running?.shutdown()
      await services.close()
    },
  }
}
