import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NO_PROGRESS } from '../support/progress.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly authorization: string | undefined
  readonly namespace: string | undefined
}

export interface Reply {
  readonly status?: number
  readonly body?: unknown
  /** Instead of a body that is JSON. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface FakeApi extends AsyncDisposable {
  readonly url: string
  readonly asked: Asked[]
}

/** A real HTTP server that answers what the test says; several replies of a route follow one another, the last one stays. */
export async function startFakeApi(
  routes: Readonly<Record<string, Reply | Reply[]>>,
  port = 0,
): Promise<FakeApi> {
  const asked: Asked[] = []
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://fake')
      const route = `${request.method ?? ''} ${url.pathname}`
      asked.push(await record(request, url))
      const nth = counts.get(route) ?? 0
      counts.set(route, nth + 1)
      const replies = [routes[route] ?? { status: 404, body: notFound }].flat()
      const {
        status = 200,
        body,
        text,
        headers = {},
      } = replies[Math.min(nth, replies.length - 1)] ?? {}
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(text ?? (body === undefined ? undefined : JSON.stringify(body)))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

const notFound = errorBody('not_found', 'There is no such thing here.')

export function errorBody(code: string, message: string) {
  return { error: { code, message, request_id: 'r-1' } }
}

async function record(request: IncomingMessage, url: URL): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const namespace = request.headers['memoir-namespace']
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: text === '' ? undefined : JSON.parse(text),
    authorization: request.headers.authorization,
    namespace: typeof namespace === 'string' ? namespace : undefined,
  }
}

/** A job as the API shows it. */
export function job(over: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'j-1',
    kind: 'backfill',
    state: 'running',
    user_id: null,
    progress: {},
    attempts: 1,
    error: null,
    created_at: '2026-03-01T09:00:00.000Z',
    started_at: '2026-03-01T09:00:01.000Z',
    finished_at: null,
    ...over,
  }
}

export function counts(over: Readonly<Record<string, unknown>> = {}) {
  return { ...NO_PROGRESS, ...over }
}
