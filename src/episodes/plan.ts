import { v5 as uuidv5 } from 'uuid'
import { isUserId } from '../domain/user.ts'
import { contentHash } from '../ingest/conversation.ts'
import { memoryHash } from '../memories/store.ts'
import type { EpisodeRow } from '../stores/sources/episode-rows.ts'
import { EPISODE_SOURCE } from '../stores/memories/episode-traces.ts'
import type { MemoryWrite, StandingMemory } from '../stores/memories/memory-writes.ts'

/** A row of somebody's episodes as a memory: always the same one, however often it is read. */

/** Fixed for ever: a row's memory must have the same id on every machine and in every version. */
const ID_SPACE = 'b5f6f0c3-0d5e-4f0e-8f0d-6c1c8f2a9e41'

export interface EpisodeRef {
  readonly namespaceId: string
  readonly source: string
}

export function episodeTraceId({ namespaceId, source }: EpisodeRef, id: string): string {
  return uuidv5(JSON.stringify(['episode-row', namespaceId, source, id]), ID_SPACE)
}

/** A row that can become a memory. */
export interface Episode extends EpisodeRow {
  readonly userId: string
  readonly content: string
  readonly traceId: string
  /** Over all that is used of the row. */
  readonly hash: string
}

export type Unfit = 'no_user' | 'too_large' | 'empty'

export function readEpisode(ref: EpisodeRef, row: EpisodeRow): Episode | Unfit {
  const { userId, content, bytes, createdAt, summary, sessionId } = row
  if (!isUserId(userId)) return 'no_user'
  if (content === null && bytes > 0) return 'too_large'
  if (content === null || content.trim() === '') return 'empty'
  const parts = [content, summary, sessionId, createdAt?.getTime() ?? null]
  const hash = contentHash(parts).toString('hex')
  return { ...row, userId, content, hash, traceId: episodeTraceId(ref, row.id) }
}

const SCOPE = 'personal'

/** Notes are found by whoever asks without saying a kind; a conversation's `episode` is not. */
const KIND = 'note'

export function writeOf(
  episode: Episode,
  {
    userId,
    standing,
    vectors,
  }: {
    readonly userId: string
    readonly standing: StandingMemory | null
    readonly vectors: boolean
  },
): MemoryWrite {
  const fields = {
    kind: KIND,
    role: null,
    scope: standing?.scope ?? SCOPE,
    content: episode.content,
    summary: episode.summary,
    tags: standing?.tags ?? [],
    importance: standing?.importance ?? null,
    salience: standing?.salience ?? 1,
    externalId: standing?.externalId ?? null,
    sessionId: episode.sessionId,
    conversationId: null,
    meta: {
      ...standing?.meta,
      migrated_from: EPISODE_SOURCE,
      episode_id: episode.id,
      episode_hash: episode.hash,
    },
    occurredAt: episode.createdAt ?? standing?.occurredAt ?? new Date(),
    expiresAt: standing?.expiresAt ?? null,
  } as const
  return {
    ...fields,
    id: episode.traceId,
    userId,
    vectorState: vectors ? 'pending' : 'off',
    contentHash: memoryHash(fields),
  }
}

/** What is as the row was when it was last read needs nothing: whatever somebody changed since stays, and what was deleted stays deleted. */
export function isDone(
  { hash }: Episode,
  standing: Pick<StandingMemory, 'meta' | 'state'> | null | undefined,
): boolean {
  if (!standing) return false
  return standing.state !== 'active' || standing.meta['episode_hash'] === hash
}
