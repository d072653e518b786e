import type { Config } from '../config.ts'
import { pricedEmbedding, pricesOf } from '../providers/configured-prices.ts'
import type { Purse } from '../providers/embedder.ts'
import { budgetPriceOf, priceOf, TOKENS_A_PRICE } from '../providers/prices.ts'
import type { Database } from '../stores/database.ts'
import { refundTokens, reserveTokens, type Spending } from '../stores/spending/usage.ts'

export interface PurseDependencies {
  readonly db: Database
  readonly config: Config
}

export interface Payer {
  readonly jobId: string
  readonly model: string
}

/** Pays a job's embeddings out of its budget and out of its namespace's day, where there are such limits, and counts them. */
export function purseOf({ db, config }: PurseDependencies, payer: Payer): Purse {
  const price = priceOf(pricedEmbedding(config, payer.model))
  const weight = weightOf(config, price)
  return purse({ db, config }, (tokens) => ({
    ...payer,
    uses: [{ purpose: 'embedding', tokens, dollars: dollars(tokens, price) }],
    charge: Math.ceil(tokens * weight),
  }))
}

/** The same for a language model's requests: what it reads and what it writes has each its price. */
export function languagePurseOf({ db, config }: PurseDependencies, payer: Payer): Purse {
  const { language } = pricesOf(config, { language: payer.model })
  const { input: reads = null, output: writes = null } = language ?? {}
  return purse({ db, config }, (input, output) => ({
    ...payer,
    uses: [
      { purpose: 'language', tokens: input, dollars: dollars(input, reads) },
      { purpose: 'language_output', tokens: output, dollars: dollars(output, writes) },
    ],
    charge: Math.ceil(input * weightOf(config, reads) + output * weightOf(config, writes)),
  }))
}

function dollars(tokens: number, price: number | null): number | null {
  return price === null ? null : (tokens / TOKENS_A_PRICE) * price
}

/** Tokens of a budget for one of this price. Where nobody knows a price no budget is taken, and nothing is to be paid. */
function weightOf(config: Config, price: number | null): number {
  const unit = budgetPriceOf(pricesOf(config))
  return price === null || unit === null || unit === 0 ? 0 : price / unit
}

function purse(
  { db, config }: PurseDependencies,
  spending: (input: number, output: number) => Spending,
): Purse {
  let day: string | undefined
  return {
    async reserve(input, output) {
      day = await reserveTokens(db, spending(input, output), config.BUDGET_PER_DAY ?? null)
    },
    async refund(input, output) {
      if (day !== undefined) await refundTokens(db, spending(input, output), day)
    },
  }
}
