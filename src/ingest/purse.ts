import type { Config } from '../config.ts'
import { pricesOf } from '../providers/configured-prices.ts'
import type { Purse } from '../providers/embedder.ts'
import { TOKENS_A_PRICE, budgetWeights, dollarsOf } from '../providers/prices.ts'
import type { Database } from '../stores/database.ts'
import { refundTokens, reserveTokens, type Spending } from '../stores/usage.ts'

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
  const priced = { model: payer.model, price: config.EMBEDDING_PRICE }
  return purse({ db, config }, (tokens) => ({
    ...payer,
    uses: [{ purpose: 'embedding', tokens, dollars: dollarsOf(tokens, priced) }],
    charge: tokens,
  }))
}

/** The same for a language model's requests: what it reads and what it writes has each its price. */
export function languagePurseOf({ db, config }: PurseDependencies, payer: Payer): Purse {
  const prices = pricesOf(config)
  const { language } = prices
  const weights = budgetWeights(prices)
  const dollars = (tokens: number, price: number | undefined) =>
    price === undefined ? null : (tokens / TOKENS_A_PRICE) * price
  return purse({ db, config }, (input, output) => ({
    ...payer,
    uses: [
      { purpose: 'language', tokens: input, dollars: dollars(input, language?.input) },
      { purpose: 'language_output', tokens: output, dollars: dollars(output, language?.output) },
    ],
    charge: Math.ceil(input * weights.input + output * weights.output),
  }))
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
