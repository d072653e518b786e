import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/** A collector of OpenTelemetry's traces over HTTP, as JSON. */
export interface FakeCollector extends AsyncDisposable {
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** Everything that was sent, as it came. */
  readonly bodies: readonly string[]
  readonly authorizations: ReadonlySet<string | undefined>
}

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })
const span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: z.array(attribute),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }),
})
export type CollectedSpan = z.infer<typeof span>

const sent = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
})

export async function startFakeCollector(): Promise<FakeCollector> {
  const bodies: string[] = []
  const spans: CollectedSpan[] = []
  const authorizations = new Set<string | undefined>()
  const take = async (request: NodeJS.ReadableStream) => {
    const body = await text(request)
    bodies.push(body)
    const { resourceSpans } = sent.parse(JSON.parse(body))
    spans.push(...resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans)))
  }
  const server = createServer((request, response) => {
    authorizations.add(request.headers.authorization)
    take(request).then(
      () => response.end('{}'),
      (error: unknown) => response.writeHead(400).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bodies,
    authorizations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
