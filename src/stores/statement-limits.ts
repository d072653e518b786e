import { AsyncLocalStorage } from 'node:async_hooks'

/** How long a statement may take, by who waits for it. */
export interface StatementLimit {
  /** Milliseconds, the wait for a connection included. */
  readonly withinMs: number
  /** Milliseconds that a transaction may hold its locks between two statements, should this process or the network die. */
  readonly idleMs: number
}

const SECOND = 1_000
const MINUTE = 60_000

/**
 * A Postgres that says nothing is found out within four seconds whatever the class: see `openBoundedPool`. These limits are for one
 * that answers, but is slow.
 */
export const STATEMENT_LIMITS = {
  /** A probe of an orchestrator, which has a deadline of its own. */
  probe: { withinMs: 1_800, idleMs: 5 * SECOND },
  /** Somebody waits for an answer that is worth nothing when it is late. */
  question: { withinMs: 4 * SECOND, idleMs: 5 * SECOND },
  /** Everything else that somebody waits for over HTTP: lists, counts, deletions. */
  request: { withinMs: 30 * SECOND, idleMs: 10 * SECOND },
  /** Steps of accepted work, which are tried again. */
  step: { withinMs: 10 * MINUTE, idleMs: MINUTE },
  /** Building an index takes as long as it takes. */
  build: { withinMs: Number.POSITIVE_INFINITY, idleMs: MINUTE },
} as const satisfies Record<string, StatementLimit>

export type StatementClass = keyof typeof STATEMENT_LIMITS

const current = new AsyncLocalStorage<StatementClass>()

/** Runs `work`, all of whose statements are of that class, however deep they are. */
export function withStatementClass<T>(name: StatementClass, work: () => T): T {
  return current.run(name, work)
}

/** What holds here; outside of any class that of a step. */
export function statementLimit(): StatementLimit {
  return STATEMENT_LIMITS[current.getStore() ?? 'step']
}
