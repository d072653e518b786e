import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import type { Embedder } from './embedder.ts'
import { NO_KEY, OPENAI_URL } from './endpoints.ts'
import { createHashingEmbedder } from './hashing-embedder.ts'
import { createOpenAiEmbedder } from './openai-embedder.ts'
import { createProviderFetch } from './provider-guard.ts'
import { limiterOf, type SharedRates } from './shared-rate-limit.ts'

/** The embedder the configuration asks for: the built-in one, or an OpenAI-compatible endpoint when a model is named. */
export function createEmbedder(
  config: Config,
  metrics: Metrics,
  rates: SharedRates | null = null,
): Embedder {
  const { EMBEDDING_MODEL: model, EMBEDDING_DIM: dimensions } = config
  const precision = config.EMBEDDING_PRECISION
  if (model === undefined) return createHashingEmbedder({ dimensions, precision })
  const baseUrl = config.EMBEDDING_BASE_URL ?? config.OPENAI_BASE_URL ?? OPENAI_URL
  return createOpenAiEmbedder({
    model,
    dimensions,
    precision,
    baseUrl,
    fit: config.EMBEDDING_FIT,
    apiKey: config.OPENAI_API_KEY ?? NO_KEY,
    timeoutMs: config.EMBEDDING_TIMEOUT_MS,
    fetch: createProviderFetch({ allowPrivate: config.MEMOIR_ALLOW_PRIVATE_PROVIDERS }),
    limiter: limiterOf(rates, `${baseUrl} ${model}`, {
      requestsPerMinute: config.EMBEDDING_REQUESTS_PER_MINUTE,
      tokensPerMinute: config.EMBEDDING_TOKENS_PER_MINUTE,
    }),
    metrics,
  })
}
