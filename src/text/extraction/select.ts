import { shareIn } from './terms.ts'

/** Picks the few facts of a stretch of conversation that are worth a memory each. */

export interface Rated {
  readonly terms: ReadonlySet<string>
  readonly salience: number
  /** Kept before all else: whoever forgets it does harm. */
  readonly vital: boolean
}

/**
 * Facts a turn at most, over a stretch of turns. Half of what is said in a chat is courtesy; people who note down what was told
 * write one note for about every second turn.
 */
const FACTS_A_TURN = 0.58
/** One message alone can hold two facts ("I live in Berlin and work at Siemens"). */
const FEWEST = 2
/** Less says next to nothing: two key terms of the speaker's own life reach it, five of anything else. */
const LEAST_SALIENCE = 0.25
/** Two facts with most of their terms in common are one, told twice. */
const REPEATED = 0.7

/** @returns the chosen in the order given */
export function selected<T extends Rated>(rated: readonly T[], turns: number): T[] {
  const most = Math.max(FEWEST, Math.floor(FACTS_A_TURN * turns))
  const chosen = new Set<T>()
  for (const one of rated.toSorted(byWorth)) {
    if (chosen.size >= most || one.salience < LEAST_SALIENCE) break
    const known = [...chosen].some(({ terms }) => shareIn(one.terms, terms) >= REPEATED)
    if (!known) chosen.add(one)
  }
  return rated.filter((one) => chosen.has(one))
}

const byWorth = (one: Rated, other: Rated) =>
  Number(other.vital) - Number(one.vital) || other.salience - one.salience
