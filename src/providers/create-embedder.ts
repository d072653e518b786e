import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import type { Embedder } from './embedder.ts'
import { NO_KEY, OPENAI_URL } from './endpoints.ts'
import { createHashingEmbedder } from './hashing-embedder.ts'
import { createLocalEmbedder } from './local-embedder.ts'
import { localFolderOf, readLocalModel } from './local-model.ts'
import { createOpenAiEmbedder } from './openai-embedder.ts'
import { createProviderFetch } from './provider-guard.ts'
import { limiterOf, type SharedRates } from './shared-rate-limit.ts'
import type { NoteWorkaround } from './workarounds.ts'

/**
 * The embedder the configuration asks for: the built-in one, a model in a folder, or an OpenAI-compatible endpoint.
 * @throws MemoirError `configuration_invalid` when the folder holds no model
 */
export function createEmbedder(
  config: Config,
  metrics: Metrics,
  rates: SharedRates | null = null,
  note?: NoteWorkaround,
): Embedder {
  const { EMBEDDING_MODEL: model, EMBEDDING_PRECISION: precision, EMBEDDING_FIT: fit } = config
  const dimensions = dimensionsOf(config)
  const folder = localFolderOf(model)
  if (folder !== undefined) {
    return createLocalEmbedder({ model: readLocalModel(folder), dimensions, precision, fit })
  }
  if (model === undefined) return createHashingEmbedder({ dimensions, precision })
  const baseUrl = config.EMBEDDING_BASE_URL ?? config.OPENAI_BASE_URL ?? OPENAI_URL
  return createOpenAiEmbedder({
    model,
    dimensions,
    precision,
    baseUrl,
    fit,
    apiKey: config.OPENAI_API_KEY ?? NO_KEY,
    timeoutMs: config.EMBEDDING_TIMEOUT_MS,
    fetch: createProviderFetch({ allowPrivate: config.MEMOIR_ALLOW_PRIVATE_PROVIDERS }),
    limiter: limiterOf(rates, `${baseUrl} ${model}`, {
      requestsPerMinute: config.EMBEDDING_REQUESTS_PER_MINUTE,
      tokensPerMinute: config.EMBEDDING_TOKENS_PER_MINUTE,
    }),
    metrics,
    ...(note ? { note } : {}),
  })
}

/** How long the vectors are: as it was set, else as the folder's model makes them, else the default. */
export function dimensionsOf(config: Config): number {
  const folder = localFolderOf(config.EMBEDDING_MODEL)
  if (folder === undefined || config.given.has('EMBEDDING_DIM')) return config.EMBEDDING_DIM
  return readLocalModel(folder).dimensions
}
