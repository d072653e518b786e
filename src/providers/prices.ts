import { LOCAL } from './default-model.ts'

/** What models cost: tables of public prices, and what was set by hand. */

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
  return price ?? (model.startsWith(LOCAL) ? 0 : (DOLLARS_PER_MILLION[model] ?? null))
}

/** What a million tokens cost, in US dollars. */
export interface LanguagePrice {
  readonly input: number
  readonly output: number
}

/** By model, without the date that some names end in; the vendors' public price lists of 2026. */
const LANGUAGE_DOLLARS_PER_MILLION: Readonly<Record<string, LanguagePrice>> = {
  rules: { input: 0, output: 0 },
  'gpt-4o': { input: 2.5, output: 10 },
  'gpt-4o-mini': { input: 0.15, output: 0.6 },
  'gpt-4.1': { input: 2, output: 8 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'gpt-5': { input: 1.25, output: 10 },
  'gpt-5-mini': { input: 0.25, output: 2 },
  'gpt-5-nano': { input: 0.05, output: 0.4 },
  'o3-mini': { input: 1.1, output: 4.4 },
  'o4-mini': { input: 1.1, output: 4.4 },
}
const DATE = /-\d{4}-\d{2}-\d{2}$/
const FREE: LanguagePrice = { input: 0, output: 0 }

export interface PricedLanguageModel {
  /** Null for the built-in rules. */
  readonly model: string | null
  /** Set by hand, for a model that is missing here or costs something else. */
  readonly price: LanguagePrice | undefined
}

/** Null when nobody knows. */
export function languagePriceOf({ model, price }: PricedLanguageModel): LanguagePrice | null {
  if (model === null) return FREE
  return price ?? LANGUAGE_DOLLARS_PER_MILLION[model.replace(DATE, '')] ?? null
}

/** @returns US dollars, null when the model's price is not known */
export function languageCostOf(
  tokens: { readonly input: number; readonly output: number },
  priced: PricedLanguageModel,
): number | null {
  const price = languagePriceOf(priced)
  return price === null
    ? null
    : rounded((tokens.input * price.input + tokens.output * price.output) / TOKENS_A_PRICE)
}

/** @returns US dollars, exactly; null when the model's price is not known */
export function dollarsOf(tokens: number, priced: PricedModel): number | null {
  const price = priceOf(priced)
  return price === null ? null : (tokens / TOKENS_A_PRICE) * price
}

/** @returns US dollars to be shown, null when the model's price is not known */
export function costOf(tokens: number, priced: PricedModel): number | null {
  const dollars = dollarsOf(tokens, priced)
  return dollars === null ? null : rounded(dollars)
}

/** Four digits behind a dollar: what a small backfill costs still shows. */
function rounded(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000
}

/**
 * What a million tokens of a budget cost: those of the embedding model, or where that is free, those the language model reads.
 * Null when the embedding model's price is not known.
 */
export function budgetPriceOf({
  embedding,
  language,
}: {
  readonly embedding: number | null
  readonly language: LanguagePrice | null
}): number | null {
  return embedding === 0 ? (language?.input ?? 0) : embedding
}
