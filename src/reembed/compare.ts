import type { Database } from '../stores/database.ts'
import type { SpacePair } from '../stores/spaces/reembed.ts'
import { countSpaces, nearestInSpace, sampleSpace } from '../stores/spaces/space-compare.ts'

/** What two spaces say of the same memories. */
export interface SpaceComparison {
  /** Vectors of the space that serves. */
  readonly vectors: number
  /** Of those, how many the other lacks; whatever it is, the switch waits for the last of them. */
  readonly missing: number
  readonly sampled: number
  /** Of each sampled memory's ten nearest in one space, the share that is among the ten nearest in the other; 0..1. Null without a sample. */
  readonly agreement: number | null
}

const SAMPLE = 50
const NEAREST = 10

/** Two models differ, that is why there are two: the figure is for whoever decides whether to go back. */
export async function compareSpaces(db: Database, pair: SpacePair): Promise<SpaceComparison> {
  const counts = await countSpaces(db, pair)
  let [sampled, sum] = [0, 0]
  for (const sample of await sampleSpace(db, pair, SAMPLE)) {
    const [one, other] = await Promise.all(
      [pair.from, pair.to].map(
        async (space) => await nearestInSpace(db, space, { ...sample, limit: NEAREST }),
      ),
    )
    if (one === undefined || other === undefined || one.length === 0) continue
    const found = new Set(other)
    sum += one.filter((id) => found.has(id)).length / one.length
    sampled += 1
  }
  const agreement = sampled === 0 ? null : Math.round((sum / sampled) * 1000) / 1000
  return { ...counts, sampled, agreement }
}
