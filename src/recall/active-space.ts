import { isSpace, type Embedder } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import { ensureActiveSpace, type Space } from '../stores/spaces/spaces.ts'

/** The space whose vectors questions are compared with. */
export type ActiveSpace = () => Promise<Space | null>

/** A changed active space is seen within this time, without a statement in each recall. */
const SPACE_FRESH_MS = 2_000

export function cachedSpace(db: Database, embedder: Embedder): ActiveSpace {
  let known: { space: Space; at: number } | undefined
  return async () => {
    await embedder.ready?.()
    const now = performance.now()
    // One of another model is about to be switched, or was a moment ago.
    const fits = known !== undefined && isSpace(known.space, embedder.identity)
    if (known && fits && now - known.at < SPACE_FRESH_MS) return known.space
    const space = await ensureActiveSpace(db, embedder.identity)
    known = { space, at: now }
    return space
  }
}
