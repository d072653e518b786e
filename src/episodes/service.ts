import { v7 as uuidv7 } from 'uuid'
import type { Head } from '../domain/recall.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { EpisodeSource } from '../sources/episodes.ts'
import { indexAlone } from '../memories/derive.ts'
import { mentionsIn } from '../memories/link.ts'
import type { Database } from '../stores/database.ts'
import type { EpisodeCounts } from '../stores/sources/episode-rows.ts'
import { findJobRow, findUnfinishedByLock, insertJob, type JobRow } from '../stores/jobs/jobs.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import { lockOf, readEpisodesRequest, type EpisodesRequest } from './job.ts'
import { readEpisode } from './plan.ts'

/** Taking in a table of episodes, as callers ask for it. */
export interface Episodes {
  /** What there is, and how the first rows would look; nothing is written. @throws MemoirError `source_invalid`, `source_unavailable` */
  preview(namespaceId: string, sample: number): Promise<EpisodesPreview>
  /** The same request while one is unfinished joins it. @throws MemoirError `conflict` while another one is unfinished */
  accept(request: EpisodesAccept): Promise<{ readonly id: string }>
}

export interface EpisodesAccept {
  readonly namespaceId: string
  readonly heads: readonly Head[]
  readonly limit: number | null
}

export interface EpisodesPreview extends EpisodeCounts {
  readonly sample: readonly EpisodeSample[]
}

export interface EpisodeSample {
  readonly episode_id: string
  /** The memory it becomes. */
  readonly id: string
  readonly user_id: string
  readonly content: string
  readonly occurred_at: string | null
  readonly session_id: string | null
  readonly entities: readonly string[]
}

export interface EpisodesDependencies {
  readonly db: Database
  readonly source: EpisodeSource
  /** ISO 639-1, or `auto`. */
  readonly language: string
  readonly launch: (row: JobRow) => void
}

const SHOWN_CHARS = 200
/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 3

export function createEpisodes(dependencies: EpisodesDependencies): Episodes {
  return {
    preview: async (namespaceId, sample) => await preview(dependencies, { namespaceId, sample }),
    accept: async (request) => await accept(dependencies, request),
  }
}

async function preview(
  { source, language }: EpisodesDependencies,
  { namespaceId, sample }: { readonly namespaceId: string; readonly sample: number },
): Promise<EpisodesPreview> {
  const counts = await source.count()
  const rows = sample === 0 ? [] : await source.after(null, sample)
  const ref = { namespaceId, source: source.name }
  return {
    ...counts,
    sample: rows.flatMap((row) => {
      const episode = readEpisode(ref, row)
      if (typeof episode === 'string') return []
      const { content } = episode
      const found = mentionsIn({ content, language: indexAlone(content, language).language })
      return [
        {
          episode_id: episode.id,
          id: episode.traceId,
          user_id: episode.userId,
          content: content.slice(0, SHOWN_CHARS).toWellFormed(),
          occurred_at: episode.createdAt?.toISOString() ?? null,
          session_id: episode.sessionId,
          entities: found.map(({ value }) => value),
        },
      ]
    }),
  }
}

async function accept(
  { db, source, launch }: EpisodesDependencies,
  { namespaceId, heads, limit }: EpisodesAccept,
): Promise<{ id: string }> {
  // A table that is not there is refused now, not by a job that fails.
  await source.after(null, 1)
  const lockKey = lockOf(namespaceId)
  const request: EpisodesRequest = { heads: [...new Set<Head>(['semantic', ...heads])], limit }
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const id = uuidv7()
    const inserted = await insertJob(db, {
      id,
      namespaceId,
      userId: null,
      kind: 'episodes',
      workflowId: workflowIdOf('episodes', id),
      request: { ...request },
      lockKey,
    })
    if (inserted) {
      const row = await findJobRow(db, { namespaceId, id })
      if (row !== null) launch(row)
      return { id }
    }
    const other = await findUnfinishedByLock(db, lockKey)
    if (other === null) continue
    if (isSame(readEpisodesRequest(other), request)) return { id: other.id }
    throw new MemoirError('conflict', 'Another migration is not finished yet.', {
      details: { job: other.id, kind: other.kind },
    })
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}

function isSame(one: EpisodesRequest, other: EpisodesRequest): boolean {
  return one.limit === other.limit && one.heads.toSorted().join() === other.heads.toSorted().join()
}
