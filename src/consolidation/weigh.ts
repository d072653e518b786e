import type { PlannedWeight } from '../domain/consolidation.ts'
import { readWeights } from '../stores/consolidation/consolidation-weights.ts'
import type { UserDay } from '../stores/consolidation/consolidation-days.ts'
import type { Queryable } from '../stores/database.ts'
import { salienceByNow } from '../text/salience.ts'

/** Below this a difference says nothing. */
const TELLING = 0.02

/** What a day's facts and notes weigh by what is known now; those that weigh what they did are left out. */
export async function planWeights(db: Queryable, day: UserDay): Promise<PlannedWeight[]> {
  const weighed = await readWeights(db, day)
  return weighed.flatMap(({ id, revision, salience, ...known }) => {
    const to = salienceByNow(known)
    return Math.abs(to - salience) < TELLING ? [] : [{ id, revision, from: salience, to }]
  })
}
