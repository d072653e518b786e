import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MemoirEvent } from '../../src/domain/event.ts'

/** An endpoint of somebody's: it hears deliveries and answers as it is told. */

export interface Heard {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: MemoirEvent & { readonly data: { readonly content?: string } }
  /** The status it answered; 0 when it said nothing. */
  readonly status: number
}

export interface Endpoint extends AsyncDisposable {
  readonly url: string
  /** Everything that came, in that order. */
  readonly heard: Heard[]
  /** Events that it accepted, in that order. */
  accepted(): Heard[]
  /** From now on; a status, or what writes the answer. */
  answer(how: number | ((response: ServerResponse, heard: Heard) => void)): void
  /** Nothing listens at its address until it is back. */
  down(): Promise<void>
  up(): Promise<void>
}

export async function createEndpoint(): Promise<Endpoint> {
  const heard: Heard[] = []
  let how: Parameters<Endpoint['answer']>[0] = 204
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const { headers } = request
      const one: Heard = {
        id: String(headers['webhook-id']),
        headers,
        body,
        event: JSON.parse(body),
        status: typeof how === 'number' ? how : 0,
      }
      heard.push(one)
      if (typeof how === 'number') response.writeHead(how).end()
      else how(response, one)
    })
  })
  const listen = async (port: number) => {
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve)
    })
    return (server.address() as AddressInfo).port
  }
  const down = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  }
  const port = await listen(0)
  return {
    url: `http://127.0.0.1:${port}/memoir?token=t`,
    heard,
    accepted: () => heard.filter(({ status }) => status >= 200 && status < 300),
    answer(next) {
      how = next
    },
    down,
    async up() {
      await listen(port)
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await down()
    },
  }
}
