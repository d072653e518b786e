import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { Database } from '../stores/database.ts'
import { dropRetiredSpaces } from '../stores/spaces/reembed.ts'

export interface SpaceKeeping {
  readonly config: Pick<Config, 'REEMBED_UNDO_DAYS'>
  readonly db: Database
  readonly log: Logger
}

/** A space is kept for days: an hour more is nothing. */
const LOOK_MS = 3_600_000

/** Drops spaces that can no longer be gone back to, until aborted; a failure is tried again at the next look. */
export async function keepSpaces(
  { config, db, log }: SpaceKeeping,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const dropped = await dropRetiredSpaces(db, config.REEMBED_UNDO_DAYS)
      if (dropped.length > 0) log.info({ spaces: dropped }, 'retired embedding spaces were dropped')
    } catch (error) {
      log.warn({ error }, 'retired embedding spaces could not be dropped')
    }
    // Only an abort rejects it, and that is what ends the waiting.
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}
