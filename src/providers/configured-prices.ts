import type { Config } from '../config.ts'
import { BUILTIN_MODEL } from './hashing-embedder.ts'
import { languagePriceOf, priceOf, type LanguagePrice } from './prices.ts'

export interface ConfiguredPrices {
  /** US dollars a million tokens; null when nobody knows. */
  readonly embedding: number | null
  readonly language: LanguagePrice | null
}

/** What the configured models cost. */
export function pricesOf(config: Config): ConfiguredPrices {
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
