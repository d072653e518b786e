import type { Config } from '../config.ts'
import type { Head } from '../domain/recall.ts'
import type { MemoirError } from '../errors.ts'
import { embedTexts } from '../ingest/embed.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import {
  findCurrentOfAll,
  type CurrentMemory,
  type OwnedRevision,
} from '../stores/jobs/memory-jobs.ts'
import { lockUsers } from '../stores/memory-users.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { writeOtherHeads, writeVectors, type HeadVectors } from './derive.ts'
import { headKey, headTexts } from './head-text.ts'
import { requireSpace } from './space.ts'

/** Vectors of memories: embedded outside of any transaction, then written under the user's lock for what is still current. */

/** Whether it still lacks a vector that it is to have. */
export const isOpen = ({ vectorState }: CurrentMemory): boolean =>
  vectorState === 'pending' || vectorState === 'failed'

export interface EmbedParts {
  readonly config: Config
  readonly db: Database
  readonly embedder: Embedder
}

export interface EmbeddedMemories {
  readonly space: Space
  readonly vectors: HeadVectors
  /** By memory id: why one of its vectors is missing and will be. */
  readonly failed: ReadonlyMap<string, MemoirError>
}

/** @throws MemoirError of the embedder; `reembed_required` */
export async function embedMemories(
  { config, db, embedder }: EmbedParts,
  wanted: readonly CurrentMemory[],
  signal: AbortSignal,
): Promise<EmbeddedMemories> {
  const space = await requireSpace(db, embedder)
  const texts = wanted.map((memory) => ({
    id: memory.id,
    heads: headTexts(config.MEMORY_HEADS, memory),
  }))
  const failures = new Map<string, MemoirError>()
  const vectors = await embedTexts(
    texts.flatMap(({ heads }) => heads),
    {
      embedder,
      chunkChars: config.EMBEDDING_CHUNK_CHARS,
      signal,
      priority: 'live',
      failed: failures,
    },
  )
  const failed = texts.flatMap(({ id, heads }) => {
    const failure = heads.map((head) => failures.get(head.id)).find((error) => error !== undefined)
    return failure ? [[id, failure] as const] : []
  })
  return { space, vectors, failed: new Map(failed) }
}

interface MadeVectors extends Pick<EmbeddedMemories, 'space' | 'vectors'> {
  readonly heads: readonly Head[]
  readonly wanted: readonly OwnedRevision[]
}

/** @returns how many memories got theirs */
export async function saveVectors(
  db: Database,
  { heads, space, wanted, vectors }: MadeVectors,
): Promise<number> {
  return await db.transaction(async (tx) => {
    const users = await lockUsers(tx, [...new Set(wanted.map(({ userId }) => userId))])
    // Read again under the lock: whether there is a vector already decides what the counters get.
    const current = await findCurrentOfAll(
      tx,
      wanted.filter(({ userId }) => users.has(userId)),
    )
    const written = await writeVectors(
      tx,
      space,
      current.flatMap((trace) => {
        const made = vectors.get(headKey(trace.id, 'semantic'))
        return made ? [{ ...made, trace, counted: trace.hasVector }] : []
      }),
    )
    if (heads.some((head) => head !== 'semantic')) {
      const found = current.filter(({ id }) => written.has(id))
      for (const [userId, traces] of Map.groupBy(found, (trace) => trace.userId)) {
        await writeOtherHeads(tx, space, { userId, traces, vectors })
      }
    }
    return written.size
  })
}
