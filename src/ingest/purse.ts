import type { Config } from '../config.ts'
import type { Purse } from '../providers/embedder.ts'
import { dollarsOf } from '../providers/prices.ts'
import type { Database } from '../stores/database.ts'
import { refundTokens, reserveTokens } from '../stores/usage.ts'

export interface PurseDependencies {
  readonly db: Database
  readonly config: Pick<Config, 'BUDGET_PER_DAY' | 'EMBEDDING_PRICE'>
}

/** Pays a job's embeddings out of its budget and out of its namespace's day, where there are such limits, and counts them. */
export function purseOf(
  { db, config }: PurseDependencies,
  { jobId, model }: { jobId: string; model: string },
): Purse {
  const spending = (tokens: number) => ({
    jobId,
    model,
    purpose: 'embedding' as const,
    tokens,
    dollars: dollarsOf(tokens, { model, price: config.EMBEDDING_PRICE }),
  })
  let day: string | undefined
  return {
    async reserve(tokens) {
      day = await reserveTokens(db, spending(tokens), config.BUDGET_PER_DAY ?? null)
    },
    async refund(tokens) {
      if (day !== undefined) await refundTokens(db, spending(tokens), day)
    },
  }
}
