import { OFF_STAGES, type OffStage, type RecallRequest } from '../domain/recall.ts'
import type { Boost } from './boost.ts'
import { wanted } from './stages.ts'

/**
 * Reranking by what a memory is worth whatever is asked: how new it is, how salient, how important somebody said it is. Each is
 * shown with every hit; none orders hits unless a request asks for it, since a question says what it wants and these do not.
 */

export interface Worth {
  readonly occurredAt: Date
  readonly salience: number
  /** 1..10; null where nobody said. */
  readonly importance: number | null
}

const DAY_MS = 86_400_000
/** What happened a month ago counts half of what happens now. */
const HALF_AFTER_DAYS = 30

/** 0..1; it tells two old memories apart as well, if less and less. */
export function recencyOf(occurredAt: Date, now: Date): number {
  const days = Math.max(0, now.getTime() - occurredAt.getTime()) / DAY_MS
  return HALF_AFTER_DAYS / (HALF_AFTER_DAYS + days)
}

/** What nobody rated is neither important nor unimportant. */
const UNRATED = 5

export const importanceOf = (importance: number | null): number => (importance ?? UNRATED) / 10

const SHARES: Readonly<Record<OffStage, (worth: Worth, now: Date) => number>> = {
  recency: ({ occurredAt }, now) => recencyOf(occurredAt, now),
  salience: ({ salience }) => salience,
  importance: ({ importance }) => importanceOf(importance),
}

/** Of a question's range of scores: enough to decide between two that answer equally well, too little to bring up what does not. */
const SIZE = 0.1

export const asksWorth = (request: RecallRequest): boolean =>
  OFF_STAGES.some((stage) => wanted(request, stage))

export function worthBoosts(request: RecallRequest, now: Date): readonly Boost[] {
  return OFF_STAGES.filter((stage) => wanted(request, stage)).map((stage) => ({
    size: SIZE,
    share: ({ details }) => (details === undefined ? 0 : SHARES[stage](details, now)),
  }))
}
