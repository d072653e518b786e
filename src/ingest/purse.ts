import { MemoirError, SENTENCE } from '../errors.ts'
import type { Purse } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import { refundTokens, reserveTokens } from '../stores/usage.ts'

/** Pays a job's embeddings out of its budget, if it has one, and counts them. */
export function purseOf(db: Database, { jobId, model }: { jobId: string; model: string }): Purse {
  const spending = (tokens: number) => ({ jobId, model, purpose: 'embedding' as const, tokens })
  return {
    async reserve(tokens) {
      if (await reserveTokens(db, spending(tokens))) return
      throw new MemoirError('budget_reached', SENTENCE.budget_reached)
    },
    refund: async (tokens) => await refundTokens(db, spending(tokens)),
  }
}
