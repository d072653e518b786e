import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Launcher } from '../jobs/launcher.ts'
import type { Database } from '../stores/database.ts'
import { findJobRow, findUnfinishedByLock, insertJob } from '../stores/jobs.ts'
import { noteRequest, readNarrative, type NarrativeRow } from '../stores/narratives.ts'
import { workflowIdOf } from '../temporal/ids.ts'

/** Narratives as they are asked for. */
export interface Narratives {
  /** What is there now; one that is missing or stale has its generation started. @returns null for an unknown user */
  read(key: NarrativeKey): Promise<NarrativeRow | null>
  /**
   * Has it made anew; what is asked while that is under way becomes one further generation.
   * @throws MemoirError `not_found` for a user who is not there
   */
  regenerate(key: NarrativeKey): Promise<{ readonly id: string }>
}

export interface NarrativeKey {
  readonly namespaceId: string
  /** The caller's own id. */
  readonly externalId: string
}

interface Dependencies {
  readonly config: Config
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
}

/** After a failure a reader starts the next try no sooner than this; a person may at once. */
const REST_MS = 600_000

export function createNarratives(dependencies: Dependencies): Narratives {
  const { config, db } = dependencies
  return {
    async read(key) {
      const row = await readNarrative(db, key)
      if (row === null || !wantsGeneration(row, config)) return row
      await accept(dependencies, { ...key, userId: row.userId, force: false })
      return row.content === null ? { ...row, state: 'generating', error: null } : row
    },
    async regenerate(key) {
      const row = await readNarrative(db, key)
      if (row === null) throw new MemoirError('not_found', SENTENCE.not_found)
      return await accept(dependencies, { ...key, userId: row.userId, force: true })
    },
  }
}

function wantsGeneration({ state, memories, updatedAt }: NarrativeRow, config: Config): boolean {
  if (memories < config.NARRATIVE_MIN_MEMORIES) return false
  if (state === 'failed') return Date.now() - (updatedAt?.getTime() ?? 0) > REST_MS
  return state === 'none' || state === 'stale'
}

interface Wanted {
  readonly namespaceId: string
  readonly userId: string
  readonly force: boolean
}

/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 5
const TRY_MS = 20

async function accept(
  { db, launcher }: Dependencies,
  { namespaceId, userId, force }: Wanted,
): Promise<{ readonly id: string }> {
  const lockKey = `narrative:${userId}`
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const id = uuidv7()
    const workflowId = workflowIdOf('narrative', id)
    const job = { id, namespaceId, userId, kind: 'narrative' as const, workflowId, lockKey }
    if (await insertJob(db, { ...job, request: { force } })) {
      const row = await findJobRow(db, { namespaceId, id })
      if (row !== null) launcher.launch(row)
      return { id }
    }
    const other = await findUnfinishedByLock(db, lockKey)
    if (other !== null) {
      if (force) await noteRequest(db, userId)
      return { id: other.id }
    }
    await sleep(TRY_MS)
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}
