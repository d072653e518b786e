import type { Logger } from '../../logger.ts'
import { EXACT_VECTORS } from '../recall/candidates.ts'
import type { Database } from '../database.ts'
import { withStatementClass } from '../statement-limits.ts'
import { buildPassageIndex, buildSpaceIndex, buildWarmIndex, type Space } from './spaces.ts'

/**
 * Builds a space's HNSW index in the background once some user has more vectors than are compared one by one. A store on a single
 * connection (PGlite) is not indexed: the build would keep everybody waiting.
 */
export function createSpaceIndexer(db: Database, log: Logger) {
  let building: Promise<void> | undefined

  async function build(space: Space): Promise<void> {
    try {
      if (!(await hasLargeUser(db))) return
      if (space.indexedAt === null) {
        log.info({ space: space.id }, 'building the vector index')
        await buildSpaceIndex(db, space)
        log.info({ space: space.id }, 'the vector index is built')
      }
      await buildWarmIndex(db, space)
      await buildPassageIndex(db, space)
    } catch (error) {
      log.warn({ error, space: space.id }, 'the vector index was not built; it is tried again')
    } finally {
      building = undefined
    }
  }

  return {
    /** Looks whether an index is due; returns at once. */
    poke(space: Space): void {
      if (db.pool.options.max === 1) return
      building ??= withStatementClass('build', async () => await build(space))
    },
    /** Waits for a build under way. */
    async stop(): Promise<void> {
      await building
    },
  }
}

/** Whether some user has more vectors than are compared one by one. */
export async function hasLargeUser(db: Database): Promise<boolean> {
  const { rows } = await db.query<{ large: boolean }>(
    `select exists (select from memoir.memory_user where vector_count > $1) as large`,
    [EXACT_VECTORS],
  )
  return rows[0]?.large === true
}
