import type { Config } from '../config.ts'
import { BUILTIN_MODEL } from './hashing-embedder.ts'
import { languagePriceOf, priceOf, type LanguagePrice, type PricedModel } from './prices.ts'

export interface ConfiguredPrices {
  /** US dollars a million tokens; null when nobody knows. */
  readonly embedding: number | null
  readonly language: LanguagePrice | null
}

/** Other models than the configured ones: settings may name them. */
export interface ModelsUsed {
  readonly embedding?: string
  /** Null for the built-in rules. */
  readonly language?: string | null
}

/** What models cost. A price that was set by hand is that of the configured model and of no other. */
export function pricesOf(config: Config, models: ModelsUsed = {}): ConfiguredPrices {
  const { LLM_MODEL, LLM_PRICE_INPUT: input, LLM_PRICE_OUTPUT: output } = config
  const { embedding = config.EMBEDDING_MODEL ?? BUILTIN_MODEL } = models
  const language = models.language === undefined ? (LLM_MODEL ?? null) : models.language
  const own = language === LLM_MODEL && input !== undefined && output !== undefined
  return {
    embedding: priceOf(pricedEmbedding(config, embedding)),
    language: languagePriceOf({ model: language, price: own ? { input, output } : undefined }),
  }
}

/** An embedding model with the price that was set for it, if any was. */
export function pricedEmbedding(config: Config, model: string): PricedModel {
  const own = model === (config.EMBEDDING_MODEL ?? BUILTIN_MODEL)
  return { model, price: own ? config.EMBEDDING_PRICE : undefined }
}
