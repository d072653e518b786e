/**
 * What embedding a million tokens costs, in US dollars, by model; the vendors' public price lists of 2026. A model that is missing
 * has no known price unless `EMBEDDING_PRICE` says it.
 */
const DOLLARS_PER_MILLION: Readonly<Record<string, number>> = {
  'hashing-1': 0,
  'text-embedding-3-small': 0.02,
  'text-embedding-3-large': 0.13,
  'text-embedding-ada-002': 0.1,
}

/** Prices are said for this many tokens. */
export const TOKENS_A_PRICE = 1_000_000

export interface PricedModel {
  readonly model: string
  /** Set by hand, for a model that is missing here or costs something else. */
  readonly price: number | undefined
}

/** US dollars for a million tokens; null when nobody knows. */
export function priceOf({ model, price }: PricedModel): number | null {
  return price ?? DOLLARS_PER_MILLION[model] ?? null
}

/** @returns US dollars, exactly; null when the model's price is not known */
export function dollarsOf(tokens: number, priced: PricedModel): number | null {
  const price = priceOf(priced)
  return price === null ? null : (tokens / TOKENS_A_PRICE) * price
}

/** @returns US dollars to be shown, null when the model's price is not known */
export function costOf(tokens: number, priced: PricedModel): number | null {
  const dollars = dollarsOf(tokens, priced)
  // Four digits behind a dollar: what a small backfill costs still shows.
  return dollars === null ? null : Math.round(dollars * 10_000) / 10_000
}
