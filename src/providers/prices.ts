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

const MILLION = 1_000_000

/** @returns US dollars, null when the model's price is not known */
export function costOf(
  tokens: number,
  { model, price }: { readonly model: string; readonly price: number | undefined },
): number | null {
  const perMillion = price ?? DOLLARS_PER_MILLION[model]
  if (perMillion === undefined) return null
  // Four digits behind a dollar: what a small backfill costs still shows.
  return Math.round((tokens / MILLION) * perMillion * 10_000) / 10_000
}
