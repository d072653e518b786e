import { MemoirError, SENTENCE } from '../errors.ts'
import type { Purse } from '../providers/embedder.ts'
import type { LanguagePrice } from '../providers/prices.ts'
import type { Database } from '../stores/database.ts'
import { refundTokens, reserveTokens, type Spending } from '../stores/usage.ts'

export interface Payer {
  readonly jobId: string
  readonly model: string
}

/** Pays a job's embeddings out of its budget, if it has one, and counts them. */
export function purseOf(db: Database, payer: Payer): Purse {
  return purse(db, (tokens) => ({
    ...payer,
    uses: [{ purpose: 'embedding', tokens }],
    charge: tokens,
  }))
}

/**
 * The same for a language model's requests.
 * @param weights what the budget pays for a token read and a token written: `budgetWeights` of providers/prices.ts
 */
export function languagePurseOf(
  db: Database,
  { weights, ...payer }: Payer & { readonly weights: LanguagePrice },
): Purse {
  return purse(db, (input, output) => ({
    ...payer,
    uses: [
      { purpose: 'language', tokens: input },
      { purpose: 'language_output', tokens: output },
    ],
    charge: Math.ceil(input * weights.input + output * weights.output),
  }))
}

function purse(db: Database, spending: (input: number, output: number) => Spending): Purse {
  return {
    async reserve(input, output) {
      if (await reserveTokens(db, spending(input, output))) return
      throw new MemoirError('budget_reached', SENTENCE.budget_reached)
    },
    refund: async (input, output) => await refundTokens(db, spending(input, output)),
  }
}
