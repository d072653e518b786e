import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { MemoirError } from './errors.ts'
import type { Exposition } from './exposition.ts'
import type { Logger } from './logger.ts'

/** What a worker says of itself to supervisors and Prometheus on its own machine: without a key, so on loopback only, and no text. */

export interface WorkerHealth {
  /** Postgres and Temporal, each by whether it can be worked with now. */
  readonly parts: Readonly<Record<string, boolean>>
}

export interface WorkerPortOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly health: () => Promise<WorkerHealth>
  readonly exposition: Exposition
  readonly contentType: string
  readonly log: Logger
}

export interface WorkerPort {
  readonly url: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** @throws MemoirError `configuration_invalid` when the port cannot be had */
export async function openWorkerPort(options: WorkerPortOptions): Promise<WorkerPort> {
  const { log } = options
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, options).catch((error: unknown) => {
      log.warn({ error }, 'the worker could not answer for itself')
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  const url = `http://${HOST}:${await listen(server, options.port)}`
  log.info({ url }, 'the worker tells its health')
  return {
    url,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  path: string,
  response: ServerResponse,
  { health, exposition, contentType }: WorkerPortOptions,
): Promise<void> {
  if (path === '/health/live') return json(response, 200, { status: 'live' })
  if (path === '/health/ready') {
    const { parts } = await health()
    const ready = Object.values(parts).every(Boolean)
    return json(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable', parts })
  }
  if (path !== '/metrics') return json(response, 404, { error: { code: 'not_found' } })
  const series = await exposition()
  response.writeHead(200, { 'Content-Type': contentType }).end(series)
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, HOST)
    await once(server, 'listening')
  } catch (error) {
    throw new MemoirError(
      'configuration_invalid',
      `WORKER_PORT: cannot listen on ${HOST}:${port}`,
      {
        cause: error,
      },
    )
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : port
}
