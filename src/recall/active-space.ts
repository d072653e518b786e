import type { Embedder } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import { ensureActiveSpace, type Space } from '../stores/spaces.ts'

/** The space whose vectors questions are compared with. */
export type ActiveSpace = () => Promise<Space | null>

/** A changed active space is seen within this time, without a statement in each recall. */
const SPACE_FRESH_MS = 2_000

export function cachedSpace(db: Database, embedder: Embedder): ActiveSpace {
  let known: { space: Space; at: number } | undefined
  return async () => {
    await embedder.ready?.()
    const now = performance.now()
    if (known && now - known.at < SPACE_FRESH_MS) return known.space
    const space = await ensureActiveSpace(db, embedder.identity)
    known = { space, at: now }
    return space
  }
}
