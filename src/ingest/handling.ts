import type { Database } from '../stores/database.ts'
import { findSuspects, letAllGo, letGo, takeInHand, type Suspect } from '../stores/jobs/suspects.ts'
import type { ConversationHead } from './conversation.ts'

/** A conversation that was alone in hand when the process died this often is passed over. */
const DEATHS_ALLOWED = 1

type Work = (heads: readonly ConversationHead[]) => Promise<void>

interface Hands {
  readonly db: Database
  readonly jobId: string
  readonly work: Work
  /** Jobs whose marks this process left while alive (the store was away): they say nothing about a death. */
  readonly leftAlive: Set<string>
}

/**
 * Finds the conversation that kills the process. Those in hand are marked before and unmarked after; marks that are found at the
 * start of a page were left by a process that died, and then each of them is worked on alone, until the one that kills stands
 * out.
 */
export function createHandling(db: Database) {
  const leftAlive = new Set<string>()
  return {
    /** Works through a page. @returns ids of those to pass over because they kill */
    async through(
      jobId: string,
      heads: readonly ConversationHead[],
      work: Work,
    ): Promise<string[]> {
      const hands = { db, jobId, work, leftAlive }
      if (leftAlive.has(jobId)) {
        await letAllGo(db, jobId)
        leftAlive.delete(jobId)
      }
      const ids = heads.map(({ id }) => id)
      const marks = await findSuspects(db, jobId, ids)
      if (marks.length > 0) return await carefully(hands, heads, marks)
      await inHand(hands, heads, { alone: false, deaths: 0 })
      return []
    },
    /** Forgets the marks of a job that ended. */
    end: async (jobId: string) => await letAllGo(db, jobId),
  }
}

export type Handling = ReturnType<typeof createHandling>

async function inHand(
  hands: Hands,
  heads: readonly ConversationHead[],
  { alone, deaths }: { alone: boolean; deaths: number },
): Promise<void> {
  if (heads.length === 0) return
  const conversationIds = heads.map(({ id }) => id)
  await takeInHand(hands.db, hands.jobId, { conversationIds, alone, deaths })
  try {
    await hands.work(heads)
  } catch (error) {
    // The first error is the one to tell; marks that could not be taken back are remembered as left alive.
    await release(hands, conversationIds).catch(() => undefined)
    throw error
  }
  await release(hands, conversationIds)
}

async function release({ db, jobId, leftAlive }: Hands, ids: readonly string[]): Promise<void> {
  try {
    await letGo(db, jobId, ids)
  } catch (error) {
    leftAlive.add(jobId)
    throw error
  }
}

async function carefully(
  hands: Hands,
  heads: readonly ConversationHead[],
  marks: readonly Suspect[],
): Promise<string[]> {
  const deathsOf = new Map(
    marks.map((mark) => [mark.conversationId, mark.deaths + (mark.alone ? 1 : 0)]),
  )
  const killers: string[] = []
  const suspects = heads
    .filter(({ id }) => deathsOf.has(id))
    .toSorted((a, b) => (deathsOf.get(b.id) ?? 0) - (deathsOf.get(a.id) ?? 0))
  for (const head of suspects) {
    const deaths = deathsOf.get(head.id) ?? 0
    if (deaths > DEATHS_ALLOWED) {
      killers.push(head.id)
      await release(hands, [head.id])
    } else {
      await inHand(hands, [head], { alone: true, deaths })
    }
  }
  const others = heads.filter(({ id }) => !deathsOf.has(id))
  await inHand(hands, others, { alone: false, deaths: 0 })
  return killers
}
