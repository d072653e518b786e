import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { pricesOf } from '../providers/configured-prices.ts'
import { BUILTIN_MODEL } from '../providers/hashing-embedder.ts'
import { budgetPriceOf } from '../providers/prices.ts'

/**
 * US dollars a million tokens of a budget.
 * @param field what asks for a price, for the refusal
 * @throws MemoirError `invalid_request` when nobody knows what a token costs
 */
export function requirePrice(config: Config, field: string): number {
  const model = config.EMBEDDING_MODEL ?? BUILTIN_MODEL
  const price = budgetPriceOf(pricesOf(config))
  if (price !== null) return price
  throw new MemoirError(
    'invalid_request',
    `${field}: the price of ${model} is not known; EMBEDDING_PRICE sets it`,
    { details: { field } },
  )
}
