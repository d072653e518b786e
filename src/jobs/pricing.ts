import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { pricesOf, unpricedModels, type UnpricedModel } from '../providers/configured-prices.ts'
import { BUILTIN_MODEL } from '../providers/builtin-model.ts'
import { budgetPriceOf } from '../providers/prices.ts'

/**
 * US dollars that a million tokens of a budget cost.
 * @param field what asks for a price, for the refusal
 * @throws MemoirError `invalid_request` when nobody knows what a token costs
 */
export function requirePrice(config: Config, field: string): number {
  requirePrices(config, field)
  const price = budgetPriceOf(pricesOf(config))
  if (price !== null) return price
  const model = config.EMBEDDING_MODEL ?? BUILTIN_MODEL
  throw refusal(field, { model, variable: 'EMBEDDING_PRICE' })
}

/**
 * The day's budget is in dollars and holds for all models.
 * @throws MemoirError `invalid_request` when the price of a configured model is not known
 */
export function requirePrices(config: Config, field: string): void {
  const [unpriced] = unpricedModels(config)
  if (unpriced !== undefined) throw refusal(field, unpriced)
}

function refusal(field: string, { model, variable }: UnpricedModel): MemoirError {
  return new MemoirError(
    'invalid_request',
    `${field}: the price of ${model} is not known; ${variable} sets it`,
    { details: { field } },
  )
}
