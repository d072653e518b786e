import type { Environment } from '../config.ts'
import { BUILTIN_MODEL } from './hashing-embedder.ts'
import { languagePriceOf, priceOf, type LanguagePrice } from './prices.ts'

export interface ConfiguredPrices {
  /** US dollars a million tokens; null when nobody knows. */
  readonly embedding: number | null
  readonly language: LanguagePrice | null
}

type PricedConfig = Pick<
  Environment,
  'EMBEDDING_MODEL' | 'EMBEDDING_PRICE' | 'LLM_MODEL' | 'LLM_PRICE_INPUT' | 'LLM_PRICE_OUTPUT'
>

/** What the configured models cost. */
export function pricesOf(config: PricedConfig): ConfiguredPrices {
  const { LLM_MODEL, LLM_PRICE_INPUT: input, LLM_PRICE_OUTPUT: output } = config
  return {
    embedding: priceOf({
      model: config.EMBEDDING_MODEL ?? BUILTIN_MODEL,
      price: config.EMBEDDING_PRICE,
    }),
    language: languagePriceOf({
      model: LLM_MODEL ?? null,
      price: input === undefined || output === undefined ? undefined : { input, output },
    }),
  }
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
