import type { ConsolidationPlan, GuardCounts } from '../domain/consolidation.ts'
import { DAY_SHARE } from '../stores/consolidation/consolidation-days.ts'

/** Which share of what is known one run may retire: a fifth of its day, and a small part of all that a user has. */
export interface Stock {
  /** Memories of the day, and of the user. */
  readonly day: number
  readonly user: number
  /** Of the user's. */
  readonly share: number
}

/** Counts what a plan would retire. Links, tiers and heads are made anew from what stays: they retire nothing. */
export function guardCounts(
  { merges }: ConsolidationPlan,
  { day, user, share }: Stock,
): GuardCounts {
  const retired = new Set(merges.map(({ id }) => id)).size
  const allowed = Math.floor(Math.min(day * DAY_SHARE, user * share) + ROUNDING)
  return { retired, of_day: day, of_user: user, allowed }
}

/** A twentieth of a hundred is five, also in binary. */
const ROUNDING = 1e-9

export const isWithin = ({ retired, allowed }: GuardCounts): boolean => retired <= allowed
