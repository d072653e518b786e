import type { Config } from '../config.ts'
import { openDatabase, type Database } from '../stores/database.ts'
import {
  countEpisodes,
  selectEpisodesAfter,
  type EpisodeCounts,
  type EpisodeRow,
  type EpisodeTable,
} from '../stores/sources/episode-rows.ts'
import { sourceError } from './source-errors.ts'

/** Somebody's table of episodes: in the database of `SOURCE_DATABASE_URL`, else in Memoir's own. Only read. */
export interface EpisodeSource {
  readonly name: string
  count(): Promise<EpisodeCounts>
  after(id: string | null, limit: number): Promise<EpisodeRow[]>
  close(): Promise<void>
}

export function createEpisodeSource(
  config: Config,
  own: Database,
  onIdleError: (error: Error) => void,
): EpisodeSource {
  const url = config.SOURCE_DATABASE_URL
  let opened: Database | undefined
  // Seldom needed: no connection before somebody asks.
  const database = () => {
    if (url === undefined) return own
    const options = { url, poolSize: 1, applicationName: 'memoir-episodes', onIdleError }
    opened ??= openDatabase(options)
    return opened
  }
  const table = tableOf(config)
  return {
    name: config.SOURCE_NAME,
    count: async () =>
      await database()
        .transaction(async (tx) => await countEpisodes(tx, table), { readOnly: true })
        .catch(rethrow),
    after: async (after, limit) =>
      await database()
        .transaction(async (tx) => await selectEpisodesAfter(tx, table, { after, limit }), {
          readOnly: true,
        })
        .catch(rethrow),
    close: async () => await opened?.close(),
  }
}

function rethrow(error: unknown): never {
  throw sourceError(error)
}

function tableOf(config: Config): EpisodeTable {
  return {
    table: config.SOURCE_EPISODES_TABLE,
    id: config.SOURCE_EPISODE_ID,
    user: config.SOURCE_EPISODE_USER,
    content: config.SOURCE_EPISODE_CONTENT,
    createdAt: config.SOURCE_EPISODE_CREATED_AT,
    summary: config.SOURCE_EPISODE_SUMMARY ?? null,
    session: config.SOURCE_EPISODE_SESSION ?? null,
  }
}
