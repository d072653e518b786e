import type { Logger } from '../logger.ts'
import type { Purse } from '../providers/embedder.ts'
import { dollarsOf, type PricedModel } from '../providers/prices.ts'
import type { Database } from '../stores/database.ts'
import { countUsage, type Usage } from '../stores/spending/usage.ts'

/**
 * Counts what questions cost, and refuses none: somebody waits for the answer, it costs next to nothing, and without it recall
 * would quietly find less. It counts towards the day, so jobs stop the sooner.
 */
export interface QuestionSpending {
  purseOf(namespaceId: string): Purse
  /** Writes what is not written yet. */
  close(): Promise<void>
}

export interface QuestionSpendingDependencies {
  readonly db: Database
  readonly log: Logger
  /** The model that is asked now, and its price. */
  readonly priced: () => PricedModel
}

/** A question must not wait for a statement more; a process that is killed loses the count of so much time. */
const WRITE_EVERY_MS = 2_000

export function createQuestionSpending(
  dependencies: QuestionSpendingDependencies,
): QuestionSpending {
  const { db, log, priced } = dependencies
  const counts = new Map<string, { requests: number; tokens: number }>()
  let timer: NodeJS.Timeout | undefined

  const write = async () => {
    clearTimeout(timer)
    timer = undefined
    const embedder = priced()
    const rows = [...counts].map(([namespaceId, { requests, tokens }]): Usage => ({
      namespaceId,
      model: embedder.model,
      purpose: 'question',
      requests,
      tokens: Math.max(0, tokens),
      dollars: dollarsOf(Math.max(0, tokens), embedder),
    }))
    counts.clear()
    try {
      await countUsage(db, rows)
    } catch (error) {
      // Postgres is away, and recall with it: the figure is a little low then.
      log.warn({ error }, 'what questions cost could not be counted')
    }
  }
  const count = (namespaceId: string, tokens: number, requests: number) => {
    const before = counts.get(namespaceId) ?? { requests: 0, tokens: 0 }
    counts.set(namespaceId, {
      requests: before.requests + requests,
      tokens: before.tokens + tokens,
    })
    timer ??= setTimeout(() => void write(), WRITE_EVERY_MS).unref()
  }
  return {
    purseOf: (namespaceId) => ({
      reserve: async (tokens) => await Promise.resolve(count(namespaceId, tokens, 1)),
      refund: async (tokens) => await Promise.resolve(count(namespaceId, -tokens, 0)),
    }),
    close: write,
  }
}
