import type { Database } from '../stores/database.ts'
import { findSuspects, letAllGo, letGo, takeInHand, type Suspect } from '../stores/suspects.ts'
import type { ConversationHead } from './conversation.ts'

/** A conversation that was alone in hand when the process died this often is passed over. */
const DEATHS_ALLOWED = 1

/**
 * Finds the conversation that kills the process. Those in hand are marked before and unmarked after; marks that are found at the
 * start of a page were left by a process that died, and then each of them is worked on alone, until the one that kills stands
 * out.
 */
export function createHandling(db: Database) {
  /** Jobs whose marks this process left while alive (the store was away): they say nothing about a death. */
  const leftAlive = new Set<string>()

  async function release(jobId: string, ids: readonly string[]): Promise<void> {
    try {
      await letGo(db, jobId, ids)
    } catch (error) {
      leftAlive.add(jobId)
      throw error
    }
  }

  async function guarded(
    jobId: string,
    heads: readonly ConversationHead[],
    { alone, deaths, work }: { alone: boolean; deaths: number; work: Work },
  ): Promise<void> {
    if (heads.length === 0) return
    const conversationIds = heads.map(({ id }) => id)
    await takeInHand(db, jobId, { conversationIds, alone, deaths })
    try {
      await work(heads)
    } catch (error) {
      // The first error is the one to tell; marks that could not be taken back are remembered as left alive.
      await release(jobId, conversationIds).catch(() => undefined)
      throw error
    }
    await release(jobId, conversationIds)
  }

  return {
    /** Works through a page. @returns ids of those to pass over because they kill */
    async through(jobId: string, heads: readonly ConversationHead[], work: Work): Promise<string[]> {
      if (leftAlive.has(jobId)) {
        await letAllGo(db, jobId)
        leftAlive.delete(jobId)
      }
      const marks = await findSuspects(db, jobId, heads.map(({ id }) => id))
      if (marks.length === 0) {
        await guarded(jobId, heads, { alone: false, deaths: 0, work })
        return []
      }
      return await carefully(jobId, { heads, marks, work })
    },
    /** Forgets the marks of a job that ended. */
    end: async (jobId: string) => await letAllGo(db, jobId),
  }

  async function carefully(
    jobId: string,
    { heads, marks, work }: { heads: readonly ConversationHead[]; marks: Suspect[]; work: Work },
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
        await release(jobId, [head.id])
      } else {
        await guarded(jobId, [head], { alone: true, deaths, work })
      }
    }
    const others = heads.filter(({ id }) => !deathsOf.has(id))
    await guarded(jobId, others, { alone: false, deaths: 0, work })
    return killers
  }
}

type Work = (heads: readonly ConversationHead[]) => Promise<void>
export type Handling = ReturnType<typeof createHandling>
