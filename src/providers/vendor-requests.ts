import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import OpenAI from 'openai'
import type { ErrorCode } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { EmbedOptions } from './embedder.ts'
import { failureOf, type VendorFailure } from './openai-failures.ts'
import type { ProviderFetch } from './provider-guard.ts'
import { abortError, type RateLimiter } from './rate-limit.ts'
import { readable } from './vendor-answers.ts'
import type { NoteWorkaround } from './workarounds.ts'

/** What every request to an OpenAI-compatible endpoint has in common: the rate, the purse, the figures, and what its failure means. */

/** The vendors' client would read these from the environment when they are not given. */
const NOTHING_FROM_ENVIRONMENT = {
  organization: null,
  project: null,
  adminAPIKey: null,
  webhookSecret: null,
  logLevel: 'off',
} as const

const CLIENT = { kind: SpanKind.CLIENT }

export interface Endpoint {
  readonly baseUrl: string
  readonly apiKey: string
  /** For one request, its answer included. */
  readonly timeoutMs: number
  readonly fetch: ProviderFetch
  readonly limiter: RateLimiter
  readonly metrics: Metrics
  /** Called for each deviation that is worked around. */
  readonly note?: NoteWorkaround
}

export interface EndpointUse {
  readonly purpose: 'embedding' | 'language'
  /** Parameters that not every vendor takes: a refusal that names one says so. */
  readonly parameters: readonly string[]
}

/** Tokens in, and at most how many out. */
export interface Tokens {
  readonly input: number
  readonly output: number
}

export interface Answered<T> {
  readonly value: T
  /** As the vendor counted; undefined when it does not say. */
  readonly used: Tokens | undefined
  /** What became of it, for the figures. */
  readonly outcome: 'ok' | ErrorCode
}

export interface VendorRequest<T> {
  /** Estimated. */
  readonly tokens: Tokens
  readonly call: EmbedOptions
  /** Sends and reads. What it throws was not paid for. */
  send(client: OpenAI, options: { signal?: AbortSignal }): Promise<Answered<T>>
}

export type Sent<T> = { readonly value: T } | { readonly failure: VendorFailure }

/** Counts each deviation that is worked around, and reports it. */
export function noteOf(
  { metrics, note }: Pick<Endpoint, 'metrics' | 'note'>,
  purpose: EndpointUse['purpose'],
): NoteWorkaround {
  return (what) => {
    metrics.vendorWorkarounds.inc({ purpose, what })
    note?.(what)
  }
}

/** Retries nothing: who calls knows when to come back. The sender throws what is no failure of the vendor: an AbortError, a spent budget. */
export function createVendorRequests(endpoint: Endpoint, { purpose, parameters }: EndpointUse) {
  const { metrics, limiter, apiKey } = endpoint
  const note = noteOf(endpoint, purpose)
  const client = new OpenAI({
    ...NOTHING_FROM_ENVIRONMENT,
    apiKey,
    baseURL: endpoint.baseUrl,
    timeout: endpoint.timeoutMs,
    maxRetries: 0,
    fetch: async (url, init) => await readable(await endpoint.fetch(url, init), note),
  })
  const count = (outcome: string, span: Span) => {
    metrics.vendorRequests.inc({ purpose, outcome })
    span.setAttribute('memoir.outcome', outcome)
    if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  return async function request<T>({ tokens, call, send }: VendorRequest<T>): Promise<Sent<T>> {
    const { purse, signal } = call
    await limiter.acquire(tokens.input + tokens.output, call)
    await purse?.reserve(tokens.input, tokens.output)
    const end = metrics.vendorSeconds.startTimer({ purpose })
    const span = trace.getTracer('memoir').startSpan(`vendor ${purpose}`, CLIENT)
    try {
      const { value, used, outcome } = await send(client, signal ? { signal } : {})
      count(outcome, span)
      metrics.vendorTokens.inc({ purpose }, used ? used.input + used.output : tokens.input)
      await giveBack(call, unused(tokens, used))
      return { value }
    } catch (thrown) {
      // Cut off on our side it may have been paid for.
      if (signal?.aborted) {
        count('cancelled', span)
        throw abortError()
      }
      const failure = failureOf(thrown, { key: apiKey, parameters })
      const { code, retryAfterMs } = failure.error
      count(code, span)
      await giveBack(call, tokens)
      if (code === 'vendor_busy' && retryAfterMs !== undefined) limiter.pause(retryAfterMs)
      return { failure }
    } finally {
      end()
    }
  }
}

/** Input stays as it was estimated; of the output most was only kept ready. */
function unused({ output }: Tokens, used: Tokens | undefined): Tokens {
  return { input: 0, output: used ? Math.max(0, output - used.output) : 0 }
}

/** What cannot be given back stays counted: a budget is rather reached early than late. */
async function giveBack({ purse }: EmbedOptions, { input, output }: Tokens): Promise<void> {
  if (input + output > 0) await purse?.refund(input, output).catch(() => undefined)
}
