import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { NO_KEY, OPENAI_URL } from './endpoints.ts'
import type { LanguageModel } from './language-model.ts'
import { createOpenAiLanguageModel } from './openai-language-model.ts'
import { createProviderFetch } from './provider-guard.ts'
import { limiterOf, type SharedRates } from './shared-rate-limit.ts'
import type { NoteWorkaround } from './workarounds.ts'

/** The language model the configuration asks for: the built-in one, or an OpenAI-compatible endpoint when a model is named. */
export function createLanguageModel(
  config: Config,
  metrics: Metrics,
  builtin: () => LanguageModel,
  rates: SharedRates | null = null,
  note?: NoteWorkaround,
): LanguageModel {
  const { LLM_MODEL: model } = config
  if (model === undefined) return builtin()
  const baseUrl = config.OPENAI_BASE_URL ?? OPENAI_URL
  return createOpenAiLanguageModel({
    model,
    baseUrl,
    apiKey: config.OPENAI_API_KEY ?? NO_KEY,
    timeoutMs: config.LLM_TIMEOUT_MS,
    fetch: createProviderFetch({ allowPrivate: config.MEMOIR_ALLOW_PRIVATE_PROVIDERS }),
    limiter: limiterOf(rates, `${baseUrl} ${model}`, {
      requestsPerMinute: config.LLM_REQUESTS_PER_MINUTE,
      tokensPerMinute: config.LLM_TOKENS_PER_MINUTE,
    }),
    metrics,
    ...(note ? { note } : {}),
  })
}
