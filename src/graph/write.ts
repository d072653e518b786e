import { MemoirError } from '../errors.ts'
import type { Database } from '../stores/database.ts'
import { loadGraphEntities, loadGraphMemories } from '../stores/graph/graph-record.ts'
import {
  findGoneEntities,
  findGoneUsers,
  findOtherEntities,
  findStanding,
  markFailed,
  markNamingPending,
  markPending,
  markWritten,
} from '../stores/graph/graph-states.ts'
import {
  isNewer,
  type GraphMemory,
  type GraphRevision,
  type GraphStore,
  type GraphWriteOptions,
} from '../stores/graph/graph-store.ts'

/** Memories from the record into the graph, and the marks that say so. */

export interface GraphParts {
  readonly db: Database
  readonly graph: GraphStore
}

export interface GraphWritten {
  /** Marked as written at the revision they have now. */
  readonly written: number
  /** Refused by the graph, one by one, and marked so. */
  readonly failed: number
}

/**
 * Writes these memories as they stand now, marks what the graph then holds, and looks again: what was forgotten, hidden or erased
 * meanwhile is taken back. Memories that are not there are passed over. Safe to repeat and to run twice at once.
 * @throws MemoirError `graph_unavailable`, with nothing marked that is not written
 */
export async function writeToGraph(
  parts: GraphParts,
  ids: readonly string[],
): Promise<GraphWritten> {
  return await writeLoaded(parts, await loadGraphMemories(parts.db, ids))
}

/** The same for memories that were read just now; what has changed since is not marked as written. */
export async function writeLoaded(
  parts: GraphParts,
  memories: readonly GraphMemory[],
  options: GraphWriteOptions = {},
): Promise<GraphWritten> {
  if (memories.length === 0) return { written: 0, failed: 0 }
  return await writeOrSplit(parts, memories, options)
}

/** One memory that the graph refuses must not keep the others out. */
async function writeOrSplit(
  parts: GraphParts,
  memories: readonly GraphMemory[],
  options: GraphWriteOptions,
): Promise<GraphWritten> {
  try {
    return { written: await writeBatch(parts, memories, options), failed: 0 }
  } catch (error) {
    if (!(error instanceof MemoirError) || error.code !== 'graph_store_failed') throw error
    if (memories.length === 1) return await writeOnceMore(parts, memories, options)
    const middle = Math.ceil(memories.length / 2)
    const first = await writeOrSplit(parts, memories.slice(0, middle), options)
    const second = await writeOrSplit(parts, memories.slice(middle), options)
    return { written: first.written + second.written, failed: first.failed + second.failed }
  }
}

/** Whatever a server said no to as it went down or came up was not refused for good. */
async function writeOnceMore(
  parts: GraphParts,
  memories: readonly GraphMemory[],
  options: GraphWriteOptions,
): Promise<GraphWritten> {
  await parts.graph.check()
  try {
    return { written: await writeBatch(parts, memories, options), failed: 0 }
  } catch (error) {
    if (!(error instanceof MemoirError) || error.code !== 'graph_store_failed') throw error
    await markFailed(parts.db, memories)
    return { written: 0, failed: 1 }
  }
}

async function writeBatch(
  { db, graph }: GraphParts,
  memories: readonly GraphMemory[],
  options: GraphWriteOptions,
): Promise<number> {
  const held = new Map((await graph.writeMemories(memories, options)).map((one) => [one.id, one]))
  // Read after it was written: whoever forgets later is told to the graph later, and what is marked already is not marked again.
  const { gone, unmarked } = await findStanding(db, memories)
  const current = unmarked.filter(({ id, revision, marks }) => {
    const there = held.get(id)
    return there?.revision === revision && there.marks === marks
  })
  const written = await markWritten(db, current)
  await undoGone({ db, graph }, gone)
  await undoGoneEntities({ db, graph }, memories)
  const ahead = memories.flatMap((memory) => {
    const there = held.get(memory.id)
    return there !== undefined && isNewer(there, memory) ? [{ ...memory, ...there }] : []
  })
  await bringBack({ db, graph }, ahead)
  return written
}

/** The record decides: what the graph has of a version that never was goes, and is written by the next turn. */
async function bringBack({ db, graph }: GraphParts, ahead: readonly GraphMemory[]): Promise<void> {
  if (ahead.length === 0) return
  const now = new Map(
    (
      await loadGraphMemories(
        db,
        ahead.map(({ id }) => id),
      )
    ).map((memory) => [memory.id, memory]),
  )
  const wrong = ahead.filter((there) => {
    const own = now.get(there.id)
    return own === undefined || isNewer(there, own)
  })
  for (const [userId, memories] of byUser(wrong)) {
    await graph.removeMemories({ userId, memories: memories.map(idAndRevision), cascade: false })
    await markPending(
      db,
      userId,
      memories.map(({ id }) => id),
    )
  }
}

/** Whoever forgets or erases does it first in Postgres, so what is written too late is seen here. */
async function undoGone({ db, graph }: GraphParts, gone: readonly GraphMemory[]): Promise<void> {
  if (gone.length === 0) return
  const users = byUser(gone)
  const erased = new Set(await findGoneUsers(db, [...users.keys()]))
  for (const [userId, own] of users) {
    if (erased.has(userId)) {
      await graph.removeUser(userId)
      continue
    }
    await graph.removeMemories({ userId, memories: own.map(idAndRevision), cascade: false })
  }
}

const NAMED_ANEW = 5

/** Of what these memories named when they were read: a memory may stand that no longer names what is forgotten, or not as it did. */
async function undoGoneEntities(
  { db, graph }: GraphParts,
  memories: readonly GraphMemory[],
): Promise<void> {
  for (const [userId, own] of byUser(memories)) {
    let named = new Map(own.flatMap(({ entities }) => entities.map((one) => [one.id, one])))
    // Until each is called as it was read: that, too, may change as it is written. Who changes it more often than this tells the graph.
    for (let round = 0; round < NAMED_ANEW && named.size > 0; round += 1) {
      await removeGoneEntities({ db, graph }, userId, [...named.keys()])
      const other = await findOtherEntities(db, userId, [...named.values()])
      if (other.length === 0) break
      const written = await loadGraphEntities(db, userId, other)
      await graph.writeEntities(userId, written)
      named = new Map(written.entities.map((one) => [one.id, one]))
    }
  }
}

/**
 * Removes those that the record does not have. Whoever names one again between the look and the removal loses the link just made, so
 * memories that name it by then are written again. @returns how many went
 */
export async function removeGoneEntities(
  { db, graph }: GraphParts,
  userId: string,
  ids: readonly string[],
): Promise<number> {
  const gone = await findGoneEntities(db, userId, ids)
  if (gone.length === 0) return 0
  const { entities } = await graph.removeEntities(userId, gone)
  await markNamingPending(db, userId, gone)
  return entities
}

const idAndRevision = ({ id, revision }: GraphRevision): GraphRevision => ({ id, revision })

export function byUser<Item extends { readonly userId: string }>(
  items: readonly Item[],
): Map<string, Item[]> {
  return Map.groupBy(items, ({ userId }) => userId)
}
