import { BUILTIN_MODEL } from './builtin-model.ts'
import { languagePriceOf, priceOf, type LanguagePrice, type PricedModel } from './prices.ts'

/** The built-in model of language costs nothing, whatever was said of others. */
const RULES = 'rules'

export interface ConfiguredPrices {
  /** US dollars a million tokens; null when nobody knows. */
  readonly embedding: number | null
  readonly language: LanguagePrice | null
}

/** Of the configuration, what names models and their prices. */
interface PricedConfig {
  readonly EMBEDDING_MODEL?: string | undefined
  readonly EMBEDDING_PRICE?: number | undefined
  readonly LLM_MODEL?: string | undefined
  readonly LLM_PRICE_INPUT?: number | undefined
  readonly LLM_PRICE_OUTPUT?: number | undefined
}

/** Other models than the configured ones: settings may name them. */
export interface ModelsUsed {
  readonly embedding?: string
  /** Null for the built-in rules. */
  readonly language?: string | null
}

/** What models cost. A price that was set by hand is that of the configured model; where none is configured, of the one that settings name. */
export function pricesOf(config: PricedConfig, models: ModelsUsed = {}): ConfiguredPrices {
  const { LLM_MODEL, LLM_PRICE_INPUT: input, LLM_PRICE_OUTPUT: output } = config
  const { embedding = config.EMBEDDING_MODEL ?? BUILTIN_MODEL } = models
  const language = models.language === undefined ? (LLM_MODEL ?? null) : models.language
  const own = language !== RULES && (LLM_MODEL === undefined || language === LLM_MODEL)
  const price = own && input !== undefined && output !== undefined ? { input, output } : undefined
  return {
    embedding: priceOf(pricedEmbedding(config, embedding)),
    language: languagePriceOf({ model: language, price }),
  }
}

/** An embedding model with the price that was set for it, if any was. */
export function pricedEmbedding(config: PricedConfig, model: string): PricedModel {
  const own = config.EMBEDDING_MODEL === undefined || model === config.EMBEDDING_MODEL
  return { model, price: own ? config.EMBEDDING_PRICE : undefined }
}

export interface UnpricedModel {
  readonly model: string
  /** What sets its price. */
  readonly variable: string
}

/** Configured models that a budget in dollars cannot count. */
export function unpricedModels(config: PricedConfig): UnpricedModel[] {
  const { EMBEDDING_MODEL, LLM_MODEL } = config
  const { embedding, language } = pricesOf(config)
  return [
    ...(EMBEDDING_MODEL !== undefined && embedding === null
      ? [{ model: EMBEDDING_MODEL, variable: 'EMBEDDING_PRICE' }]
      : []),
    ...(LLM_MODEL !== undefined && language === null
      ? [{ model: LLM_MODEL, variable: 'LLM_PRICE_INPUT and LLM_PRICE_OUTPUT' }]
      : []),
  ]
}
