import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Launcher } from '../jobs/launcher.ts'
import type { Database } from '../stores/database.ts'
import { findJobRow } from '../stores/jobs/jobs.ts'
import { readNarrative, type NarrativeRow } from '../stores/narratives/narratives.ts'
import { acceptNarrative } from './accept.ts'
import type { Analyse, Analysis } from './analyse.ts'
import { acceptRun, type RunWanted } from './accept-run.ts'
import { listRunFailures } from '../stores/narratives/narrative-runs.ts'
import type { NarrativeFailure } from '../domain/narrative.ts'
import type { Job, Page } from '../domain/job.ts'

/** Narratives as they are asked for. */
export interface Narratives {
  /** What is there now; one that is missing or stale has its generation started. @returns null for an unknown user */
  read(key: NarrativeKey): Promise<NarrativeRow | null>
  /**
   * The same for somebody who waits: where there is no text, an analysis made on the spot stands in for it.
   * @returns null for an unknown user
   */
  tell(key: NarrativeKey, question?: string): Promise<Told | null>
  /** An analysis of what lies within these scopes, for whoever may not read the narrative. */
  analyse: Analyse
  /**
   * Has it made anew; what is asked while that is under way becomes one further generation.
   * @throws MemoirError `not_found` for a user who is not there
   */
  regenerate(key: NarrativeKey): Promise<{ readonly id: string }>
  /** Accepts a run over the narratives of a namespace; one of the same sort that is unfinished is joined. */
  acceptRun(wanted: RunWanted): Promise<Job>
  /** @throws MemoirError `not_found` when there is no such run */
  failures(query: FailuresQuery): Promise<Page<NarrativeFailure>>
}

export interface Told {
  readonly row: NarrativeRow
  /** Null when there is a text, even a stale one, or nothing is known. */
  readonly analysis: Analysis | null
}

export interface FailuresQuery {
  readonly namespaceId: string
  readonly id: string
  readonly limit: number
  readonly cursor?: string
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
  readonly analyse: Analyse
}

/** After a failure a reader starts the next try no sooner than this; a person may at once. */
const REST_MS = 600_000

export function createNarratives(dependencies: Dependencies): Narratives {
  const { db, analyse } = dependencies
  const read = async (key: NarrativeKey) => await readAndStart(dependencies, key)
  return {
    read,
    analyse,
    async tell(key, question) {
      const row = await read(key)
      if (row === null) return null
      if (row.content !== null) return { row, analysis: null }
      const asked = question === undefined ? {} : { question }
      return { row, analysis: await analyse({ ...key, ...asked }) }
    },
    async regenerate(key) {
      const row = await readNarrative(db, key)
      if (row === null) throw new MemoirError('not_found', SENTENCE.not_found)
      return await acceptNarrative(dependencies, { ...key, userId: row.userId, force: true })
    },
    acceptRun: async (wanted) => await acceptRun(dependencies, wanted),
    async failures(query) {
      const row = await findJobRow(db, query)
      if (row?.kind !== 'narratives') throw new MemoirError('not_found', SENTENCE.not_found)
      return await listRunFailures(db, query)
    },
  }
}

async function readAndStart(
  dependencies: Dependencies,
  key: NarrativeKey,
): Promise<NarrativeRow | null> {
  const row = await readNarrative(dependencies.db, key)
  if (row === null || !wantsGeneration(row, dependencies.config)) return row
  try {
    await acceptNarrative(dependencies, { ...key, userId: row.userId, force: false })
  } catch (error) {
    // Others start and end it all the while: the reader is answered all the same.
    if (!(error instanceof MemoirError) || error.code !== 'in_progress') throw error
  }
  return row.content === null ? { ...row, state: 'generating', error: null } : row
}

function wantsGeneration(
  { state, memories, updatedAt, upToDate }: NarrativeRow,
  config: Config,
): boolean {
  if (memories < config.NARRATIVE_MIN_MEMORIES) return false
  if (state === 'failed') return Date.now() - (updatedAt?.getTime() ?? 0) > REST_MS
  // Whoever has stated nothing has no narrative, however often it is asked for.
  return (state === 'none' && !upToDate) || state === 'stale'
}
