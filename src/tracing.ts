import type { Resource } from '@opentelemetry/resources'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node'
import type { Config } from './config.ts'

/**
 * Traces by OpenTelemetry: a request, the workflow it starts, its steps and their vendor calls are one trace. Spans bear names,
 * routes, ids and codes, as logs do, never memory text or a question. Without an endpoint nothing of it is even loaded.
 */
export interface Tracing {
  readonly processor: SpanProcessor
  readonly resource: Resource
  /** Sends what waits; a collector that is away loses spans and nothing else. */
  flush(): Promise<void>
}

export type TracingConfig = Pick<
  Config,
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_HEADERS'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_TRACES_SAMPLER_ARG'
>

/** How long the end of a process may wait for its collector. */
const EXPORT_TIMEOUT_MS = 3_000

let started: Promise<Tracing> | undefined

/** Once a process: the first caller's endpoint stays. */
export async function startTracing(config: TracingConfig): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config
  if (endpoint === undefined) return undefined
  started ??= register(config, endpoint)
  return await started
}

async function register(config: TracingConfig, endpoint: string): Promise<Tracing> {
  const [node, { OTLPTraceExporter }, { Resource }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const resource = new Resource({ 'service.name': config.OTEL_SERVICE_NAME })
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: headersOf(config.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: EXPORT_TIMEOUT_MS,
  })
  const processor = new node.BatchSpanProcessor(exporter)
  const provider = new node.NodeTracerProvider({
    resource,
    spanProcessors: [processor],
    sampler: new node.ParentBasedSampler({
      root: new node.TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG),
    }),
  })
  provider.register()
  return {
    processor,
    resource,
    async flush() {
      // The collector's absence was its own loss already.
      await provider.forceFlush().catch(() => undefined)
    },
  }
}

/** Written as `name=value,name=value`, percent-encoded. */
function headersOf(pairs = ''): Record<string, string> {
  return Object.fromEntries(
    pairs
      .split(',')
      .filter(Boolean)
      .map((pair) => {
        const [name = '', ...value] = pair.trim().split('=')
        return [name, decodeURIComponent(value.join('='))]
      }),
  )
}
