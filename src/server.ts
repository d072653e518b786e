import { once } from 'node:events'
import { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { createApp } from './api/app.ts'
import type { ApiServices } from './api/context.ts'
import { loadConfig } from './config.ts'
import { MemoirError } from './errors.ts'
import { createLogger } from './logger.ts'

/** The API process. */
export interface RunningApi {
  readonly url: string
  readonly port: number
  /** Ends streams, lets requests in hand end, then settles. */
  close(): Promise<void>
}

export interface Address {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** A connection goes idle some time after its stream has ended, so once is not enough. */
const CLOSE_IDLE_EVERY_MS = 50
/**
 * A client that sends its next request just as the server closes an idle connection sees a reset. So the other side
 * should be the one to close: clients do within seconds, load balancers after a minute.
 */
const KEEP_ALIVE_MS = 75_000
/** Who has not read or sent in full by then is cut off. */
const CLOSE_WITHIN_MS = 10_000

/**
 * Serves the API.
 * @throws MemoirError `configuration_invalid` when the address cannot be had
 */
export async function startApi(services: ApiServices, address: Address): Promise<RunningApi> {
  const { config, log } = services
  const closing = new AbortController()
  services.ledger?.start()
  const app = createApp(services, { closing: closing.signal })
  const server = createAdaptorServer({ fetch: app.fetch })
  if (!(server instanceof Server)) throw new Error('the server is not one of HTTP/1.1')
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const port = await listen(server, address)
  const url = `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`
  log.info({ url }, 'the API listens')
  if (config.MEMOIR_AUTH === 'off') {
    log.warn('MEMOIR_AUTH=off: whoever is on this machine may do everything, without a key')
  }
  return {
    url,
    port,
    async close() {
      closing.abort()
      await services.ledger?.stop()
      await closeServer(server)
    },
  }
}

async function listen(server: Server, { host, port }: Address): Promise<number> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    throw new MemoirError('configuration_invalid', `PORT, HOST: cannot listen on ${host}:${port}`, {
      cause: error,
    })
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : port
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  const hard = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(hard)
}

if (import.meta.main) {
  // Whoever embeds the API composes the services; only the process of its own needs to know how.
  const { createServices } = await import('./services.ts')
  const config = loadConfig()
  const log = createLogger(config.LOG_LEVEL, 'memoir-api')
  const services = await createServices(config, log)
  const api = await startApi(services, { host: config.HOST, port: config.PORT })
  const { promise: told, resolve: tell } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => tell())
  await told
  await api.close()
  await services.close()
}
