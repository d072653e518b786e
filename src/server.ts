import { serve, type ServerType } from '@hono/node-server'
import { createApp } from './api/app.ts'
import type { ApiServices } from './api/context.ts'
import { loadConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { createServices } from './services.ts'

/** The API process. */
export interface RunningApi {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Connections that turn idle only after their last answer are swept until none is left. */
const SWEEP_IDLE_MS = 50

/** @throws Error when the address is taken */
export async function startApi(
  services: ApiServices,
  { host, port }: { host: string; port: number },
): Promise<RunningApi> {
  const closing = new AbortController()
  const app = createApp(services, { closing: closing.signal })
  const { server, port: bound } = await listen(app.fetch, { host, port })
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${bound}`,
    port: bound,
    async close() {
      closing.abort()
      const sweeping = setInterval(() => {
        if ('closeIdleConnections' in server) server.closeIdleConnections()
      }, SWEEP_IDLE_MS)
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      clearInterval(sweeping)
    },
  }
}

async function listen(
  fetch: ReturnType<typeof createApp>['fetch'],
  { host, port }: { host: string; port: number },
): Promise<{ server: ServerType; port: number }> {
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port }, (info) => {
      server.off('error', reject)
      resolve({ server, port: info.port })
    })
    server.once('error', reject)
  })
}

async function main(): Promise<void> {
  const config = loadConfig()
  const log = createLogger(config.LOG_LEVEL, 'memoir-api')
  const services = await createServices(config, log)
  const api = await startApi(services, { host: config.HOST, port: config.PORT })
  log.info({ url: api.url, auth: config.MEMOIR_AUTH }, 'the API answers')
  if (config.MEMOIR_AUTH === 'off')
    log.warn('MEMOIR_AUTH is off: everybody on this machine is an administrator')
  const stop = async () => {
    await api.close()
    await services.close()
  }
  process.once('SIGTERM', () => void stop())
  process.once('SIGINT', () => void stop())
}

if (import.meta.main) await main()
