import type { Queryable } from '../stores/database.ts'
import { endEdges } from '../stores/memories/edges.ts'
import { carryFactEmbeddings, deleteEmbeddings } from '../stores/spaces/embeddings.ts'
import { applyUserChanges } from '../stores/memory-users.ts'
import { markDeleted, type StandingMemory } from '../stores/memories/memory-writes.ts'
import { deletePostings } from '../stores/memories/postings.ts'
import { releaseSuperseded } from '../stores/memories/succession.ts'
import { NOTHING } from './derive.ts'

/**
 * Takes memories out of every search; the rows stay. Facts that they superseded hold again. The user's row must be locked.
 */
export async function hideMemories(
  tx: Queryable,
  { userId, memories }: { userId: string; memories: readonly StandingMemory[] },
) {
  const ids = memories.map(({ id }) => id)
  const userIds = [userId]
  const revived = await releaseSuperseded(tx, { userId, ids })
  if (revived.length > 0) await carryFactEmbeddings(tx, { userId, ids: revived })
  await deletePostings(tx, { userIds, seqs: memories.map(({ seq }) => seq) })
  const vectors = await deleteEmbeddings(tx, { userIds, traceIds: ids })
  await endEdges(tx, { userId, traceIds: ids })
  const counted = memories.filter(({ state }) => state === 'active')
  const episodes = counted.filter(({ kind }) => kind === 'episode')
  // What gave way is no memory any more, but keeps its words: it can be asked for.
  const texts = memories.filter(({ state, kind }) => isIndexed(state) && kind !== 'episode')
  await applyUserChanges(tx, [
    {
      ...NOTHING,
      userId,
      traces: revived.length - counted.length,
      episodes: -episodes.length,
      vectors: -vectors,
      texts: -texts.length,
      textLength: -sum(texts.map(({ textLength }) => textLength)),
      windowLength: -sum(texts.map(({ windowLength }) => windowLength)),
    },
  ])
  return await markDeleted(tx, { userId, ids })
}

/** Whether a memory of this state has its words in the index, and in the user's counters of texts. */
export const isIndexed = (state: string): boolean => state === 'active' || state === 'superseded'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
