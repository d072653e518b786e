import { OFF_STAGES, type OffStage, type RecallRequest } from '../domain/recall.ts'
import type { Boost } from './boost.ts'
import { left, wanted } from './stages.ts'

/**
 * Reranking by what a memory is worth whatever is asked: how salient it is, how new, how important somebody said it is. Each is shown
 * with every hit. Salience decides between memories that answer equally well, where edges were followed: that brings it along, and
 * with the built-in embedder, where none are, it earned nothing. The two others order nothing unless a request asks for it.
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

type WorthStage = OffStage | 'salience'

const SHARES: Readonly<Record<WorthStage, (worth: Worth, now: Date) => number>> = {
  salience: ({ salience }) => salience,
  recency: ({ occurredAt }, now) => recencyOf(occurredAt, now),
  importance: ({ importance }) => importanceOf(importance),
}

/** Of a question's range of scores: enough to decide between two that answer equally well, too little to bring up what does not. */
const SIZE = 0.1

/** @param followed whether edges were, which brings details of the candidates along */
export function worthBoosts(
  request: RecallRequest,
  { followed }: { followed: boolean },
): readonly Boost[] {
  const now = new Date()
  const salience = followed && !left(request, 'salience') ? (['salience'] as const) : []
  const stages = [...salience, ...OFF_STAGES.filter((stage) => wanted(request, stage))]
  return stages.map((stage) => ({
    size: SIZE,
    share: ({ details }) => (details === undefined ? 0 : SHARES[stage](details, now)),
  }))
}
